"""The seating plan: who sits where, what is offered, and what is missing."""

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from math import cos, dist, pi, sin

from django.db.models import Prefetch

from workshops.models import Constituency, Invitation, Seat, Workshop

State = Seat.State


@dataclass(frozen=True)
class Place:
    seat: Seat
    offer: Invitation | None


@dataclass
class Table:
    """The seats of one side; those of no side share one table."""

    side: Constituency | None
    places: list[Place] = field(default_factory=list)

    @property
    def taken(self) -> int:
        return sum(place.seat.state == State.TAKEN for place in self.places)

    @property
    def offered(self) -> int:
        return sum(place.offer is not None and not place.offer.lapsed for place in self.places)

    @property
    def waiting(self) -> int:
        """Chairs that stand there and are offered to nobody now."""
        return len(self.places) - self.taken - self.offered

    @property
    def lacking(self) -> int:
        """Chairs that the side should have and that were not yet added."""
        return max(0, self.side.least_seats - len(self.places)) if self.side else 0

    @property
    def missing(self) -> int:
        """How many more seats must be taken before the side is as large as it was meant to be."""
        return max(0, self.side.least_seats - self.taken) if self.side else 0


def plan(workshop: Workshop) -> list[Table]:
    """Three queries, however many seats. The table of no side comes last."""
    tables = {side.pk: Table(side) for side in workshop.constituencies.all()}
    nowhere = Table(None)
    offers = Prefetch("invitations", Invitation.objects.unanswered(), to_attr="offers")
    there = workshop.seats.exclude(state__in=[State.LEFT, State.REMOVED])
    for seat in there.order_by("role", "pk").prefetch_related(offers):
        table = tables[seat.constituency_id] if seat.constituency_id else nowhere
        table.places.append(Place(seat, next(iter(seat.offers), None)))  # type: ignore[attr-defined]
    return [*tables.values(), *([nowhere] if nowhere.places else [])]


@dataclass(frozen=True)
class Chair:
    x: float
    y: float
    state: str  # taken, offered, empty, or lacking


@dataclass(frozen=True)
class Group:
    """A side around the table, under its number in the list beside it; nobody is named."""

    number: int
    x: float
    y: float
    chairs: list[Chair]


# The table is drawn in a frame of 400 by 260; chairs stand on one ellipse around it, numbers on a wider one.
WIDTH, HEIGHT, CHAIRS, NUMBERS = 400, 260, (150, 88), (182, 117)


def picture(tables: list[Table]) -> list[Group]:
    """Where the chairs of each side stand, clockwise from the top, with a gap between two sides."""
    around = [_chairs(table) for table in tables if table.side]
    slots = sum(len(states) + 1 for states in around)
    groups, slot = [], 0.5
    for number, states in enumerate(around, start=1):
        places = [_at((slot + place) / slots, CHAIRS) for place in range(len(states))]
        chairs = [Chair(*place, state) for place, state in zip(places, states, strict=True)]
        middle = _at((slot + (len(states) - 1) / 2) / slots, NUMBERS)
        groups.append(Group(number, *middle, chairs))
        slot += len(states) + 1
    return groups


def _chairs(table: Table) -> list[str]:
    return (
        ["taken"] * table.taken
        + ["offered"] * table.offered
        + ["empty"] * table.waiting
        + ["lacking"] * table.lacking
    ) or ["lacking"]


def _at(part: float, radii: tuple[int, int]) -> tuple[float, float]:
    """That part of the way around, clockwise from the top; chairs stand at an even distance."""
    angle = _angle(part)
    x, y = WIDTH / 2 + radii[0] * cos(angle), HEIGHT / 2 + radii[1] * sin(angle)
    return round(x, 1), round(y, 1)


@cache
def _way() -> list[float]:
    """How long the way is from the top of the chairs' ellipse to each of its 360 steps."""
    points = [
        (CHAIRS[0] * cos(angle), CHAIRS[1] * sin(angle))
        for angle in (step * 2 * pi / 360 - pi / 2 for step in range(361))
    ]
    return list(accumulate(map(dist, points, points[1:]), initial=0.0))


def _angle(part: float) -> float:
    way = _way()
    return bisect_left(way, part % 1 * way[-1]) * 2 * pi / 360 - pi / 2
