"""The store in a thread of its own, so that the server goes on while a commit waits for the disk."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from django.db import InterfaceError, OperationalError, connection

from scenarios.live import standing, store
from scenarios.live.protocol import Close, Stored
from scenarios.live.reader import Holder
from scenarios.live.replica import Offer, Replica
from scenarios.live.room import Glance, Outcome, Standings, Unavailable

T = TypeVar("T")

Batch = tuple[Replica, Sequence[Offer], "asyncio.Future[Outcome]"]

TOGETHER: Final = 50
"""Drafts in one transaction."""


class StoreThread:
    """What rooms ask of their `Store`, asked of the database. One at a time: SQLite has one writer anyway."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drafts")
        self._batches: list[Batch] = []
        self._committing: asyncio.Task[None] | None = None

    async def admit(self, draft: int, person: int) -> standing.Admission | Close:
        return await self._run(lambda: standing.admit(draft, person))

    async def load(self, draft: int) -> Replica:
        return await self._run(lambda: store.load(draft))

    async def greet(
        self, replica: Replica, client: str, seat: int
    ) -> tuple[Sequence[Stored], int | None]:
        def greeting() -> tuple[Sequence[Stored], int | None]:
            if store.redacted(replica.draft) > replica.redacted:
                raise Unavailable  # what this process remembers has words in it that are gone
            newer = store.refresh(replica)
            store.learn_clients(replica, {client})
            owner, sequence = replica.clients.get(client, (seat, 0))
            return newer, sequence if owner == seat else None

        return await self._run(greeting)

    async def refresh(self, replica: Replica) -> Sequence[Stored]:
        return await self._run(lambda: store.refresh(replica))

    async def commit(self, replica: Replica, offers: Sequence[Offer]) -> Outcome:
        """What other rooms bring meanwhile goes along in the next transaction."""
        decided: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._batches.append((replica, offers, decided))
        if self._committing is None:
            self._committing = asyncio.ensure_future(self._commit())
        return await decided

    async def _commit(self) -> None:
        try:
            while self._batches:
                batches, self._batches = self._batches[:TOGETHER], self._batches[TOGETHER:]
                for (*_, decided), outcome in zip(
                    batches, await self._decide(batches), strict=True
                ):
                    if decided.done():
                        continue  # whoever waited for it is gone
                    if isinstance(outcome, Exception):
                        decided.set_exception(outcome)
                    else:
                        decided.set_result(outcome)
        finally:
            self._committing = None

    async def _decide(self, batches: Sequence[Batch]) -> Sequence[Outcome | Exception]:
        work = [(replica, offers) for replica, offers, _ in batches]
        try:
            return await self._run(lambda: store.commit_all(work))
        except Exception as problem:
            return [problem] * len(batches)

    async def edits(self, draft: int, after: int, upto: int) -> Sequence[Stored]:
        return await self._run(lambda: store.edits(draft, after, upto))

    async def look(self, draft: int, holders: Collection[Holder]) -> tuple[Glance, Standings]:
        return await self._run(lambda: standing.look(draft, holders))

    async def glance(self, drafts: Collection[int], sessions: Collection[str]) -> dict[int, Glance]:
        return await self._run(lambda: standing.glance(drafts, sessions))

    async def close(self) -> None:
        """Give the thread's connection back, then the thread."""
        await self._run(lambda: connection.close())  # noqa: PLW0108 (it must be looked up in that thread)
        self._thread.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, _reaching, work)


def _reaching(work: Callable[[], T]) -> T:
    try:
        return work()
    except (InterfaceError, OperationalError) as error:
        connection.close()  # the next try opens a new one
        raise Unavailable from error
