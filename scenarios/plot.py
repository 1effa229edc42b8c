"""How the forces of a workshop were rated, as rows for a table and marks for a picture."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from scenarios.analysis.ranking import (
    HIGHEST,
    LOWEST,
    Kinship,
    Point,
    Region,
    Summary,
    kinship,
    summary,
)
from scenarios.models import DrivingForce, Rating
from workshops.models import Seat, Workshop

SIDE = 100
"""The square of the picture; its corner at the start and the bottom is (1, 1)."""

CIRCLE = 6
"""Across."""

BySide = dict[int | None, list[Point]]


@dataclass(frozen=True)
class Place:
    x: float
    y: float


@dataclass
class Row:
    """One force. `summary` is None where too few rated it; `mine` None where the reader did not."""

    number: int
    force: DrivingForce
    summary: Summary | None
    mine: Point | None
    aside: float = 0  # how far its circle steps aside for others in the same place

    @property
    def at(self) -> Place | None:
        if self.summary is None:
            return None
        return place(self.summary.impact.median, self.summary.uncertainty.median)

    @property
    def shown_at(self) -> Place | None:
        return Place(self.at.x + self.aside, self.at.y) if self.at else None

    @property
    def low(self) -> Place:
        assert self.summary is not None
        return place(self.summary.impact.low, self.summary.uncertainty.low)

    @property
    def high(self) -> Place:
        assert self.summary is not None
        return place(self.summary.impact.high, self.summary.uncertainty.high)

    @property
    def mine_at(self) -> Place | None:
        return place(*self.mine) if self.mine else None


def place(impact: float, uncertainty: float) -> Place:
    """Impact rises, uncertainty runs from left to right."""
    step = SIDE / (HIGHEST - LOWEST)
    return Place(
        x=round((uncertainty - LOWEST) * step, 2), y=round(SIDE - (impact - LOWEST) * step, 2)
    )


def ranking(
    workshop: Workshop, *, seat: Seat | None = None, without_mine: bool = False
) -> list[Row]:
    """Every listed force, the most weighty and most uncertain first; two queries.

    `without_mine`: while ratings may change, the reader sees what the others said, so that nothing on the
    page moves with the reader's own mark.
    """
    forces = list(DrivingForce.objects.within(workshop).listed().order_by("pk"))
    mine: dict[int, Point] = {}
    given: dict[int, BySide] = defaultdict(lambda: defaultdict(list))
    for force, whose, side, point in _points(workshop):
        if seat is not None and whose == seat.pk:
            mine[force] = point
            if without_mine:
                continue
        given[force][side].append(point)
    k = workshop.small_cell
    rows = [Row(0, force, summary(given[force.pk], k), mine.get(force.pk)) for force in forces]
    rows.sort(key=_weight, reverse=True)
    for number, row in enumerate(rows, 1):
        row.number = number
    _step_aside(rows)
    return rows


def _step_aside(rows: list[Row]) -> None:
    """Those in one place stand side by side."""
    by_place: dict[Place, list[Row]] = defaultdict(list)
    for row in rows:
        if row.at is not None:
            by_place[row.at].append(row)
    for together in by_place.values():
        for step, row in enumerate(together):
            row.aside = CIRCLE * (step - (len(together) - 1) / 2)


def kinship_of(workshop: Workshop, first: int, second: int) -> Kinship | None:
    """How the ratings of two forces go together, if enough people rated both."""
    by_seat: dict[int, dict[int, Point]] = defaultdict(dict)
    for force, seat, _side, point in _points(workshop, force__in=[first, second]):
        by_seat[seat][force] = point
    return _kinship(by_seat.values(), first, second, workshop.small_cell)


@dataclass(frozen=True)
class Pair:
    first: DrivingForce
    second: DrivingForce
    kinship: Kinship | None


def pairs_of(workshop: Workshop, forces: Sequence[DrivingForce]) -> list[Pair]:
    """Every two of these forces, and how their ratings go together; one query."""
    by_seat: dict[int, dict[int, Point]] = defaultdict(dict)
    for force, seat, _side, point in _points(workshop, force__in=forces):
        by_seat[seat][force] = point
    return [
        Pair(first, second, _kinship(by_seat.values(), first.pk, second.pk, workshop.small_cell))
        for first, second in combinations(forces, 2)
    ]


def _kinship(rated: Iterable[dict[int, Point]], first: int, second: int, k: int) -> Kinship | None:
    both = [(points[first], points[second]) for points in rated if {first, second} <= set(points)]
    return kinship(both, k)


def forces_in(workshop: Workshop, where: Region) -> list[DrivingForce]:
    """Those whose medians lie in this region, the weightiest first."""
    return [
        row.force
        for row in ranking(workshop)
        if row.summary is not None and row.summary.region == where
    ]


def _points(workshop: Workshop, **more: Any) -> list[tuple[int, int, int | None, Point]]:
    rows = Rating.objects.filter(
        force__seat__workshop=workshop, impact__isnull=False, **more
    ).values_list("force", "seat", "seat__constituency", "impact", "uncertainty")
    return [
        (force, seat, side, (impact, uncertainty))
        for force, seat, side, impact, uncertainty in rows
        if impact is not None and uncertainty is not None
    ]


def _weight(row: Row) -> tuple[float, float, int]:
    if row.summary is None:
        return (0, 0, -row.force.pk)
    median = row.summary
    return (median.impact.median, median.uncertainty.median, -row.force.pk)
