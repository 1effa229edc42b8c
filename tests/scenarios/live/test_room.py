"""The room by itself: a store in memory that can be slow, away or broken, and pages that keep what they are sent."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from typing import Any

import pytest

from scenarios.live.changeset import ChangeSet
from scenarios.live.protocol import Close, Hello, Here, Peer, Push, Pushed, Standing, Stored
from scenarios.live.reader import ASK_EVERY, BEHIND, Holder, Reader
from scenarios.live.replica import Offer, Replica
from scenarios.live.room import (
    OFFERS,
    Glance,
    Outcome,
    Room,
    Standings,
    Telling,
    Unavailable,
)

SEAT, OTHER = 1, 2
SPACING = 0.05


@pytest.fixture(autouse=True)
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a busy machine does not miss a moment."""
    monkeypatch.setattr("scenarios.live.room.SPACING", SPACING)


class Memory:
    """A log that keeps what the room's store would keep."""

    def __init__(self) -> None:
        self.log: list[Stored] = []
        self.batches: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.problems: list[Exception] = []

    async def load(self, draft: int) -> Replica:
        replica = Replica(draft, "", 0)
        for edit in self.log:
            replica.advance(edit)
        return replica

    async def refresh(self, replica: Replica) -> Sequence[Stored]:
        newer = self.log[replica.version :]
        for edit in newer:
            replica.advance(edit)
        return newer

    async def greet(
        self, replica: Replica, client: str, seat: int
    ) -> tuple[Sequence[Stored], int | None]:
        newer = await self.refresh(replica)
        owner, sequence = replica.clients.get(client, (seat, 0))
        return newer, sequence if owner == seat else None

    async def commit(self, replica: Replica, offers: Sequence[Offer]) -> Outcome:
        self.batches.append(len(offers))
        newer = list(await self.refresh(replica))
        own = [
            replica.append(edit, seat=offer.seat, client=offer.client)
            for offer in offers
            for edit in replica.rebase(offer)
        ]
        await self.gate.wait()
        if self.problems:
            raise self.problems.pop(0)
        self.log += own
        return Outcome([*newer, *own], [])

    async def edits(self, draft: int, after: int, upto: int) -> Sequence[Stored]:
        return self.log[after:upto]

    async def look(self, draft: int, holders: Collection[Holder]) -> tuple[Glance, Standings]:
        return Glance(len(self.log), 0), dict.fromkeys(holders, Standing())

    def write(self, insert: str, client: str = "elsewhere") -> None:
        """As another process would, at the start of the text."""
        length = self.log[-1].changes.new_length if self.log else 0
        sequence = sum(edit.client == client for edit in self.log) + 1
        changes = ChangeSet.of([(0, insert), (length, None)])
        self.log.append(Stored(len(self.log) + 1, OTHER, client, sequence, changes))


class Desk:
    """A page that only listens, and says what it is told to say."""

    def __init__(self, room: Room, seat: int, client: str) -> None:
        self.frames: list[dict[str, Any]] = []
        self.code: int | None = None
        self.blocked: asyncio.Event | None = None
        self.room = room
        self.sequence = 0
        self.reader = Reader(
            self._send,
            self._close,
            holder=Holder(seat, seat, "session"),
            client=client,
            peer=Peer(seat, f"Seat {seat}", 0, "participant"),
            standing=Standing(),
        )

    async def _send(self, frame: str) -> None:
        if self.blocked:
            await self.blocked.wait()
        self.frames.append(json.loads(frame))

    async def _close(self, code: int) -> None:
        self.code = code

    async def join(self, version: int | None = None) -> None:
        await self.room.join(self.reader, Hello(self.reader.client, version))
        await settle()

    def type(self, insert: str, version: int | None = None, length: int | None = None) -> None:
        version = self.room.version if version is None else version
        length = self.room._length if length is None else length
        self.sequence += 1
        changes = ChangeSet.of([(0, insert), (length, None)])
        self.room.push(self.reader, Push(version, (Pushed(self.sequence, changes),)))

    @property
    def stored(self) -> list[str]:
        """What it was shown of edits, in order."""
        return [
            "".join(part[1] for part in edit["c"] if isinstance(part, list))
            for frame in self.frames
            if frame["t"] in {"edits", "welcome"}
            for edit in frame.get("edits", ())
        ]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["t"] == kind]


async def settle(seconds: float = 0.0) -> None:
    for _ in range(20):
        await asyncio.sleep(0)
    if seconds:
        await asyncio.sleep(seconds)


@pytest.fixture
async def memory() -> Memory:
    return Memory()


@pytest.fixture
async def told() -> list[Any]:
    return []


@pytest.fixture
async def room(memory: Memory, told: list[Any]) -> Room:
    return Room(
        1,
        memory,
        Telling(
            stored=told.append,
            present=lambda version, peers, asks: told.append([peer.seat for peer in peers]),
        ),
    )


@pytest.fixture
async def desk(room: Room) -> AsyncIterator[Callable[..., Awaitable[Desk]]]:
    desks: list[Desk] = []

    async def sit(seat: int = SEAT, client: str = "client-a", version: int | None = None) -> Desk:
        desks.append(Desk(room, seat, client))
        await desks[-1].join(version)
        return desks[-1]

    yield sit
    for one in desks:
        room.leave(one.reader)
        one.reader.stop()


Sit = Callable[..., Awaitable[Desk]]


async def test_nothing_is_shown_before_it_is_durable(room: Room, memory: Memory, desk: Sit) -> None:
    writer, other = await desk(), await desk(OTHER, "client-b")
    memory.gate.clear()
    writer.type("a")
    await settle(0.05)

    assert (writer.stored, other.stored, room.version) == ([], [], 0)
    memory.gate.set()
    await settle()
    assert (writer.stored, other.stored, room.version) == (["a"], ["a"], 1)


async def test_while_one_commit_runs_the_next_batch_gathers(memory: Memory, desk: Sit) -> None:
    writers = [await desk(seat, f"client-{seat}") for seat in range(1, 21)]
    memory.gate.clear()
    writers[0].type("0", 0, 0)
    await settle()
    for number, writer in enumerate(writers[1:], 1):
        writer.type(str(number), 0, 0)
    await settle()
    memory.gate.set()
    await settle(2 * SPACING)

    assert memory.batches == [1, 19]
    assert {tuple(writer.stored) for writer in writers} == {tuple(str(n) for n in range(20))}


async def test_the_first_edit_goes_out_at_once_and_those_that_follow_share_a_frame(
    room: Room, desk: Sit
) -> None:
    other = await desk()
    writers = [await desk(seat, f"client-{seat}") for seat in range(2, 6)]
    for writer, letter in zip(writers, "abcd", strict=True):
        writer.type(letter, 0, 0)
        await settle()
    first = len(other.of("edits"))
    await settle(2 * SPACING)

    assert (first, len(other.of("edits"))) == (1, 2)
    assert other.stored == list("abcd")


async def test_who_joins_gets_everything_once(memory: Memory, desk: Sit) -> None:
    writer = await desk()
    writer.type("a")
    await settle()
    writer.type("b")  # waits for the next batch
    await settle()
    late = await desk(OTHER, "client-b")
    await settle(2 * SPACING)

    assert late.frames[0]["text"] == "a"
    assert late.stored == ["b"]
    assert writer.stored == ["a", "b"]


async def test_while_the_store_is_away_edits_wait_and_land_once(
    memory: Memory, desk: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenarios.live.room.RETRY", 0.01)
    writer, other = await desk(), await desk(OTHER, "client-b")
    memory.problems = [Unavailable(), Unavailable(), Unavailable()]
    writer.type("a", 0, 0)
    other.type("b", 0, 0)
    await settle(8 * SPACING)

    assert [edit.client for edit in memory.log] == ["client-a", "client-b"]
    assert writer.stored == other.stored == ["a", "b"]


async def test_a_commit_that_succeeded_though_it_said_otherwise_is_found(
    room: Room, memory: Memory, desk: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenarios.live.room.RETRY", 0.01)
    writer = await desk()
    commit = memory.commit

    async def commit_and_lose_the_answer(replica: Replica, offers: Sequence[Offer]) -> Outcome:
        monkeypatch.setattr(memory, "commit", commit)
        await commit(replica, offers)
        raise Unavailable

    monkeypatch.setattr(memory, "commit", commit_and_lose_the_answer)
    writer.type("a")
    await settle(4 * SPACING)

    assert len(memory.log) == 1
    assert writer.stored == ["a"]


async def test_a_greeting_that_fails_half_way_hides_nothing_from_those_present(
    memory: Memory, desk: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = await desk()
    memory.write("elsewhere")
    greet = memory.greet

    async def read_on_and_fail(replica: Replica, client: str, seat: int) -> Any:
        await greet(replica, client, seat)
        monkeypatch.setattr(memory, "greet", greet)
        raise Unavailable

    monkeypatch.setattr(memory, "greet", read_on_and_fail)
    with pytest.raises(Unavailable):
        await desk(OTHER, "client-b")
    writer.type("a", 0, 0)
    await settle(2 * SPACING)
    late = await desk(OTHER, "client-c")

    assert writer.stored == ["elsewhere", "a"]
    assert late.frames[0]["text"] == "elsewherea"


async def test_one_that_breaks_the_store_takes_nobody_along(
    memory: Memory, desk: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison, first, other = await desk(), await desk(2, "client-b"), await desk(3, "client-c")
    commit = memory.commit

    async def choke(replica: Replica, offers: Sequence[Offer]) -> Outcome:
        if any(offer.client == "client-a" for offer in offers):
            raise ZeroDivisionError
        return await commit(replica, offers)

    monkeypatch.setattr(memory, "commit", choke)
    memory.gate.clear()
    first.type("a", 0, 0)
    await settle()
    poison.type("x", 0, 0)
    other.type("b", 0, 0)
    memory.gate.set()
    await settle(2 * SPACING)

    assert (poison.code, other.code) == (Close.MALFORMED, None)
    assert first.stored == other.stored == ["a", "b"]


async def test_hints_and_looks_close_gaps_from_the_log(
    room: Room, memory: Memory, desk: Sit
) -> None:
    reader = await desk()
    memory.write("a")
    memory.write("b")
    await room.hinted(2)
    memory.write("c")  # and its hint is lost
    await room.look()
    await settle(2 * SPACING)

    assert reader.stored == ["a", "b", "c"]


async def test_edits_of_others_come_before_mine_in_one_commit(
    room: Room, memory: Memory, desk: Sit
) -> None:
    writer = await desk()
    memory.write("a")
    writer.type("b", 0, 0)
    await settle(2 * SPACING)

    assert writer.stored == ["a", "b"]
    assert [edit.client for edit in memory.log] == ["elsewhere", "client-a"]


async def test_a_page_that_stops_reading_is_let_go_and_hurts_nobody(
    desk: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, writer = await desk(), await desk(OTHER, "client-b")
    monkeypatch.setattr("scenarios.live.reader.BEHIND", 5000)
    monkeypatch.setattr("scenarios.live.reader.ASK_EVERY", 500)
    slow.blocked = asyncio.Event()
    for _ in range(6):
        writer.type("x" * 1000)
        await settle(SPACING)
        writer.reader.has_read(writer.of("ping")[-1]["n"])

    assert slow.code == Close.TOO_SLOW
    assert writer.code is None


async def test_a_page_that_answers_pings_may_be_sent_any_amount(room: Room, desk: Sit) -> None:
    listener = await desk()
    for _ in range(3 * BEHIND // ASK_EVERY):
        listener.reader.send('"' + "x" * (ASK_EVERY + 1) + '"')
        await settle()
        listener.reader.has_read(listener.frames[-1]["n"])

    assert listener.code is None
    listener.reader.has_read(-5)
    listener.reader.has_read(10**9)
    for _ in range(BEHIND // ASK_EVERY + 1):
        listener.reader.send('"' + "x" * ASK_EVERY + '"')
    await settle()
    assert listener.code == Close.TOO_SLOW


async def test_a_page_with_many_pushes_waiting_is_let_go(memory: Memory, desk: Sit) -> None:
    writer = await desk()
    memory.gate.clear()
    for _ in range(OFFERS + 1):
        writer.type("a", 0, 0)
    await settle()

    assert writer.code == Close.TOO_FAST
    memory.gate.set()
    await settle(2 * SPACING)


async def test_places_are_told_in_the_text_that_was_sent_before(room: Room, desk: Sit) -> None:
    heron, plover = await desk(), await desk(OTHER, "client-b")
    heron.type("abc")
    await settle(0.15)
    room.here(plover.reader, Here(1, (1, 3)))
    heron.type("x")
    await settle(0.15)
    moved = heron.of("moved")[-1]

    assert (moved["v"], moved["at"]) == (2, [[OTHER, 2, 4]])
    kinds = [frame["t"] for frame in heron.frames if frame["t"] in {"edits", "moved"}]
    assert kinds == ["edits", "edits", "moved"]


async def test_who_is_elsewhere_is_shown_and_forgotten_when_silent(
    room: Room, desk: Sit, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await desk()
    await room.heard("process", 0, [Peer(OTHER, "Plover", 1, "participant", (0, 0))], asks=True)
    await settle(0.15)
    monkeypatch.setattr("scenarios.live.presence.SILENT_AFTER", -1.0)
    await room.look()
    await settle(0.15)

    assert all(seats == [SEAT] for seats in told[:-1])
    assert [peer["id"] for peer in here.of("peers")[-2]["peers"]][-1] == OTHER
    assert here.of("peers")[-1]["gone"] == [OTHER]


async def test_an_empty_room_is_idle(room: Room, desk: Sit, told: list[Any]) -> None:
    only = await desk()
    busy = room.is_idle
    room.leave(only.reader)

    assert (busy, room.is_idle, told[-1]) == (False, True, [])
