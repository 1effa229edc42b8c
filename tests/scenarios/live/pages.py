"""An open page, as a test plays it: what the editor's own module does, in Python, over any connection."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from scenarios.live.changeset import ChangeSet, characters, units
from scenarios.live.log import rebase
from scenarios.live.protocol import Pushed, Stored

Frame = dict[str, Any]


class Closed(Exception):
    """By the server, with a code."""

    @property
    def code(self) -> int:
        return int(self.args[0])


class Page:
    """Applies what it types at once, pushes what is not acknowledged, and moves it over what others wrote."""

    def __init__(self) -> None:
        self.client = secrets.token_urlsafe(12)
        self.version: int | None = None
        self.units = ""
        self.waiting: list[Pushed] = []
        self.sequence = 0
        self.in_flight = 0  # the sequence up to which edits are on their way
        self.seat = 0
        self.heard: list[Frame] = []

    def connect(
        self,
        send: Callable[[str], Awaitable[None]],
        receive: Callable[[], Awaitable[str]],
        leave: Callable[[], Awaitable[None]],
    ) -> None:
        self._send, self._receive, self.leave = send, receive, leave

    @property
    def text(self) -> str:
        return characters(self.units)

    async def say(self, kind: str, **fields: Any) -> None:
        await self._send(json.dumps({"t": kind, **fields}))

    async def hello(self) -> Frame:
        """First, and again over a new connection."""
        self.in_flight = 0
        await self.say("hello", client=self.client, v=self.version)
        return await self.until("welcome")

    def type(self, at: int, insert: str, delete: int = 0) -> None:
        length, insert = len(self.units), units(insert)
        changes = ChangeSet.of([(at, None), (delete, insert), (length - at - delete, None)])
        self.sequence += 1
        self.waiting.append(Pushed(self.sequence, changes))
        self.units = changes.apply(self.units)

    async def push(self) -> None:
        """What is not acknowledged, unless a push is on its way."""
        if self.in_flight or not self.waiting:
            return
        batch = self.waiting[:100]
        self.in_flight = batch[-1].sequence
        edits = [{"s": edit.sequence, "c": edit.changes.to_json()} for edit in batch]
        await self.say("push", v=self.version, edits=edits)

    async def hear(self) -> Frame:
        frame: Frame = json.loads(await self._receive())
        self.heard.append(frame)
        match frame["t"]:
            case "welcome":
                self._welcome(frame)
            case "edits":
                assert frame["v"] == self.version
                self._take(frame["edits"])
            case "refused":
                self.in_flight = 0
            case "ping":
                await self.say("pong", n=frame["n"])
        return frame

    async def until(self, kind: str, within: float = 5) -> Frame:
        async with asyncio.timeout(within):
            while (frame := await self.hear())["t"] != kind:
                pass
        return frame

    async def until_peer(self, seat: int) -> Frame:
        """That seat, as this page is told of it."""
        while True:
            for peer in (await self.until("peers"))["peers"]:
                if peer["id"] == seat:
                    return dict(peer)

    async def until_gone(self, seat: int) -> Frame:
        while seat not in (frame := await self.until("peers"))["gone"]:
            pass
        return frame

    async def until_true(self, condition: Callable[[], bool], within: float = 5) -> None:
        async with asyncio.timeout(within):
            while not condition():
                await self.hear()
                await self.push()

    async def until_version(self, version: int) -> None:
        await self.until_true(lambda: self.version == version)

    async def save(self, within: float = 5) -> None:
        await self.push()
        await self.until_true(lambda: not self.waiting, within)

    def _welcome(self, frame: Frame) -> None:
        self.seat = frame["you"]["id"]
        if "text" in frame:
            assert not self.waiting, "words would be lost"
            self.units, self.version = units(frame["text"]), frame["v"]
        else:
            self._take(frame["edits"])
            assert frame["v"] == self.version

    def _take(self, edits: list[Frame]) -> None:
        assert self.version is not None
        for edit in edits:
            self.version += 1
            changes = ChangeSet.parse(edit["c"])
            stored = Stored(self.version, edit["seat"], edit["client"], edit["s"], changes)
            mine = stored.seat == self.seat and stored.client == self.client
            if not mine:
                for waiting in self.waiting:
                    changes = changes.map(waiting.changes, before=True)
                self.units = changes.apply(self.units)
            self.waiting = rebase(self.waiting, [stored], seat=self.seat, client=self.client)
            if mine and stored.sequence >= self.in_flight:
                self.in_flight = 0
