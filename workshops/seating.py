"""The seating plan: who sits where, what is offered, and what is missing."""

from dataclasses import dataclass, field

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
