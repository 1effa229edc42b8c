"""The same protocol by posts, as a page speaks it where no socket comes through."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

TRIES: Final = 3
TOKEN: Final = "a" * 32


class LineClosed(Exception):
    """By the server, with a code."""

    @property
    def code(self) -> int:
        return int(self.args[0])


class PostLine:
    """Each post is a connection of its own. One that brings nothing waits for news, until something is to be sent."""

    def __init__(self, door: str, path: str, cookie: str, hello: Callable[[], str]) -> None:
        self._address = urlsplit(door)
        self._door, self._path, self._cookie, self._hello = door, path, cookie, hello
        self._line, self._got = "", 0
        self._up: list[str] = []
        self._wake = asyncio.Event()
        self._over = False

    async def send(self, frame: str) -> None:
        self._up.append(frame)
        self._wake.set()

    def abort(self) -> None:
        self._over = True
        self._wake.set()

    async def frames(self) -> AsyncIterator[Any]:
        while not self._over:
            self._wake.clear()
            frames, self._up = self._up, []
            answer = await (self._bring(frames) if frames else self._listen())
            if answer is None:
                continue
            if answer["line"] != self._line:  # which begins with a welcome
                self._line, self._got = answer["line"], 0
            for number, frame in enumerate(answer["frames"], start=answer["n"]):
                if number > self._got:
                    self._got = number
                    yield frame

    async def _bring(self, frames: list[str]) -> Any:
        """An answer that was lost is asked for again; what was heard already does no harm."""
        for _ in range(TRIES):
            with suppress(OSError, ValueError):
                return await self._post(frames)
            await asyncio.sleep(0.1)
        raise ConnectionError

    async def _listen(self) -> Any:
        listening = asyncio.ensure_future(self._bring([]))
        waking = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({listening, waking}, return_when=asyncio.FIRST_COMPLETED)
            return listening.result() if listening.done() else None
        finally:
            listening.cancel()
            waking.cancel()

    async def _post(self, frames: list[str]) -> Any:
        fields = {"hello": self._hello(), "line": self._line, "got": self._got, "frames": frames}
        body = json.dumps(fields).encode()
        head = (
            f"POST {self._path} HTTP/1.0\r\nHost: {self._address.netloc}\r\nOrigin: {self._door}\r\n"
            f"Cookie: {self._cookie}; csrftoken={TOKEN}\r\nX-CSRFToken: {TOKEN}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        host, port = self._address.hostname, self._address.port
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(head.encode() + body)
            async with asyncio.timeout(25):
                said = await reader.read(-1)
        finally:
            writer.transport.abort()
        top, _, content = said.partition(b"\r\n\r\n")
        answer = json.loads(content)
        if b" 200 " not in top.partition(b"\r\n")[0]:
            raise LineClosed(answer.get("code", 1006))
        return answer
