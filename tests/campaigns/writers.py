"""People who write over real sockets, whatever happens to the line, the servers and their rights."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from websockets import Origin
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from scenarios.live.changeset import Malformed
from tests.campaigns.page import Frame, Page
from tests.campaigns.posts import LineClosed, PostLine

PATIENCE: Final = 1.5
"""Seconds without an answer after which a writer tries another line; twice as long each time that fails."""

APART: Final = 0.06
"""Seconds between two pushes of one page, as the page itself keeps it."""

SHOWN_MARK: Final = "⟦{}-{}⟧"
FILLERS: Final = [
    "rain",
    "drought",
    "a quiet spring",
    "مطر خفيف",
    "zwölf Monate",
    "🌧️🌾",
    "e\u0301te\u0301",
]
COMES_BACK: Final = frozenset({1000, 1001, 1006, 1011, 1012, 4401, 4403, 4404, 4408, 4409, 4429})


@dataclass(frozen=True)
class Habits:
    """How somebody writes. The means of what chance decides."""

    edits: int = 4  # in one go
    thinks: float = 0.1  # seconds between two goes
    most: int = 24  # edits in a push
    waits: int = 60  # edits not acknowledged, at which they stop and look at the screen


@dataclass
class Writer:
    """One page of one seat. `doors` are the servers it may reach; chance is its own, so that choices can be replayed."""

    name: str
    doors: Sequence[Callable[[], str]]
    path: str
    cookie: str
    chance: random.Random
    told: Callable[[int], None]
    habits: Habits = field(default_factory=Habits)
    page: Page = field(default_factory=Page)
    typed: int = 0
    by_posts: bool = False
    stop: bool = False
    broken: bool = False
    patience: float = PATIENCE
    upto: int = 0
    lines: int = 0
    closings: dict[int, int] = field(default_factory=dict)
    _send_on: Callable[[str], Awaitable[None]] | None = None
    _hang_up_on: Callable[[], None] | None = None
    _sent_at: float = 0.0
    _pushed: str = ""
    _welcomed: bool = False
    _opened_as: str = ""

    @property
    def is_done(self) -> bool:
        return self.broken or (self.stop and not self.page.waiting)

    async def work(self) -> None:
        """Until told to stop, and everything is answered."""
        failed = 0
        while not self.is_done:
            door = self.chance.choice(self.doors)
            self._welcomed = False
            with suppress(
                OSError, TimeoutError, ConnectionClosed, InvalidHandshake, InvalidMessage
            ):
                await self.session(door())
            self.page.line_gone()
            if not self.stop and self.chance.random() < 0.1:
                await self._write_offline()
            if not self.page.waiting and self.chance.random() < 0.1:
                self.page.renew()
                if self.chance.random() < 0.5:
                    self.page.version = None  # a page loaded anew
            failed = 0 if self._welcomed else min(failed + 1, 3)
            self.patience = PATIENCE * 2**failed
            await asyncio.sleep(self.chance.uniform(0.02, 0.2) * 2**failed)

    async def read_upto(self, version: int) -> None:
        """Come back once more and read on; who cannot is found to be another's text."""
        self.upto, self.patience = version, 8 * PATIENCE
        with suppress(TimeoutError):
            async with asyncio.timeout(60):
                while not self._has_read_upto:
                    door = self.chance.choice(self.doors)
                    with suppress(
                        OSError, TimeoutError, ConnectionClosed, InvalidHandshake, InvalidMessage
                    ):
                        await self.session(door())
                    self.page.line_gone()

    async def session(self, door: str) -> None:
        self.lines += 1
        self._welcomed, self._pushed, self._opened_as = False, "", self.page.client
        if self.by_posts:
            await self._session_by_posts(door)
        else:
            await self._session_over_a_socket(door)

    def _hello(self) -> str:
        hello = {"t": "hello", "client": self.page.client, "v": self.page.version}
        return json.dumps(hello)

    async def _session_by_posts(self, door: str) -> None:
        line = PostLine(door, self.path, self.cookie, self._hello)
        self._send_on, self._hang_up_on = line.send, line.abort
        writing = asyncio.ensure_future(self._write())
        try:
            async for frame in line.frames():
                await self._hear(frame)
                if self._has_read_enough:
                    return
        except LineClosed as closed:
            self._closed(closed.code)
        finally:
            writing.cancel()
            self._send_on = self._hang_up_on = None

    async def _session_over_a_socket(self, door: str) -> None:
        async with connect(
            door.replace("http", "ws") + self.path,
            origin=Origin(door),
            additional_headers={"Cookie": self.cookie},
            compression=None,
            max_size=None,
            open_timeout=self.patience,
            ping_interval=None,
            close_timeout=0.5,
        ) as socket:
            self._send_on, self._hang_up_on = socket.send, socket.transport.abort
            await socket.send(self._hello())
            writing = asyncio.ensure_future(self._write())
            try:
                async for frame in socket:
                    await self._hear(json.loads(frame))
                    if self._has_read_enough:
                        return
            except ConnectionClosed:
                self._closed(socket.close_code)
                raise
            finally:
                writing.cancel()
                self._send_on = self._hang_up_on = None

    @property
    def _has_read_upto(self) -> bool:
        read = self.page.version is not None and self.page.version >= self.upto
        return self.broken or (self.is_done and read)

    @property
    def _has_read_enough(self) -> bool:
        """On this line."""
        return self._has_read_upto or self.page.client != self._opened_as

    def _closed(self, code: int | None) -> None:
        code = code or 1006
        self.closings[code] = self.closings.get(code, 0) + 1
        if code not in COMES_BACK:
            self.page.testimony.oddities.append(f"closed with {code}")

    async def _hear(self, frame: Frame) -> None:
        page = self.page
        before = len(page.testimony.acknowledged)
        try:
            self._take(frame)
        except Malformed as problem:  # what came does not fit what came before
            page.testimony.oddities.append(f"{problem}: {frame['t']} at {page.version}")
            self.broken = True
        if frame["t"] == "ping":
            await self._say({"t": "pong", "n": frame["n"]})
        if len(page.testimony.acknowledged) > before:
            self.told(len(page.testimony.acknowledged) - before)

    def _take(self, frame: Frame) -> None:
        page = self.page
        match frame["t"]:
            case "welcome":
                page.line_gone()  # by posts, a line may be opened anew behind our back
                page.welcome(frame)
                self._welcomed = True
            case "edits":
                if frame["v"] != page.version:
                    page.testimony.oddities.append(f"edits after {frame['v']} at {page.version}")
                page.edits(frame["edits"])
            case "refused":
                if frame["code"] in {"malformed", "too_large"}:
                    what = f"refused as {frame['code']}: {self._pushed[:300]} at {page.version}"
                    page.testimony.oddities.append(what)
                self._pushed = ""
                page.refused(frame)  # perhaps it goes on as another client, and over another line

    async def _write(self) -> None:
        loop, page = asyncio.get_running_loop(), self.page
        asked = self._sent_at = loop.time()
        while True:
            think = self.chance.expovariate(1 / self.habits.thinks)
            await asyncio.sleep(APART + min(think, 1.0))
            if page.in_flight or not self._welcomed:
                if loop.time() - self._sent_at > self.patience:
                    self._hang_up()
                    return
                if not self._welcomed:
                    continue
            if loop.time() - asked > PATIENCE:  # is anybody there
                asked = loop.time()
                await self._say({"t": "ping"})
            if not self.stop and len(page.waiting) < self.habits.waits:
                self._type_some()
            await self._push()
            if self.chance.random() < 0.05:
                await self._move_about()
            if self.chance.random() < 0.002:
                self._hang_up()

    def _hang_up(self) -> None:
        if self._hang_up_on is not None:
            self._hang_up_on()

    async def _push(self) -> None:
        again = self.chance.random()
        if self._pushed and not self.page.in_flight and again < 0.02:
            await self._send(self._pushed)  # all of it is known already
        push = self.page.push(self.habits.most)
        if push is not None:
            self._sent_at = asyncio.get_running_loop().time()
            self._pushed = json.dumps(push, ensure_ascii=False)
            await self._send(self._pushed)

    async def _say(self, frame: Frame) -> None:
        await self._send(json.dumps(frame))

    async def _send(self, frame: str) -> None:
        if self._send_on is not None:
            await self._send_on(frame)

    async def _move_about(self) -> None:
        at = self.chance.randrange(len(self.page.base) + 1)
        await self._say({"t": "here", "v": self.page.version, "a": at, "h": at})

    async def _write_offline(self) -> None:
        if self.page.version is None:
            return
        for _ in range(self.chance.randrange(1, 6)):
            if len(self.page.waiting) < self.habits.waits:
                self._type_some()
            await asyncio.sleep(self.chance.uniform(0.01, 0.3))

    # --- what they write --------------------------------------------------------------------

    def _type_some(self) -> None:
        for _ in range(1 + int(self.chance.expovariate(1 / self.habits.edits))):
            self._type_one()

    def _type_one(self) -> None:
        """A mark, and perhaps a filler of theirs; or a mark in place of a filler of theirs."""
        self.typed += 1
        mark = SHOWN_MARK.format(self.name, self.typed)
        seen, own = self.page.units, f"~{self.name}~"
        where = self.chance.random()
        if where < 0.25 and (start := seen.find(own)) >= 0:
            end = seen.find("~ ", start + len(own))
            if end >= 0 and "⟦" not in seen[start:end]:
                self.page.type(mark, start, f"{mark} ", end + 2 - start)
                return
        # Words begin after a blank, so that nobody writes into a mark.
        at = seen.find(" ", self.chance.randrange(len(seen) + 1)) + 1
        filler = f"{own}{self.chance.choice(FILLERS)}~ " if where > 0.7 else ""
        line = "\n" if where > 0.97 else ""
        self.page.type(mark, at, f"{mark} {filler}{line}")
