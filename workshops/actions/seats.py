"""The seating plan: sides, the seats at them, and going from one."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from workshops import audit, events
from workshops.actions import lock_workshop
from workshops.models import AuditEntry, Constituency, Invitation, Role, Seat
from workshops.permissions import Can, refuse, require, require_unreleased
from workshops.verdicts import MOST_SEATS

State = Seat.State


@transaction.atomic
def add_constituency(
    *, name: str, label: str, least_seats: int, required: bool, by: Seat
) -> Constituency:
    workshop = lock_workshop(by)
    require(by, Can.INVITE)
    require_unreleased(workshop)
    sides = workshop.constituencies
    if sides.filter(name__iexact=name).exists():
        raise ValidationError({"name": _("There is a side of this name already.")})
    last = sides.aggregate(last=Max("position"))["last"]
    return sides.create(
        name=name,
        label=label,
        least_seats=least_seats,
        required=required,
        position=0 if last is None else last + 1,
    )


@transaction.atomic
def add_seats(
    *, role: str, constituency: Constituency | None, count: int, seen: int, by: Seat
) -> list[Seat]:
    """Add empty seats. `seen` is how many there were on the page: pressing twice adds once."""
    workshop = lock_workshop(by)
    require(by, Can.INVITE)
    if constituency is not None and constituency.workshop_id != workshop.pk:
        raise PermissionDenied
    there = workshop.seats.count()
    if there != seen:
        raise ValidationError(
            _("Seats were added in the meantime. Look at the plan before you add more."),
            code="overtaken",
        )
    if there + count > MOST_SEATS:
        raise ValidationError(_("A workshop has at most %(most)s seats.") % {"most": MOST_SEATS})
    added = Seat.objects.bulk_create(
        Seat(workshop=workshop, role=role, constituency=constituency, language=workshop.language)
        for _place in range(count)
    )
    audit.record(workshop, AuditEntry.Act.SEATED, role=role, what="added", count=count)
    return added


@transaction.atomic
def remove(seat: Seat, *, by: Seat) -> None:
    """Take a seat away, empty or taken. What it put in stays; who sat there is forgotten at once."""
    lock_workshop(by)
    require(by, Can.UNSEAT)
    if seat.pk == by.pk:
        raise ValidationError(_("This is your own seat. You can leave it instead."))
    if seat.workshop_id != by.workshop_id:
        raise PermissionDenied
    _vacate(seat, State.REMOVED)


@transaction.atomic
def change_role(seat: Seat, *, role: str, by: Seat) -> None:
    """Give a taken seat another role. The convenor's is no facilitator's to give or take: both release the report."""
    lock_workshop(by)
    require(by, Can.UNSEAT)
    if seat.workshop_id != by.workshop_id:
        raise PermissionDenied
    if seat.pk == by.pk:
        raise ValidationError(_("This is your own seat. Another facilitator can change its role."))
    seat.refresh_from_db(fields=["state", "role", "constituency"])
    if seat.state != State.TAKEN:
        raise ValidationError(_("Nobody sits here now. Remove the seat and add another."))
    if Role.CONVENOR in {role, seat.role}:
        raise ValidationError(_("The convenor's role stays with whoever was invited to it."))
    if role == Role.PARTICIPANT and seat.constituency_id is None:
        raise ValidationError(_("A participant speaks to a side, and this seat is at none."))
    if role == seat.role:
        return
    before, seat.role = seat.role, role
    seat.save(update_fields=["role"])
    audit.record(
        seat.workshop,
        AuditEntry.Act.SEATED,
        seat=seat.pk,
        role=str(role),
        before=str(before),
        what="role",
    )
    events.announce(seat.workshop_id, events.AccessChanged(seat=seat.pk))


@transaction.atomic
def leave(*, by: Seat) -> None:
    workshop = lock_workshop(by)
    if by.state != State.TAKEN:
        refuse(by, Can.READ)
    facilitators = workshop.seats.taken().filter(role=Role.FACILITATOR)
    if by.role == Role.FACILITATOR and not facilitators.exclude(pk=by.pk).exists():
        raise ValidationError(
            _("You are the only facilitator. Offer somebody else a facilitator's seat first.")
        )
    _vacate(by, State.LEFT)


def _vacate(seat: Seat, state: str) -> None:
    held = Seat.objects.filter(pk=seat.pk).exclude(state__in=[State.LEFT, State.REMOVED])
    if not held.update(state=state, participant=None, left_at=timezone.now()):
        raise ValidationError(_("This seat is gone already."))
    Invitation.objects.unanswered().filter(seat=seat).update(
        state=Invitation.State.REVOKED, address="", ended_at=timezone.now()
    )
    _record(seat, state)
    events.announce(seat.workshop_id, events.AccessChanged(seat=seat.pk))


def _record(seat: Seat, what: str) -> None:
    audit.record(seat.workshop, AuditEntry.Act.SEATED, seat=seat.pk, role=seat.role, what=str(what))
