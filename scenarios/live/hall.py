"""The rooms of this process, and the wires between it and the others."""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

from scenarios.live import store
from scenarios.live.protocol import SOCKETS_A_SEAT, Close, Hello, Peer
from scenarios.live.reader import Reader
from scenarios.live.room import Room, Telling, Unavailable
from scenarios.live.standing import Admission
from scenarios.live.thread import StoreThread
from scenarios.live.wires import Wires
from workshops import events

logger = logging.getLogger(__name__)

LOOK_EVERY: Final = 1.5
"""Seconds; bounds how long a lost hint, or rights taken away, can go unnoticed."""

REMIND_EVERY: Final = 3
"""Looks."""

PRESENT: Final = "draft.present"


class Hall:
    def __init__(self) -> None:
        self.store = StoreThread()
        self._rooms: dict[int, Room] = {}
        self._pages: dict[int, list[Reader]] = {}  # of each seat, the newest last
        self._wires = Wires(self._hear)
        self._looking: asyncio.Task[None] | None = None
        self._errands: set[asyncio.Task[None]] = set()

    async def enter(self, reader: Reader, hello: Hello, admission: Admission, draft: int) -> Room:
        room = self._room(draft, admission)
        pages = self._pages.setdefault(reader.seat, [])
        if len(pages) >= SOCKETS_A_SEAT:
            pages.pop(0).drop(Close.TAKEN_OVER)
        pages.append(reader)
        await room.join(reader, hello)
        return room

    def leave(self, reader: Reader, draft: int) -> None:
        pages = self._pages.get(reader.seat, [])
        if reader in pages:
            pages.remove(reader)
        if not pages:
            self._pages.pop(reader.seat, None)
        if draft in self._rooms:
            self._rooms[draft].leave(reader)
            self._tidy()

    async def close(self) -> None:
        """Before the loop ends: nothing of ours is left running."""
        tasks = [task for task in (self._looking, *self._errands) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._wires.close()
        await self.store.close()

    def _room(self, draft: int, admission: Admission) -> Room:
        if draft not in self._rooms:
            tell = Telling(
                stored=lambda version: self._tell(draft, store.STORED, version=version),
                present=lambda version, peers, asks: self._tell_presence(
                    draft, version, peers, asks
                ),
            )
            self._rooms[draft] = Room(draft, self.store, tell, admission.mask)
            self._wires.listen_to(store.group(draft), events.group(admission.workshop))
        if self._looking is None:
            self._looking = asyncio.ensure_future(self._look())
        return self._rooms[draft]

    def _tidy(self) -> None:
        for draft, room in list(self._rooms.items()):
            if room.is_idle:
                del self._rooms[draft]
                self._wires.ignore(store.group(draft))

    async def _look(self) -> None:
        looks = 0
        while True:
            await asyncio.sleep(LOOK_EVERY)
            looks += 1
            await _quietly(self._glance())
            if looks % REMIND_EVERY == 0:
                for room in self._rooms.values():
                    room.remind()
            self._tidy()

    async def _glance(self) -> None:
        """Two queries for all rooms; more only where something moved."""
        rooms = dict(self._rooms)
        sessions = {reader.holder.session for room in rooms.values() for reader in room.readers}
        glances = await self.store.glance(rooms.keys(), sessions)
        for draft, room in rooms.items():
            await _quietly(room.glanced(glances[draft]) if draft in glances else room.look())

    # --- wires ------------------------------------------------------------------------------

    def _tell(self, draft: int, kind: str, **fields: Any) -> None:
        self._wires.send(store.group(draft), kind, draft=draft, **fields)

    def _tell_presence(self, draft: int, version: int, peers: Sequence[Peer], asks: bool) -> None:
        if self._wires.alone:
            return
        people = [[p.seat, p.name, p.colour, p.role, p.selection] for p in peers]
        self._tell(draft, PRESENT, version=version, peers=people, asks=asks)

    def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] in {events.AccessChanged.type, events.StageMoved.type}:
            for room in self._rooms.values():  # it happens rarely, and to look costs little
                self._run(room.look())
            return
        if message.get("draft") not in self._rooms:
            return
        room = self._rooms[message["draft"]]
        if message["type"] == store.STORED:
            self._run(room.hinted(message["version"]))
        elif message["type"] == store.REDACTED:
            self._run(room.redacted())
        elif message["type"] == store.NOTED:
            room.noted()
        elif message["type"] == PRESENT:
            peers = [_peer(*fields) for fields in message["peers"]]
            self._run(
                room.heard(message["process"], message["version"], peers, asks=message["asks"])
            )

    def _run(self, errand: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(_quietly(errand))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)


def _peer(seat: int, name: str, colour: int, role: str, selection: list[int] | None) -> Peer:
    return Peer(seat, name, colour, role, (selection[0], selection[1]) if selection else None)


async def _quietly(errand: Awaitable[None]) -> None:
    """Nobody waits for it, and there is a next time."""
    try:
        await errand
    except Unavailable:
        logger.warning("The database cannot be reached; drafts wait for it.")
    except Exception:
        logger.exception("A room could not follow the log.")


_halls: WeakKeyDictionary[asyncio.AbstractEventLoop, Hall] = WeakKeyDictionary()


def hall() -> Hall:
    """This server's: there is one for its event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _halls:
        _halls[loop] = Hall()
    return _halls[loop]
