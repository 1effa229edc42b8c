"""Rounds of writing and striking; after each, everything is mended and everything is asked."""

import asyncio
import json
import random
import signal
import time
from bisect import bisect
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from tests.campaigns.checker import Draft, Finding, check
from tests.campaigns.houses import House
from tests.campaigns.nemesis import KILLS, Fault, Nemesis, Table, schedule
from tests.campaigns.page import Page
from tests.campaigns.writers import Habits, Writer

MENDED_WITHIN: Final = 120.0
"""Seconds, after the last fault, for every word to arrive."""


@dataclass(frozen=True)
class Gathering:
    """How many write at once: so many drafts, and so many pages on each."""

    drafts: int = 2
    writers: int = 4
    habits: Habits = field(default_factory=Habits)


@dataclass(frozen=True)
class Plan:
    """One round. The seed decides the nemesis and every writer's choices, as far as these do not depend on time."""

    seed: str
    seconds: float
    kinds: dict[str, int]
    gathering: Gathering = field(default_factory=Gathering)
    apart: float = 2.0  # seconds between two faults


@dataclass
class Tally:
    """What came of it, of one round or of many."""

    seconds: float = 0.0
    edits: int = 0
    refused: int = 0
    lines: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    closings: Counter[int] = field(default_factory=Counter)
    quiet: dict[str, list[float]] = field(default_factory=dict)
    """By kind of fault, how long after it nobody anywhere was told that a word is saved."""

    blamed: dict[str, Counter[str]] = field(default_factory=dict)
    """By kind of fault, the kinds of findings about marks acknowledged right before it."""

    findings: list[Finding] = field(default_factory=list)
    tracebacks: int = 0

    @property
    def kills(self) -> int:
        return sum(count for kind, count in self.faults.items() if kind in KILLS)

    def found(self, kind: str) -> int:
        return sum(finding.kind == kind for finding in self.findings)

    def add(self, other: "Tally") -> None:
        self.seconds += other.seconds
        self.edits += other.edits
        self.refused += other.refused
        self.lines += other.lines
        self.tracebacks += other.tracebacks
        self.faults += other.faults
        self.closings += other.closings
        self.findings += other.findings
        for kind, times in other.quiet.items():
            self.quiet.setdefault(kind, []).extend(times)
        for kind, kinds in other.blamed.items():
            self.blamed.setdefault(kind, Counter()).update(kinds)

    def line(self) -> str:
        wrong = Counter(finding.kind for finding in self.findings)
        return (
            f"{self.edits:,} edits acknowledged, {self.kills} kills, {sum(self.faults.values())} faults, "
            + ", ".join(f"{wrong[kind]} {kind}" for kind in ("lost", "doubled", "diverged"))
            + (f", {sum(wrong.values())} findings in all" if wrong else "")
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "seconds": round(self.seconds, 1),
            "edits": self.edits,
            "kills": self.kills,
            "refused": self.refused,
            "lines": self.lines,
            "tracebacks": self.tracebacks,
            "faults": dict(self.faults),
            "closings": {str(code): count for code, count in self.closings.items()},
            "findings": [asdict(finding) for finding in self.findings[:200]],
        }


@dataclass
class Round:
    house: House
    plan: Plan
    say: Callable[[str], None] = print
    acknowledged: int = 0
    _told_at: list[float] = field(default_factory=list)

    async def run(self) -> Tally:
        plan, loop = self.plan, asyncio.get_running_loop()
        laid = await self.house.hands.ask(
            "lay", drafts=plan.gathering.drafts, writers=plan.gathering.writers
        )
        writers = {
            entry["draft"]: self._writers(entry, which)
            for which, entry in enumerate(laid["drafts"])
        }
        everyone = [writer for those in writers.values() for writer in those]
        seats = {
            entry["draft"]: [place["seat"] for place in entry["seats"]] for entry in laid["drafts"]
        }
        nemesis = Nemesis(self.house, Table(laid["workshop"], seats))
        before = self.house.logs().count("Traceback")
        began = loop.time()
        writing = [asyncio.ensure_future(writer.work()) for writer in everyone]
        try:
            await nemesis.work(self.faults())
            await asyncio.sleep(max(0.0, began + plan.seconds - loop.time()))
            for writer in everyone:
                writer.stop = True
            await asyncio.wait(writing, timeout=MENDED_WITHIN)
        finally:
            for task in writing:
                task.cancel()
            await asyncio.gather(*writing, return_exceptions=True)
        tally = Tally(seconds=loop.time() - began)
        tally.tracebacks = self.house.logs().count("Traceback") - before
        self._count(tally, everyone, nemesis)
        tally.findings += await self._ask_everything(laid["workshop"], writers, nemesis)
        self._blame(tally, nemesis)
        return tally

    def faults(self) -> list[Fault]:
        plan = self.plan
        return schedule(plan.seed, plan.kinds, plan.seconds, plan.apart)

    def _writers(self, entry: dict[str, Any], which: int) -> list[Writer]:
        """The first two of a draft are two pages of one seat. Of three or more the last finds no socket."""
        draft, places = entry["draft"], entry["seats"]
        doors = [(lambda door=door: str(door.url)) for door in self.house.doors]
        names = [f"{chr(ord('a') + i)}{draft}" for i in range(len(places))]
        return [
            Writer(
                name,
                doors,
                entry["path"],
                places[max(0, i - 1)]["cookie"],
                random.Random(f"{self.plan.seed}/{which}/{i}"),
                self._told,
                self.plan.gathering.habits,
                by_posts=i == len(places) - 1 > 1,
            )
            for i, name in enumerate(names)
        ]

    def _told(self, how_many: int) -> None:
        self.acknowledged += how_many
        self._told_at.append(asyncio.get_running_loop().time())

    def _count(self, tally: Tally, everyone: list[Writer], nemesis: Nemesis) -> None:
        for writer in everyone:
            testimony = writer.page.testimony
            tally.edits += len(testimony.acknowledged)
            tally.refused += len(testimony.refused) + len(testimony.doubtful)
            tally.lines += writer.lines
            tally.closings.update(writer.closings)
        tally.faults.update(kind for _, kind in nemesis.struck)
        for at, kind in nemesis.struck:
            tally.quiet.setdefault(kind, []).append(self._silence_after(at))

    def _silence_after(self, at: float) -> float:
        """The longest that began within a second of it."""
        times = self._told_at
        first, last = bisect(times, at), bisect(times, at + 1.0)
        around = [at, *times[first : last + 1]]
        return max((later - one for one, later in pairwise(around)), default=0.0)

    async def _ask_everything(
        self, workshop: int, writers: dict[int, list[Writer]], nemesis: Nemesis
    ) -> list[Finding]:
        path = self.house.folder / f"facts-{workshop}.json"
        await self._hear_the_rest(
            writers, await self.house.hands.ask("versions", workshop=workshop)
        )
        await self.house.hands.ask("facts", workshop=workshop, into=str(path))
        facts = json.loads(path.read_text())
        path.unlink()
        found: list[Finding] = []
        for draft, those in writers.items():
            rows = facts["drafts"][str(draft)]
            found += await asyncio.to_thread(  # others may be writing in the other house
                check,
                Draft(
                    draft,
                    rows["version"],
                    rows["text"],
                    rows["log"],
                    rows["snapshots"],
                    rows["difference"],
                    {writer.name: writer.page for writer in those},
                    [window for window in nemesis.windows if window.draft == draft],
                ),
                facts["export"],
            )
        return found

    async def _hear_the_rest(
        self, writers: dict[int, list[Writer]], versions: dict[str, int]
    ) -> None:
        """Each page comes back and reads on to the newest version; and one that knows nothing yet."""
        for draft, those in writers.items():
            those.append(Writer(
                f"n{draft}", those[0].doors, those[0].path, those[0].cookie, random.Random(0), self._told,
                page=Page(), stop=True,
            ))  # fmt: skip
        await asyncio.gather(
            *(
                writer.read_upto(versions[str(draft)])
                for draft, those in writers.items()
                for writer in those
            )
        )
        if any(
            (writer.page.version or 0) < versions[str(draft)]
            for draft, those in writers.items()
            for writer in those
        ):
            for web in self.house.webs:
                web.signal(signal.SIGUSR1)
            await asyncio.sleep(0.5)

    def _blame(self, tally: Tally, nemesis: Nemesis) -> None:
        """Nobody knows for certain; a page of findings is read with the faults beside it."""
        wrong = Counter(finding.kind for finding in tally.findings)
        if wrong:
            for kind in {kind for _, kind in nemesis.struck}:
                tally.blamed.setdefault(kind, Counter()).update(wrong)


class Record:
    """Rounds as lines of JSON, in a folder that git ignores."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path

    def add(self, **facts: Any) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps({"at": time.strftime("%FT%TZ", time.gmtime()), **facts}) + "\n")
