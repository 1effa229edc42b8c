"""Releasing the report: the facilitator's word, and the convenor's if there is one."""

from django.db import transaction
from django.utils import timezone

from scenarios.models import Release, Revision, Scenario
from workshops import audit
from workshops.models import Activity, AuditEntry, Role, Seat, Workshop
from workshops.permissions import Can, require


class NothingToRelease(Exception):
    """No scenario has an accepted revision."""


@transaction.atomic
def release(*, by: Seat) -> bool:
    """Say that the report may go out; true when it now is out. Saying it twice is saying it once."""
    require(by, Can.RELEASE)
    workshop = Workshop.objects.select_for_update().get(pk=by.workshop_id)
    if workshop.state == Workshop.State.PUBLISHED:
        return True
    accepted = Revision.objects.filter(draft__scenario__workshop=workshop).accepted()
    if not accepted.exists():
        raise NothingToRelease
    Release.objects.get_or_create(workshop=workshop, seat=by)
    if missing(workshop):
        return False
    workshop.state, workshop.published_at = Workshop.State.PUBLISHED, timezone.now()
    workshop.save(update_fields=["state", "published_at"])
    told = Scenario.objects.filter(workshop=workshop, draft__revisions__in=accepted)
    Scenario.objects.filter(pk__in=told.values("pk")).update(state=Scenario.State.PUBLISHED)
    Activity.objects.create(workshop=workshop, seat=by, verb=Activity.Verb.RELEASED)
    audit.record(workshop, AuditEntry.Act.RELEASED, role=by.role)
    return True


@transaction.atomic
def take_back(*, by: Seat) -> bool:
    """Withdraw one's word while the report is not out; false when it is."""
    require(by, Can.RELEASE)
    workshop = Workshop.objects.select_for_update().get(pk=by.workshop_id)
    if workshop.state == Workshop.State.PUBLISHED:
        return False
    Release.objects.filter(workshop=workshop, seat=by).delete()
    return True


def missing(workshop: Workshop) -> list[str]:
    """The roles whose word is still needed: a facilitator's, and a convenor's where one sits."""
    seated = Seat.objects.filter(workshop=workshop).taken()
    said = set(seated.filter(releases__workshop=workshop).values_list("role", flat=True))
    there = set(seated.values_list("role", flat=True))
    needed = [Role.FACILITATOR] + ([Role.CONVENOR] if Role.CONVENOR in there else [])
    return [role for role in needed if role not in said]
