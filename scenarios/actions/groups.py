"""Who writes which scenario."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from scenarios.models import GroupMember, Scenario
from workshops import events
from workshops.actions import lock_workshop
from workshops.models import Activity, Role, Seat
from workshops.permissions import Can, require


@transaction.atomic
def arrange(places: Mapping[int, int | None], *, by: Seat) -> int:
    """Give participants, by seat, the scenario they write; None takes them out of their group.

    Returns how many moved; open pages learn at once what they may still write.
    """
    workshop = lock_workshop(by)
    require(by, Can.PLAN)
    seats = Seat.objects.filter(workshop=workshop, role=Role.PARTICIPANT).taken().in_bulk(places)
    stories = Scenario.objects.filter(workshop=workshop).in_bulk()
    if len(seats) < len(places) or any(one and one not in stories for one in places.values()):
        raise ValidationError(_("Somebody left, or a scenario went, in the meantime. Look again."))
    before = dict(GroupMember.objects.within(workshop).values_list("seat", "scenario"))
    moved = {seat: place for seat, place in places.items() if before.get(seat) != place}
    GroupMember.objects.filter(seat__in=moved).delete()
    GroupMember.objects.bulk_create(
        GroupMember(seat_id=seat, scenario_id=place) for seat, place in moved.items() if place
    )
    if moved:
        Activity.objects.create(workshop=workshop, seat=by, verb=Activity.Verb.ARRANGED_GROUPS)
    for seat in moved:
        events.announce(workshop.pk, events.AccessChanged(seat=seat))
    return len(moved)
