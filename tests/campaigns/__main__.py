"""`make campaign-live MINUTES=n`: many rounds, in both set-ups by turns, and a report.

PARTS chooses: live (the default), fuzz (histories against CodeMirror under node), frames (mutated frames).
"""

import argparse
import asyncio
import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from statistics import median

from tests.campaigns.campaign import Gathering, Plan, Record, Round, Tally
from tests.campaigns.houses import House, embedded, scaled
from tests.campaigns.nemesis import EMBEDDED, SCALED
from tests.campaigns.writers import Habits
from tests.processes import ROOT
from tests.services.servers import NoServer

RESULTS = ROOT / "test-results" / "campaign-live.jsonl"
ROUND = 45.0
TURN = 6
"""Rounds in one house before the other one is opened."""

# A crowd in one text, several small groups, and pairs that write a lot at once: each finds what the others do not.
GATHERINGS = [
    Gathering(drafts=5, writers=3, habits=Habits(edits=8, thinks=0.05, most=24)),
    Gathering(drafts=2, writers=9, habits=Habits(edits=2, thinks=0.1, most=12)),
    Gathering(drafts=8, writers=2, habits=Habits(edits=16, thinks=0.05, most=60)),
]


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
    parser.add_argument("--apart", type=float, default=1.6, help="seconds between two faults")
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


async def live(options: Options) -> Tally:
    total, record = Tally(), Record(RESULTS)
    until = time.monotonic() + options.minutes * 60
    number = options.first
    say(f"Seed {options.seed}. Rounds are in {RESULTS.relative_to(ROOT)}.")

    def enough() -> bool:
        asked = options.edits or options.kills
        reached = total.edits >= options.edits and total.kills >= options.kills
        return time.monotonic() > until or (bool(asked) and reached)

    while not enough():
        setup = options.setups[number // TURN % len(options.setups)]
        async with HOUSES[setup]() as house:
            for _ in range(TURN):
                if enough():
                    break
                plan = plan_of(
                    options, number, setup, min(ROUND, max(10.0, until - time.monotonic()))
                )
                tally = await Round(house, plan).run()
                total.add(tally)
                record.add(seed=options.seed, round=number, setup=setup, **tally.as_json())
                say(f"{house.name}, round {number}: {tally.line()}. So far: {total.line()}")
                for finding in tally.findings[:10]:
                    say(f"  {finding.kind}: {finding.says}")
                if tally.findings:
                    keep_what_was_said(house, options.seed, number)
                number += 1
    return total


def plan_of(options: Options, number: int, setup: str, seconds: float) -> Plan:
    return Plan(
        f"{options.seed}/{number}",
        seconds,
        EMBEDDED if setup == "embedded" else SCALED,
        GATHERINGS[number % len(GATHERINGS)],
        options.apart,
    )


def keep_what_was_said(house: House, seed: str, number: int) -> None:
    path = RESULTS.parent / f"campaign-{seed}-{number}.log"
    path.write_text(house.logs()[-2_000_000:])
    say(f"  what the servers said: {path.relative_to(ROOT)}")


def report(total: Tally, began: float) -> None:
    mine, theirs = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    wall = time.monotonic() - began
    say("")
    say(
        f"{'fault':<28}{'times':>7}{'silence after it: median':>28}{'worst':>8}   findings in its rounds"
    )
    for kind, count in sorted(total.faults.items()):
        quiet = total.quiet.get(kind, [0.0])
        blamed = (
            ", ".join(f"{n} {what}" for what, n in total.blamed.get(kind, {}).items()) or "none"
        )
        say(f"{kind:<28}{count:>7}{median(quiet):>26.2f} s{max(quiet):>7.1f} s  {blamed}")
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
    options = read(arguments)
    began, broken = time.monotonic(), 0
    if "live" in options.parts:
        try:
            total = asyncio.run(live(options))
        except NoServer as error:
            sys.exit(f"PostgreSQL and Valkey cannot run here. {error}")
        report(total, began)
        broken += bool(total.findings)
    for part in ("fuzz", "frames"):
        if part in options.parts:
            broken += bool(subprocess.run(OTHERS[part](options), cwd=ROOT).returncode)
    return 1 if broken else 0


OTHERS: dict[str, Callable[[Options], list[str]]] = {
    "fuzz": lambda options: [
        str(ROOT / ".venv" / "bin" / "node"), "tests/js/histories.mjs",
        "--histories", "1000000", "--seed", options.seed,
    ],
    "frames": lambda options: [sys.executable, "-m", "tests.campaigns.frames", "--seed", options.seed],
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
