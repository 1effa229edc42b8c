"""What many ratings of impact and uncertainty say together, as far as it may be shown.

Quantiles follow type 7 of R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages", The American
Statistician 50 (1996), 361-365: linear interpolation between the ordered values, the smallest standing at 0 and the
largest at 1. Rank correlation follows C. Spearman, "The Proof and Measurement of Association between Two Things",
The American Journal of Psychology 15 (1904), 72-101; those who are equal share the mean of their ranks (M. G. Kendall,
"Rank Correlation Methods", 1948).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import floor, sqrt

LOWEST, HIGHEST = 1, 10
MIDDLE = (LOWEST + HIGHEST) / 2
"""From here on impact or uncertainty is high."""
APART = 2
"""Medians of two sides further apart than this make a force contested."""
DEPENDENT = 0.5
"""From this rank correlation on, in either direction, two axes are called dependent."""

Point = tuple[int, int]  # impact, uncertainty


class Region(StrEnum):
    PREDETERMINED = "predetermined"
    CRITICAL = "critical"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class Quartiles:
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What `count` people, never fewer than k, said of one force.

    The count itself stays inside: beside the number of seats it would tell how few did not rate.
    """

    count: int
    impact: Quartiles
    uncertainty: Quartiles
    contested: bool

    @property
    def region(self) -> Region:
        return region(self.impact.median, self.uncertainty.median)


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which this share lies: type 7, linear interpolation."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def quartiles(values: Sequence[float]) -> Quartiles:
    return Quartiles(*(quantile(values, share) for share in (0.25, 0.5, 0.75)))


def region(impact: float, uncertainty: float) -> Region:
    if impact < MIDDLE:
        return Region.BACKGROUND
    return Region.PREDETERMINED if uncertainty < MIDDLE else Region.CRITICAL


def summary(by_side: Mapping[int | None, Sequence[Point]], k: int) -> Summary | None:
    """From the ratings of each side; None where fewer than `k` people rated.

    Pass the ratings of others without the reader's own: then nothing that is shown moves with it.
    """
    points = [point for of_side in by_side.values() for point in of_side]
    if len(points) < max(k, 1):
        return None
    return Summary(
        count=len(points),
        impact=quartiles([impact for impact, _ in points]),
        uncertainty=quartiles([uncertainty for _, uncertainty in points]),
        contested=contested(by_side, k),
    )


def contested(by_side: Mapping[int | None, Sequence[Point]], k: int) -> bool:
    """Whether the medians of two sides of at least `k` raters each lie too far apart to be called one."""
    known = [
        tuple(quantile([point[axis] for point in points], 0.5) for axis in (0, 1))
        for side, points in by_side.items()
        if side is not None and len(points) >= max(k, 1)
    ]
    return any(
        abs(one[axis] - other[axis]) > APART
        for one, other in combinations(known, 2)
        for axis in (0, 1)
    )


def ranks(values: Sequence[float]) -> list[float]:
    """Each value's rank from 1; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            found[place] = (start + 1 + end) / 2
        start = end
    return found


def rank_correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Spearman's, from -1 to 1; None where one of the two never varies."""
    a, b = ranks(first), ranks(second)
    middle = (len(a) + 1) / 2
    across = sum((x - middle) * (y - middle) for x, y in zip(a, b, strict=True))
    spread = sqrt(sum((x - middle) ** 2 for x in a) * sum((y - middle) ** 2 for y in b))
    return max(-1.0, min(1.0, across / spread)) if spread else None


@dataclass(frozen=True, slots=True)
class Kinship:
    """How the ratings of two forces go together, among the `count` people who rated both."""

    count: int
    impact: float | None
    uncertainty: float | None

    @property
    def dependent(self) -> bool:
        found = (self.impact, self.uncertainty)
        return any(one is not None and abs(one) >= DEPENDENT for one in found)


def kinship(pairs: Sequence[tuple[Point, Point]], k: int) -> Kinship | None:
    """From the two ratings of each person who gave both; None where they are fewer than `k`."""
    if len(pairs) < max(k, 1):
        return None
    impact, uncertainty = (
        rank_correlation([one[axis] for one, _ in pairs], [other[axis] for _, other in pairs])
        for axis in (0, 1)
    )
    return Kinship(len(pairs), impact, uncertainty)
