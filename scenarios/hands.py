"""A draft as it was at a version, with who wrote what, and how much was written when; for people to look at."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from scenarios.live.masks import HUES
from scenarios.live.standing import mask_of
from scenarios.models import Draft
from workshops.models import Seat, Workshop

BARS = 72
_lines = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Hand:
    """Whoever wrote, as far as may be said."""

    name: str
    hue: int


@dataclass
class Paragraph:
    """Its words in the order of the text, and everybody who has some in it."""

    runs: list[tuple[str, Hand]] = field(default_factory=list)

    @property
    def hands(self) -> list[Hand]:
        return list(dict.fromkeys(hand for words, hand in self.runs if words.strip()))


@dataclass(frozen=True, slots=True)
class Bar:
    """How much of the most that was written in so much time, and whether the version looked at was made in it."""

    x: int
    height: int
    here: bool


def hands_of(draft: Draft, workshop: Workshop, seats: Iterable[int]) -> dict[int, Hand]:
    """By seat: its pseudonym and colour; under the Chatham House rule what the editor shows in their place."""
    if workshop.unnamed:
        mask = mask_of(draft.pk, workshop)
        return {seat: Hand(mask.name, mask.number(seat) % HUES) for seat in seats}
    known = Seat.objects.in_bulk(set(seats))
    return {seat: Hand(row.pseudonym, row.hue) for seat, row in known.items()}


def paragraphs(written: Sequence[tuple[str, int]], hands: dict[int, Hand]) -> list[Paragraph]:
    """Cut at empty lines."""
    return [one for one in _paragraphs(written, hands) if one.hands]


def _paragraphs(written: Iterable[tuple[str, int]], hands: dict[int, Hand]) -> Iterator[Paragraph]:
    paragraph, blank = Paragraph(), False
    for words, seat in written:
        for line in _lines.findall(words):
            if line == "\n" and (blank or _ends_a_line(paragraph)):
                blank = True
                continue
            if blank:
                yield paragraph
                paragraph, blank = Paragraph(), False
            paragraph.runs.append((line, hands[seat]))
    yield paragraph


def _ends_a_line(paragraph: Paragraph) -> bool:
    return not paragraph.runs or paragraph.runs[-1][0].endswith("\n")


def bars(pace: Sequence[tuple[int, datetime]], version: int) -> list[Bar]:
    """One for each stretch of time, as high as its edits are many."""
    if len(pace) < 2:
        return []
    first, last = pace[0][1], max(at for _, at in pace)
    span = (last - first).total_seconds() or 1
    edits, here = [0.0] * BARS, 0

    def place(at: datetime) -> int:
        return min(BARS - 1, max(0, int((at - first).total_seconds() / span * BARS)))

    edits[0] += 1
    for (older, _), (newer, at) in pairwise(pace):
        edits[place(at)] += newer - older
        if older < version <= newer:
            here = place(at)
    most = max(edits)
    heights = [max(2, round(40 * (count / most) ** 0.5)) if count else 0 for count in edits]
    return [Bar(8 * x, height, x == here) for x, height in enumerate(heights) if height]
