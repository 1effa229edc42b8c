"""People who type over real sockets to real servers, whatever happens to these."""

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from websockets import Origin
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.processes import ROOT, WebServer
from tests.scenarios.live.pages import Page


@dataclass
class Writer:
    """Types marks nobody else types, one after the other, whatever happens to the server."""

    name: str
    server: WebServer
    path: str
    cookie: str
    page: Page = field(default_factory=Page)
    typed: int = 0
    stop: bool = False
    goal: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def acknowledged(self) -> list[str]:
        return self.marks(self.typed - len(self.page.waiting))

    async def has_written(self, more: int) -> None:
        """So many marks more, and something of it is acknowledged."""
        self.goal = self.typed + more
        self.reached.clear()
        await self.reached.wait()

    def marks(self, upto: int) -> list[str]:
        return [f"{self.name}{number}" for number in range(1, upto + 1)]

    async def work(self) -> None:
        while not (self.stop and not self.page.waiting):
            try:
                await self.session()
            except (OSError, ConnectionClosed, InvalidHandshake):
                await asyncio.sleep(0.05)

    async def session(self) -> None:
        url = self.server.url.replace("http", "ws") + self.path
        headers = {"Cookie": self.cookie}
        async with connect(
            url, origin=Origin(self.server.url), additional_headers=headers
        ) as socket:

            async def receive() -> str:
                return str(await socket.recv())

            self.page.connect(socket.send, receive, socket.close)
            await self.page.hello()
            typing = asyncio.ensure_future(self.type())
            try:
                while not (self.stop and not self.page.waiting):
                    async with asyncio.timeout(10):
                        await self.page.hear()
                        await self.page.push()
            finally:
                typing.cancel()

    async def type(self) -> None:
        while not self.stop:
            self.typed += 1
            # In the middle, so that the two are in each other's way.
            half = self.page.text[: len(self.page.text) // 2].rpartition(" ")[0]
            at = len(half) + 1 if half else 0
            self.page.type(at, f"{self.name}{self.typed} ")
            await self.page.push()
            if self.typed >= self.goal and self.acknowledged:
                self.reached.set()
            await asyncio.sleep(0.02)


def two_writers(one: WebServer, other: WebServer) -> tuple[Writer, Writer]:
    """Of one draft, at two servers of one database or at the same."""
    table = laid_table(one)
    heron, plover = (
        Writer(name, server, table["path"], table["cookies"][seat])
        for name, seat, server in (("H", "heron", one), ("P", "plover", other))
    )
    return heron, plover


def laid_table(server: WebServer) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.scenarios.live.table"],
        env=server.env | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    laid: dict[str, Any] = json.loads(done.stdout)
    return laid


def line(writer: Writer, origin: str = "") -> connect:
    """A connection of the writer's own, to say what one likes."""
    return connect(
        writer.server.url.replace("http", "ws") + writer.path,
        origin=Origin(origin or writer.server.url),
        additional_headers={"Cookie": writer.cookie},
        compression=None,
    )


async def closing_code(socket: ClientConnection, within: float = 5) -> int:
    """How the server closes, whatever it says before; 1006 if it just cuts the line."""
    try:
        async with asyncio.timeout(within):
            while True:
                await socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


async def read(server: WebServer, *writers: Writer) -> str:
    """The text as somebody new sees it, when the writers have heard everything."""
    reader = Writer("R", server, writers[0].path, writers[0].cookie)
    for page in (*writers, reader):
        page.stop = True
        await page.session()
    return reader.page.text
