"""What changed between two texts, word by word, for a person to read.

Paragraphs are matched first, then the words of those that changed. The work is counted, not timed:
when it runs out, what is left counts as removed and added as a whole.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scenarios.analysis.matching import Budget, matched

STEPS = 1_500_000  # about a second
FOLD_FROM = 3  # so many unchanged paragraphs in a row are folded

_paragraphs = re.compile(r"\n[^\S\n]*\n\s*")
_letter = r"[\w'’\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c\u200d]"
# A word, or one sign, with the space before it.
_words = re.compile(rf"\s*(?:{_letter}+|\S)")


class Change(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Run:
    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Paragraphs that changed, or stayed; `folded` is how many of them need not be read again."""

    runs: tuple[Run, ...]
    folded: int = 0

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def diff(old: str, new: str) -> list[Passage]:
    budget = Budget(STEPS)
    blocks = matched(_split(old), _split(new), budget)
    passages: list[Passage] = []
    for place, block in enumerate(blocks):
        if block.same:
            passages += _folded(block.new, lead=place > 0, tail=place < len(blocks) - 1)
        else:
            passages.append(_reworded("\n\n".join(block.old), "\n\n".join(block.new), budget))
    return passages


def _split(text: str) -> list[str]:
    parts = _paragraphs.split(text.replace("\r\n", "\n"))
    return [part.strip("\n").rstrip() for part in parts if part.strip()]


def _folded(paragraphs: Sequence[str], *, lead: bool, tail: bool) -> Iterator[Passage]:
    """Keep the neighbour of a change on either side, and fold what lies between."""
    head, foot = int(lead), len(paragraphs) - int(tail)
    if foot - head < FOLD_FROM:
        yield Passage((Run(Change.SAME, "\n\n".join(paragraphs)),))
        return
    for part, fold in ((paragraphs[:head], 0), (paragraphs[head:foot], 1), (paragraphs[foot:], 0)):
        if part:
            yield Passage((Run(Change.SAME, "\n\n".join(part)),), fold * len(part))


@dataclass(slots=True)
class _Stretch:
    same: bool
    old: str
    new: str

    @property
    def weight(self) -> int:
        return max(len(self.old), len(self.new))


def _reworded(old: str, new: str, budget: Budget) -> Passage:
    """Only words and signs count: another space or line break is no change to read."""
    before, after = _words.findall(old), _words.findall(new)
    hunks = matched([word.strip() for word in before], [word.strip() for word in after], budget)
    stretches: list[_Stretch] = []
    a = b = 0
    for hunk in hunks:
        to_a, to_b = a + len(hunk.old), b + len(hunk.new)
        stretches.append(_Stretch(hunk.same, "".join(before[a:to_a]), "".join(after[b:to_b])))
        a, b = to_a, to_b
        _join(stretches)
    return Passage(tuple(_runs(stretches)))


def _join(stretches: list[_Stretch]) -> None:
    """A word or two left standing between larger changes only confuse: they count as changed."""
    while len(stretches) >= 3 and not stretches[-1].same:
        first, middle, last = stretches[-3:]
        if middle.weight > min(first.weight, last.weight):
            break
        old, new = first.old + middle.old + last.old, first.new + middle.new + last.new
        stretches[-3:] = [_Stretch(False, old, new)]


def _runs(stretches: list[_Stretch]) -> Iterator[Run]:
    for stretch in stretches:
        if stretch.same:
            yield Run(Change.SAME, stretch.new)
            continue
        for change, text in ((Change.REMOVED, stretch.old), (Change.ADDED, stretch.new)):
            words = text.lstrip()
            if words and words != text:  # nobody wants a space struck out
                yield Run(Change.SAME, text[: -len(words)])
            if words:
                yield Run(change, words)
