"""A socket's frames by posts, for where no socket comes through.

A post to a socket's address takes frames up and brings frames down. Behind it runs what runs behind a socket, so every
rule is the same one. The line stays for a while between two posts. A post that comes too late, or to another process, finds
no line of its name: it opens one, and is greeted from the version that its page has.
"""

import asyncio
import json
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, parse_cookie
from django.middleware.csrf import CsrfViewMiddleware

from scenarios.live.protocol import Close, Refused
from workshops.origins import comes_from_here

logger = logging.getLogger(__name__)

BODY_BYTES: Final = 160 * 1024
FRAMES: Final = 50
QUEUE: Final = 200
"""Frames of a page that may wait for their turn. One that keeps to the protocol has a few."""

HOLD: Final = 20.0
"""Seconds for which a post waits for news."""

ANSWER: Final = 0.25
"""Seconds for which one that brought something does: its page cannot send again before."""

LINGER: Final = 30.0
"""Seconds without a post after which a page is taken to be gone."""

BROKEN: Final = 1011

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Any  # ASGI; every library has types of its own for it


@dataclass(frozen=True, slots=True)
class Post:
    """`hello` opens a line where there is none of this name; `got` is the number of the last frame that arrived."""

    hello: str
    line: str
    got: int
    frames: Sequence[str]
    leaves: bool


class Line:
    """The server's end of what to a socket's application looks like a socket."""

    def __init__(self, application: Application, scope: Scope) -> None:
        self.name = secrets.token_urlsafe(16)
        self.path, self.session = scope["path"], _session(scope)
        self.closed: int | None = None
        self.first = 1  # the number of the first frame that waits
        self._frames: deque[str] = deque()
        self._news = asyncio.Event()  # of the post that listens
        self._up: asyncio.Queue[Message] = asyncio.Queue()
        self._up.put_nowait({"type": "websocket.connect"})
        self.ended = asyncio.ensure_future(self._run(application, scope))

    def hear(self, frames: Sequence[str]) -> None:
        if self._up.qsize() + len(frames) > QUEUE:
            self._close(Close.TOO_FAST)
            return
        for frame in frames:
            self._up.put_nowait({"type": "websocket.receive", "text": frame})

    async def listen(self, got: int, patience: float) -> list[str]:
        """What came after the frame of that number, once there is something. Only the newest post hears it."""
        while self._frames and self.first <= got:
            self._frames.popleft()
            self.first += 1
        self._news.set()
        news = self._news = asyncio.Event()
        if not self._frames and self.closed is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await news.wait()
        return list(self._frames) if news is self._news else []

    def leave(self) -> None:
        self._up.put_nowait({"type": "websocket.disconnect", "code": 1001})

    async def _run(self, application: Application, scope: Scope) -> None:
        try:
            await application(scope, self._up.get, self._down)
        except Exception:
            logger.exception("A line over posts broke.")
        finally:
            self._close(BROKEN)

    async def _down(self, message: Message) -> None:
        if message["type"] == "websocket.send":
            self._frames.append(message["text"])
            self._news.set()
        elif message["type"] == "websocket.close":
            self._close(message.get("code") or 1000)

    def _close(self, code: int) -> None:
        if self.closed is None:
            self.closed = int(code)
            self._news.set()
            self.leave()


class Exchanges:
    """Takes posts to addresses of `sockets`; everything else goes to `otherwise`."""

    def __init__(self, sockets: Application, otherwise: Application, prefix: str) -> None:
        self._sockets, self._otherwise, self._prefix = sockets, otherwise, prefix
        self._lines: dict[str, Line] = {}
        self._leaving: dict[str, asyncio.TimerHandle] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST" or not scope["path"].startswith(self._prefix):
            await self._otherwise(scope, receive, send)
            return
        try:
            if not (comes_from_here(scope) and _has_token(scope)):
                raise Refused(Close.NOT_ALLOWED, "a page of another site")
            post = _read(await _body(receive))
        except Refused as refused:
            # Without our own code: it says nothing about the draft, only that this way is none.
            await _answer(send, refused.code - 4000, "{}")
            return
        line = self._find(post, scope)
        if post.leaves:
            if line is not None:
                self._forget(line)
            await _answer(send, 200, "{}")
            return
        if line is None:
            line, got, patience = self._open(post, scope), 0, HOLD
        else:
            line.hear(post.frames)
            got, patience = post.got, ANSWER if post.frames else HOLD
        listening = asyncio.ensure_future(self._exchange(line, got, patience))
        gone = asyncio.ensure_future(receive())  # a page that went away leaves nobody waiting
        await asyncio.wait({listening, gone}, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if listening.done():
            await _answer(send, *listening.result())
        else:
            listening.cancel()

    async def close(self) -> None:
        """Before the loop ends: nothing of ours is left running."""
        lines = list(self._lines.values())
        for line in lines:
            self._forget(line)
        await asyncio.gather(*(line.ended for line in lines), return_exceptions=True)

    def _find(self, post: Post, scope: Scope) -> Line | None:
        line = self._lines.get(post.line)
        here = scope["path"], _session(scope)
        return line if line and (line.path, line.session) == here else None

    def _open(self, post: Post, scope: Scope) -> Line:
        socket = {"type": "websocket", "subprotocols": [], "extensions": {}}
        line = Line(self._sockets, scope | socket)
        line.hear([post.hello])
        self._lines[line.name] = line
        return line

    async def _exchange(self, line: Line, got: int, patience: float) -> tuple[int, str]:
        self._stays(line, patience)
        frames = await line.listen(got, patience)
        if frames or line.closed is None:
            return 200, f'{{"line":"{line.name}","n":{line.first},"frames":[{",".join(frames)}]}}'
        self._forget(line)
        return _status(line.closed), json.dumps({"code": line.closed})

    def _stays(self, line: Line, patience: float) -> None:
        if line.name in self._leaving:
            self._leaving[line.name].cancel()
        loop = asyncio.get_running_loop()
        self._leaving[line.name] = loop.call_later(patience + LINGER, self._forget, line)

    def _forget(self, line: Line) -> None:
        line.leave()
        self._lines.pop(line.name, None)
        if line.name in self._leaving:
            self._leaving.pop(line.name).cancel()


def _session(scope: Scope) -> str:
    cookies = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
    name: str = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")
    return name


def _has_token(scope: Scope) -> bool:
    """As Django asks of each of its own posts."""
    request = ASGIRequest(scope, BytesIO())
    guard = CsrfViewMiddleware(lambda _request: HttpResponse())
    guard.process_request(request)
    return guard.process_view(request, lambda _request: HttpResponse(), (), {}) is None


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_BYTES:
            raise Refused(Close.TOO_LARGE, "a post is 160 kB at most")
    return bytes(body)


def _read(body: bytes) -> Post:
    try:
        fields = json.loads(body)
        post = Post(
            fields["hello"],
            fields.get("line", ""),
            fields.get("got", 0),
            tuple(fields.get("frames", ())),
            fields.get("leaves", False) is True,
        )
        words = [post.hello, post.line, *post.frames]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise Refused(Close.MALFORMED, "not a post of this protocol") from problem
    if not all(isinstance(word, str) for word in words) or type(post.got) is not int:
        raise Refused(Close.MALFORMED, "not a post of this protocol")
    if len(post.frames) > FRAMES:
        raise Refused(Close.TOO_FAST, "fifty frames a post")
    return post


def _status(code: int) -> int:
    if code in set(Close):
        return code - 4000
    return 403 if code == 1000 else 503


async def _answer(send: Send, status: int, text: str) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"private, no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
