"""One draft in one process: what arrives is gathered, stored in batches, then shown. Pure asyncio.

While one batch is being stored the next one gathers, so load makes batches larger, not slower. Nothing is
acknowledged or shown before the store says that it is durable. docs/live.md has the whole picture.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

from scenarios.live import protocol
from scenarios.live.log import Log, TooFarBehind
from scenarios.live.masks import Mask
from scenarios.live.presence import Presence
from scenarios.live.protocol import Close, Hello, Here, Peer, Push, Stored, Verdict, Why
from scenarios.live.reader import Holder, Reader, on_the_wire
from scenarios.live.replica import Offer, Replica

logger = logging.getLogger(__name__)

T = TypeVar("T")

SPACING: Final = 0.004
"""Seconds at least between two batches, and between two frames to a reader. The first after a quiet moment waits for nothing."""

A_READER: Final = 0.00008
"""As much longer for each: what a frame costs grows with those who read it, so the more they are the more it carries."""

PRESENCE_SPACING: Final = 0.1
BATCH: Final = 256
OFFERS: Final = 4
"""Pushes of one page that may wait. A page that keeps to the protocol has one."""

RETRY: Final = 0.5
RESUME: Final = 5000
"""A page further behind than this gets the text."""


class Unavailable(Exception):
    """The store cannot be reached right now."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Of the offer at `index`, from `sequence` on. Its writer reads a sentence, or is let go, or both."""

    index: int
    sequence: int
    why: Why | None = None
    say: str = ""
    close: Close | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that was stored since the replica's version before, by anyone, and what was refused."""

    stored: Sequence[Stored]
    refused: Sequence[Refusal]


@dataclass(frozen=True, slots=True)
class Glance:
    """How a draft's row stands; `epoch` moves with every change of rights. `ended` are sessions, of any draft."""

    version: int
    epoch: object
    ended: Collection[str] = ()
    redacted: int = 0


Standings = Mapping[Holder, Verdict]


class Store(Protocol):
    """Where the log is durable. Each call is one short transaction."""

    async def load(self, draft: int) -> Replica: ...

    async def refresh(self, replica: Replica) -> Sequence[Stored]:
        """What others stored since."""

    async def commit(self, replica: Replica, offers: Sequence[Offer]) -> Outcome:
        """Durable on return. On an error the replica is spoilt."""

    async def edits(self, draft: int, after: int, upto: int) -> Sequence[Stored]: ...

    async def greet(
        self, replica: Replica, client: str, seat: int
    ) -> tuple[Sequence[Stored], int | None]:
        """As refresh; and the client's last sequence, 0 if it is new, None if it is another seat's."""

    async def look(self, draft: int, holders: Collection[Holder]) -> tuple[Glance, Standings]:
        """The row, and what each holder may do now."""


@dataclass(frozen=True, slots=True)
class Telling:
    """How a room reaches the rooms of this draft in other processes. Best effort, and no content."""

    stored: Callable[[int], None]
    present: Callable[[int, Sequence[Peer], bool], None]  # at version; whether we ask for theirs


Batch = list[tuple[Reader, Push]]


class Room:
    def __init__(self, draft: int, store: Store, tell: Telling, mask: Mask | None = None) -> None:
        self.draft, self._mask = draft, mask
        self.readers: set[Reader] = set()
        self._store, self._tell = store, tell
        self._turn = asyncio.Lock()  # held by whoever uses the replica
        self._joining = 0
        self._replica: Replica | None = None
        self._log = Log(0)
        self._length = 0  # of the text at the log's version
        self._redacted = 0
        self._epoch: object = None  # when it was last asked who may be here
        self._offers: Batch = []
        self._draining: asyncio.Task[None] | None = None
        self._presence = Presence()
        self._unshown: list[Stored] = []
        self._clock = asyncio.get_running_loop().time
        self._drained = self._flushed = self._presented = -1.0
        self._flushing: asyncio.TimerHandle | None = None
        self._presenting: asyncio.TimerHandle | None = None

    @property
    def version(self) -> int:
        return self._log.version

    @property
    def is_idle(self) -> bool:
        return not (self.readers or self._joining or self._draining)

    @property
    def _spacing(self) -> float:
        return max(SPACING, A_READER * len(self.readers))

    # --- coming and going -------------------------------------------------------------------

    async def join(self, reader: Reader, hello: Hello) -> None:
        """Raises Unavailable."""
        self._joining += 1
        try:
            await self._join(reader, hello)
        finally:
            self._joining -= 1
        self._present_soon()
        if len(self.readers) == 1:
            self._tell.present(self.version, self._presence.report(), True)

    async def _join(self, reader: Reader, hello: Hello) -> None:
        async with self._turn:
            replica = await self._loaded()
            newer, sequence = await self._asked(
                self._store.greet(replica, reader.client, reader.seat)
            )
            self._take(newer)
            if sequence is None:
                reader.drop(Close.MALFORMED)
                return
            so_far = await self._since(hello.version)
            self._flush()
            self._take_over(reader)
            self.readers.add(reader)
            self._presence.enter(reader.peer)
            self._epoch = None  # what it was let in for may have changed on the way
            reader.welcome(
                protocol.welcome(
                    self.version,
                    str(replica.text) if so_far is None else self._edits(so_far),
                    you=self._peers([reader.peer])[0],
                    standing=reader.standing,
                    sequence=sequence,
                    peers=self._peers(self._presence.everyone()),
                )
            )

    def leave(self, reader: Reader) -> None:
        if reader in self.readers:
            self.readers.discard(reader)
            self._presence.leave(reader.seat)
            self._present_soon()
            if not self.readers:
                self._stop_timers()
                self._tell.present(self.version, (), False)

    def _take_over(self, newcomer: Reader) -> None:
        for reader in self.readers:
            if reader.client == newcomer.client and reader.seat == newcomer.seat:
                reader.drop(Close.TAKEN_OVER)

    async def _since(self, version: int | None) -> Sequence[Stored] | None:
        """What a page at this version lacks; None if it should rather have the text."""
        if version is None or not 0 <= self.version - version <= RESUME:
            return None
        if version < self._redacted:  # the words that left the log may stand in its text
            return None
        try:
            return self._log.since(version)
        except TooFarBehind:
            return await self._store.edits(self.draft, version, self.version)

    # --- what pages say ---------------------------------------------------------------------

    def push(self, reader: Reader, push: Push) -> None:
        if reader.offers >= OFFERS:
            reader.drop(Close.TOO_FAST)
            return
        reader.offers += 1
        self._offers.append((reader, push))
        if self._draining is None:
            self._draining = asyncio.ensure_future(self._drain())

    def here(self, reader: Reader, here: Here) -> None:
        if reader not in self.readers:
            return
        selection = here.selection
        if selection is not None:
            selection = self._log.map_selection(selection, here.version, seat=reader.seat)
            if selection is None or max(selection) > self._length:
                return
        self._presence.point(reader.seat, selection)
        self._present_soon()

    # --- storing ----------------------------------------------------------------------------

    async def _drain(self) -> None:
        try:
            while self._offers:
                if (wait := self._drained + self._spacing - self._clock()) > 0:
                    await asyncio.sleep(wait)
                self._drained = self._clock()
                async with self._turn:
                    batch, self._offers = self._offers[:BATCH], self._offers[BATCH:]
                    undecided = await self._commit(batch)
                if undecided:
                    self._offers[:0] = undecided
                    await asyncio.sleep(RETRY)
        finally:
            self._draining = None

    async def _commit(self, batch: Batch) -> Batch:
        """Returns what could not be decided, because the store is away: it must come again."""
        offers = [Offer(reader.holder, reader.client, push) for reader, push in batch]
        outcome: Outcome | None = None
        try:
            outcome = await self._store.commit(await self._loaded(), offers)
        except Unavailable:
            self._replica = None
            return batch
        except Exception:
            logger.exception("A batch for draft %s could not be stored.", self.draft)
        if outcome is None:
            self._replica = None
            return await self._commit_singly(batch)
        for reader, _ in batch:
            reader.offers -= 1
        self._take(outcome.stored)
        if outcome.stored:
            self._tell.stored(self.version)
        for refusal in outcome.refused:
            self._refuse(batch[refusal.index][0], refusal)
        return []

    async def _commit_singly(self, batch: Batch) -> Batch:
        """So that one that breaks us takes nobody along."""
        if len(batch) == 1:
            reader, _ = batch[0]
            reader.offers -= 1
            reader.drop(Close.MALFORMED)
            return []
        for i, one in enumerate(batch):
            if await self._commit([one]):
                return batch[i:]
        return []

    def _refuse(self, reader: Reader, refusal: Refusal) -> None:
        self._flush()  # what of the push was stored is acknowledged first
        if refusal.why is not None:
            reader.send(protocol.refused(refusal.sequence, refusal.why, refusal.say))
        if refusal.close is not None:
            reader.drop(refusal.close)

    async def _loaded(self) -> Replica:
        """The replica, read anew after a commit that failed."""
        if self._replica is None:
            replica = await self._store.load(self.draft)
            if not self.readers and not self._unshown:
                self._log, self._length = replica.log.copy(), len(replica.text)
            elif replica.version > self.version:
                self._take(await self._store.edits(self.draft, self.version, replica.version))
            if replica.redacted > self._redacted:
                self._redacted, self._log = replica.redacted, replica.log.copy()
                self._flush()
                for reader in list(self.readers):
                    reader.drop(Close.REDACTED)
            self._replica = replica
        return self._replica

    # --- showing ----------------------------------------------------------------------------

    def _take(self, stored: Sequence[Stored]) -> None:
        """What is durable now goes out: at once, or with the next frame."""
        if not stored:
            return
        for edit in stored:
            self._log.append(edit)
        self._length = stored[-1].changes.new_length
        self._presence.advance(stored)
        self._unshown += stored
        if self._flushing is None:
            wait = self._flushed + self._spacing - self._clock()
            if wait > 0:
                self._flushing = asyncio.get_running_loop().call_later(wait, self._flush)
            else:
                self._flush()

    def _flush(self) -> None:
        if self._flushing:
            self._flushing.cancel()
            self._flushing = None
        if self._unshown:
            self._send_all(protocol.edits(self._edits(self._unshown)))
            self._unshown = []
            self._flushed = self._clock()

    def _present_soon(self) -> None:
        if self._presenting is None and self.readers:
            wait = max(0.0, self._presented + PRESENCE_SPACING - self._clock())
            self._presenting = asyncio.get_running_loop().call_later(wait, self._present)

    def _present(self) -> None:
        self._presenting = None
        came, gone, moved = self._presence.news()
        if not (came or gone or moved):
            return
        self._presented = self._clock()
        self._flush()  # so that the places are in the text the page has
        if came or gone:
            left = [self._mask.number(seat) for seat in gone] if self._mask else gone
            self._send_all(protocol.peers(self.version, self._peers(came), left))
        if moved:
            self._send_all(protocol.moved(self.version, self._peers(moved)))
        self._tell.present(self.version, self._presence.report(), False)

    def _peers(self, peers: list[Peer]) -> list[Peer]:
        return self._mask.peers(peers) if self._mask else peers

    def _edits(self, stored: Sequence[Stored]) -> Sequence[Stored]:
        return self._mask.edits(stored) if self._mask else stored

    def _send_all(self, frame: str) -> None:
        wire = on_the_wire(frame)
        for reader in list(self.readers):
            reader.send(frame, wire)

    def _stop_timers(self) -> None:
        for timer in (self._flushing, self._presenting):
            if timer:
                timer.cancel()
        self._flushing = self._presenting = None
        self._unshown = []

    # --- other processes, and the rows ------------------------------------------------------

    async def hinted(self, version: int) -> None:
        """Another process says that the draft is at this version."""
        if version > self.version and self.readers:
            async with self._turn:
                await self._catch_up(version)

    async def redacted(self) -> None:
        """Words left the log: neither we nor any page remember them."""
        async with self._turn:
            self._replica = None
            await self._loaded()

    async def _catch_up(self, version: int) -> None:
        replica = await self._loaded()
        if version > self.version:
            self._take(await self._asked(self._store.refresh(replica)))

    async def _asked(self, answer: Awaitable[T]) -> T:
        """What fails on its way, or is not waited for, may have moved the replica on: then it is read anew."""
        try:
            return await answer
        except BaseException:
            self._replica = None
            raise

    async def heard(self, process: str, version: int, peers: Iterable[Peer], *, asks: bool) -> None:
        """Another process says who is there."""
        await self.hinted(version)
        try:
            since = self._log.since(version)
        except TooFarBehind:
            since, peers = [], [replace(peer, selection=None) for peer in peers]
        self._presence.heard(process, peers, self._clock(), since)
        self._present_soon()
        if asks and self.readers:
            self._tell.present(self.version, self._presence.report(), False)

    async def look(self) -> None:
        """Ask the rows what a lost hint may have hidden: a newer version, and who may still be here."""
        glance, standings = await self._store.look(
            self.draft, {reader.holder for reader in self.readers}
        )
        self._epoch = glance.epoch
        for reader in list(self.readers):
            standing = standings.get(reader.holder)
            if isinstance(standing, Close):
                reader.drop(standing)
            elif standing is not None and not standing.may_read:
                reader.drop(Close.NOT_ALLOWED)
            elif standing is not None and standing != reader.standing:
                reader.standing = standing
                reader.send(protocol.may(standing))
        await self._follow(glance)

    async def glanced(self, glance: Glance) -> None:
        """As look, of which this is the cheap part: it is enough while nobody's rights have moved."""
        if glance.epoch != self._epoch or any(
            reader.holder.session in glance.ended for reader in self.readers
        ):
            await self.look()
        else:
            await self._follow(glance)

    async def _follow(self, glance: Glance) -> None:
        if glance.redacted > self._redacted and self.readers:
            await self.redacted()
        await self.hinted(glance.version)
        self._presence.forget_silent(self._clock())
        self._present_soon()

    def noted(self) -> None:
        """Something was said about the draft: pages read it anew."""
        self._send_all(protocol.noted())

    def remind(self) -> None:
        """Tell other processes who is here, so that they do not take us for dead."""
        if self.readers:
            self._tell.present(self.version, self._presence.report(), False)
