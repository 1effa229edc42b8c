"""What of a text as it was could be put back into the text as it is: whole lines that stand otherwise now. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from scenarios.analysis.matching import Budget, matched
from scenarios.live import merge
from scenarios.live.changeset import ChangeSet, Section, units

STEPS = 1_500_000  # about a second


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that stand in one another's place; `start` in code units of the text as it is."""

    start: int
    now: str
    then: str


def hunks(now: str, then: str) -> list[Hunk]:
    return list(_hunks(now, then))


def _hunks(now: str, then: str) -> Iterator[Hunk]:
    at = 0
    for one in matched(_lines(now), _lines(then), Budget(STEPS)):
        here = "".join(one.old)
        if not one.same:
            yield Hunk(at, here, "".join(one.new))
        at += len(units(here))


def _lines(text: str) -> list[str]:
    """At line feeds only: there are other signs that Python would break at."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def put_back(now: str, hunk: Hunk) -> ChangeSet:
    """Only those lines, and of them only the words that differ: the others stay with whoever wrote them."""
    end = hunk.start + len(units(hunk.now))
    inner = merge.difference(hunk.now, hunk.then).sections
    sections: list[Section] = [(hunk.start, None), *inner, (len(units(now)) - end, None)]
    return ChangeSet.of(sections)
