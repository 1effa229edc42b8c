"""Marking an event that contradicts what is predetermined."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from scenarios.models import Clash, Scenario
from workshops.contributions import contribute
from workshops.models import Contribution, Seat
from workshops.permissions import Can, require

State = Contribution.State


class Gone(Exception):
    """What the event is said to contradict is not published any more."""


@transaction.atomic
def flag(
    *,
    scenario: Scenario,
    year: int,
    title: str,
    against: int,
    reason: str,
    client_key: UUID,
    by: Seat,
) -> Clash:
    require(by, Can.FLAG)
    held_against = Contribution.objects.within(by.workshop).filter(pk=against)
    found = held_against.filter(state=State.PUBLISHED).first()
    if found is None:
        raise Gone
    clash, _new = contribute(
        Clash,
        Contribution.Kind.CLASH,
        by=by,
        client_key=client_key,
        scenario=scenario,
        year=year,
        title=title,
        against=found,
        reason=reason,
    )
    return clash


@transaction.atomic
def withdraw(clash: Clash, *, by: Seat) -> None:
    require(by, Can.FLAG)
    locked = Contribution.objects.select_for_update().get(pk=clash.pk)
    if locked.seat_id != by.pk:
        raise PermissionDenied(_("Only who put it in can change it."))
    if locked.state not in {State.WITHDRAWN, State.REDACTED}:
        locked.state = State.WITHDRAWN
        locked.version += 1
        locked.save(update_fields=["state", "version", "updated_at"])
