"""`make campaign-live MINUTES=n`: many rounds, in both set-ups side by side, and a report.

PARTS chooses: live (the default), fuzz (histories against CodeMirror under node), frames (mutated frames).
"""

import argparse
import asyncio
import resource
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from itertools import count, islice
from statistics import median
from zlib import crc32

from tests.campaigns.campaign import Gathering, Plan, Record, Round, Tally
from tests.campaigns.houses import House, embedded, scaled
from tests.campaigns.nemesis import EMBEDDED, SCALED
from tests.campaigns.writers import Habits
from tests.processes import ROOT
from tests.services.servers import NoServer

RESULTS = ROOT / "test-results" / "campaign-live.jsonl"
ROUND = 50.0
TURN = 8
"""Rounds in one house before it is built anew."""

# Pairs that write a lot at once, small groups, a crowd in one text: each finds what the others do not.
PAIRS = Gathering(drafts=10, writers=2, habits=Habits(edits=40, thinks=0.05, most=100, waits=100))
GROUPS = Gathering(drafts=6, writers=3, habits=Habits(edits=16, thinks=0.05, most=40))
CROWD = Gathering(drafts=2, writers=8, habits=Habits(edits=4, thinks=0.1, most=12))
GATHERINGS = [PAIRS, GROUPS, PAIRS, PAIRS, PAIRS, CROWD, PAIRS, PAIRS]


@dataclass
class Options:
    minutes: float
    seed: str
    edits: int
    kills: int
    setups: list[str]
    apart: float
    parts: list[str]
    first: int


def read(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="make campaign-live", description=__doc__)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    parser.add_argument("--edits", type=int, default=0, help="end once so many are acknowledged")
    parser.add_argument("--kills", type=int, default=0, help="and so many processes were killed")
    parser.add_argument("--setup", choices=["embedded", "scaled", "both"], default="both")
    parser.add_argument("--apart", type=float, default=1.8, help="seconds between two faults")
    parser.add_argument("--parts", default="live", help="live,fuzz,frames")
    parser.add_argument("--first", type=int, default=0, help="the number of the first round")
    given = parser.parse_args(arguments)
    return Options(
        given.minutes,
        given.seed,
        given.edits,
        given.kills,
        ["embedded", "scaled"] if given.setup == "both" else [given.setup],
        given.apart,
        given.parts.split(","),
        given.first,
    )


HOUSES: dict[str, Callable[[], AbstractAsyncContextManager[House]]] = {
    "embedded": embedded,
    "scaled": scaled,
}


async def live(options: Options, total: Tally) -> None:
    record = Record(RESULTS)
    until = time.monotonic() + options.minutes * 60
    say(f"Seed {options.seed}. Rounds are in {RESULTS.relative_to(ROOT)}.")

    def left() -> float:
        asked = options.edits or options.kills
        if asked and total.edits >= options.edits and total.kills >= options.kills:
            return 0.0
        return until - time.monotonic()

    async def rounds(setup: str, numbers: Iterator[int]) -> None:
        while left() > 0:
            async with HOUSES[setup]() as house:
                for number in islice(numbers, TURN):
                    if left() <= 0:
                        break
                    plan = plan_of(options, number, setup, min(ROUND, max(10.0, left())))
                    tally = await Round(house, plan).run()
                    total.add(tally)
                    record.add(seed=options.seed, round=number, setup=setup, **tally.as_json())
                    tell(house, options.seed, number, tally, total)

    every = len(options.setups)
    await asyncio.gather(
        *(rounds(setup, count(options.first + i, every)) for i, setup in enumerate(options.setups))
    )


def tell(house: House, seed: str, number: int, tally: Tally, total: Tally) -> None:
    say(f"{house.name}, round {number}: {tally.line()}. So far: {total.line()}")
    for finding in tally.findings[:10]:
        say(f"  {finding.kind}: {finding.says}")
    if tally.findings:
        path = RESULTS.parent / f"campaign-{seed}-{number}.log"
        path.write_text(house.logs()[-2_000_000:])
        say(f"  what the servers said: {path.relative_to(ROOT)}")


def plan_of(options: Options, number: int, setup: str, seconds: float) -> Plan:
    return Plan(
        f"{options.seed}/{number}",
        seconds,
        EMBEDDED if setup == "embedded" else SCALED,
        GATHERINGS[number // len(options.setups) % len(GATHERINGS)],
        options.apart,
    )


def report(total: Tally, began: float) -> None:
    mine, theirs = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    wall = time.monotonic() - began
    say("")
    say(
        f"{'fault':<28}{'times':>7}{'silence after it: median':>28}{'worst':>8}   findings in its rounds"
    )
    for kind, times in sorted(total.faults.items()):
        quiet = total.quiet.get(kind, [0.0])
        blamed = (
            ", ".join(f"{n} {what}" for what, n in total.blamed.get(kind, {}).items()) or "none"
        )
        say(f"{kind:<28}{times:>7}{median(quiet):>26.2f} s{max(quiet):>7.1f} s  {blamed}")
    say("")
    say(
        f"{wall / 60:.1f} minutes, {total.lines:,} connections, {total.refused:,} edits refused, "
        f"closed with {dict(sorted(total.closings.items()))}, {total.tracebacks} tracebacks, "
        f"{mine.ru_utime + mine.ru_stime:.0f} + {theirs.ru_utime + theirs.ru_stime:.0f} CPU seconds"
    )
    say(total.line())


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    for how in (signal.SIGINT, signal.SIGTERM):  # also where a shell has us in its background
        signal.signal(how, signal.default_int_handler)
    options = read(arguments)
    began, broken = time.monotonic(), 0
    if "live" in options.parts:
        total = Tally()
        try:
            asyncio.run(live(options, total))
        except NoServer as error:
            sys.exit(f"PostgreSQL and Valkey cannot run here. {error}")
        except KeyboardInterrupt:
            say("Interrupted; so far:")
        report(total, began)
        broken += bool(total.findings)
    for part in ("fuzz", "frames"):
        if part in options.parts:
            broken += bool(subprocess.run(OTHERS[part](options), cwd=ROOT).returncode)
    return 1 if broken else 0


OTHERS: dict[str, Callable[[Options], list[str]]] = {
    "fuzz": lambda options: [
        sys.executable, "-m", "tests.scenarios.live.histories", "--histories", "1000000", "--seed", str(crc32(options.seed.encode())),
    ],
    "frames": lambda options: [sys.executable, "-m", "tests.campaigns.frames", "--seed", options.seed],
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
