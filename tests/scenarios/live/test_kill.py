"""The server is killed with -9 while two people type, and started again."""

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets import Origin
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.processes import ROOT, WebServer, embedded_server
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


@dataclass
class Aftermath:
    heron: Writer
    plover: Writer
    acknowledged: list[str]  # when the server was killed, the last time
    problems: list[BaseException | None]  # what the pages could not make sense of


async def write_and_kill(server: WebServer, kills: int) -> Aftermath:
    """Two people write through so many kills, then stop and wait until all is saved."""
    table = laid_table(server)
    heron, plover = (
        Writer(name, server, table["path"], table["cookies"][seat])
        for name, seat in (("H", "heron"), ("P", "plover"))
    )
    writing = [asyncio.ensure_future(writer.work()) for writer in (heron, plover)]
    for _ in range(kills):
        await heron.has_written(30)
        await plover.has_written(30)
        await asyncio.to_thread(server.kill)
        acknowledged = heron.acknowledged + plover.acknowledged
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(server.wait)
    heron.stop = plover.stop = True
    done, undone = await asyncio.wait(writing, timeout=20)
    assert not undone, server.log()
    return Aftermath(heron, plover, acknowledged, [task.exception() for task in done])


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


async def read(server: WebServer, *writers: Writer) -> str:
    """The text as somebody new sees it, when the writers have heard everything."""
    reader = Writer("R", server, writers[0].path, writers[0].cookie)
    for page in (*writers, reader):
        page.stop = True
        await page.session()
    return reader.page.text


async def test_no_acknowledged_letter_is_lost_to_kill_9(embedded: WebServer) -> None:
    after = await write_and_kill(embedded, kills=2)
    heron, plover = after.heron, after.plover
    text = await read(embedded, heron, plover)

    assert heron.page.text == plover.page.text == text
    assert sorted(text.split()) == sorted(heron.marks(heron.typed) + plover.marks(plover.typed))
    assert set(after.acknowledged) <= set(text.split())
    assert after.problems == [None, None]
    assert "Traceback" not in embedded.log()


async def test_a_server_that_acknowledges_too_soon_would_be_noticed(tmp_path: Path) -> None:
    server = embedded_server(tmp_path)
    server.command[1:2] = ["-m", "tests.scenarios.live.hasty"]
    with server:
        after = await write_and_kill(server, kills=1)
        reader = Writer("R", server, after.heron.path, after.heron.cookie, stop=True)
        await reader.session()

        assert not set(after.acknowledged) <= set(reader.page.text.split())
        assert any(after.problems)
