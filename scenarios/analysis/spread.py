"""How answers spread, as far as it may be shown.

A count leaves only when at least k people stand behind it, and the whole only when every count
does: what is shown would be the same whatever the counts are that are not.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the bar: which answer, where it starts and how wide it is."""

    answer: str
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Each count, or None where fewer than `k` people, perhaps nobody, stand behind it."""

    agree: int | None
    disagree: int | None
    passed: int | None
    k: int

    @property
    def total(self) -> int | None:
        """How many answered: never beside a hidden count, which would follow from it."""
        counts = (self.agree, self.disagree, self.passed)
        shown = [count for count in counts if count is not None]
        return sum(shown) if len(shown) == len(counts) else None

    @property
    def parts(self) -> list[Part]:
        """The bar from its start. All that is hidden is one piece, k wide whatever it hides."""
        widths = {"agree": self.agree, "pass": self.passed, "disagree": self.disagree}
        parts: list[Part] = []
        for answer, width in widths.items():
            if width is not None:
                parts.append(Part(answer, sum(part.width for part in parts), width))
        if self.total is None:
            parts.append(Part("few", sum(part.width for part in parts), self.k))
        return parts

    @property
    def width(self) -> int:
        return sum(part.width for part in self.parts)


def spread(counts: Mapping[str, int], k: int, own: str | None = None) -> Spread | None:
    """From the counts of agree, disagree and pass; None when nothing may be shown.

    `own` is what the reader answered: it counts, but lifts no count over the threshold, or
    changing one's answer back and forth would tell how many the others are.
    """
    shown = {
        answer: at_least(k, counts.get(answer, 0), 1 if answer == own else 0)
        for answer in ("agree", "disagree", "pass")
    }
    if all(count is None for count in shown.values()):
        return None
    return Spread(agree=shown["agree"], disagree=shown["disagree"], passed=shown["pass"], k=k)


def at_least(k: int, count: int, own: int) -> int | None:
    """The count, if as many stand behind it without the reader."""
    return count if count - own >= max(k, 1) else None


def carried(shown: Spread | None, share: float) -> bool:
    """Whether so large a share agrees, as far as what is shown tells.

    A hidden count is taken for half of what it could be, whatever it is: the verdict tells no more than the counts.
    """
    if shown is None or shown.agree is None:
        return False
    guess = (shown.k - 1) / 2
    others = (shown.disagree, shown.passed)
    total = shown.agree + sum(guess if count is None else count for count in others)
    return shown.agree >= share * total
