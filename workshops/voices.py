"""Who has been heard, for whoever hosts: counted by side, never below the workshop's threshold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from workshops.models import Activity, Role, Session


@dataclass(frozen=True)
class Tally:
    """Of one side, or of all (side ""): how many were not heard yet; None where that must not be said."""

    side: str
    silent: int | None


def unheard(session: Session, since: datetime) -> list[Tally]:
    """Participants who neither spoke in the session nor wrote anything since."""
    workshop = session.workshop
    heard = set(session.attendance.exclude(spoke_at=None).values_list("seat", flat=True))
    wrote = workshop.activity.filter(
        verb__in=[Activity.Verb.CONTRIBUTED, Activity.Verb.DRAFTED], at__gte=since
    )
    heard.update(wrote.values_list("seat", flat=True))
    seats: dict[str, list[bool]] = {side.name: [] for side in workshop.constituencies.all()}
    sitting = workshop.seats.taken().filter(role=Role.PARTICIPANT).select_related("constituency")
    for seat in sitting:
        if seat.constituency is not None:
            seats[seat.constituency.name].append(seat.pk in heard)
    return tallies(seats, workshop.small_cell)


def tallies(heard: Mapping[str, Iterable[bool]], k: int) -> list[Tally]:
    """Side by side where every side can be told, else of all together, else nothing.

    How many sit at a side is known, so a number is told only where both the heard and the silent are k or more.
    Never both a total and a part of its parts, from whose difference the others would follow.
    """
    sides = {side: list(were) for side, were in heard.items()}
    if sides and all(_may_tell(were, k) for were in sides.values()):
        return [Tally(side, were.count(False)) for side, were in sides.items()]
    everybody = [was for were in sides.values() for was in were]
    return [Tally("", everybody.count(False) if _may_tell(everybody, k) else None)]


def _may_tell(heard: list[bool], k: int) -> bool:
    return min(heard.count(True), heard.count(False)) >= k
