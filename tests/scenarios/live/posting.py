"""Lines by posts: each thing said is a post, and so is waiting for an answer."""

import asyncio
import json
from itertools import cycle
from typing import Any
from urllib.request import Request, urlopen

from tests.processes import WebServer
from tests.scenarios.live.pages import Closed, Page


class PostLine:
    """`ask` posts, and gives the status and the answer."""

    def __init__(self) -> None:
        self.line, self.hello, self.got = "", "", 0
        self.frames: list[str] = []
        self.closed: Closed | None = None

    async def ask(self, said: Any) -> tuple[int, Any]:
        raise NotImplementedError

    async def send(self, frame: str) -> None:
        if json.loads(frame)["t"] == "hello":
            self.hello, self.line, self.got = frame, "", 0
            await self.exchange()
        else:
            await self.exchange(frame)

    async def receive(self) -> str:
        while not self.frames:
            await self.exchange()
        return self.frames.pop(0)

    async def leave(self) -> None:
        await self.ask({"hello": self.hello, "line": self.line, "leaves": True})

    async def exchange(self, *frames: str) -> None:
        said = {"hello": self.hello, "line": self.line, "got": self.got, "frames": frames}
        if self.closed is None:
            status, answer = await self.ask(said)
            if status != 200:
                self.closed = Closed(answer["code"])
        if self.closed is not None:
            raise self.closed
        if answer["line"] != self.line:
            self.line, self.got = answer["line"], 0
            self.greeted()
        new = answer["frames"][max(0, self.got + 1 - answer["n"]) :]
        self.got += len(new)
        self.frames += [json.dumps(frame) for frame in new]

    def greeted(self) -> None:
        """By a process that did not know the line."""


class InTurn(PostLine):
    """Each post at the next of several servers, as a proxy may do it that knows nothing of lines."""

    def __init__(self, page: Page, path: str, cookie: str, *servers: WebServer) -> None:
        super().__init__()
        self.page, self.path, self.cookie, self.servers = page, path, cookie, cycle(servers)
        self.lines: set[str] = set()
        page.connect(self.send, self.receive, self.leave)

    async def exchange(self, *frames: str) -> None:
        self.hello = json.dumps(json.loads(self.hello) | {"v": self.page.version})
        await super().exchange(*frames)

    def greeted(self) -> None:
        self.page.in_flight = 0  # it sends again what has no answer
        self.lines.add(self.line)
        self.frames.clear()

    async def ask(self, said: Any) -> tuple[int, Any]:
        return await asyncio.to_thread(self._ask, next(self.servers), said)

    def _ask(self, server: WebServer, said: Any) -> tuple[int, Any]:
        token = "c" * 32
        headers = {
            "Origin": server.url,
            "Cookie": f"{self.cookie}; csrftoken={token}",
            "X-CSRFToken": token,
        }
        post = Request(server.url + self.path, json.dumps(said).encode(), headers)
        with urlopen(post, timeout=25) as answer:
            return 200, json.load(answer)
