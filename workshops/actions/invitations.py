"""Offering a seat, taking it, declining it. One token leads to one seat, whoever races.

Everything here locks the workshop first, so an offer that was read after the lock is as it stands.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from participants import post
from participants.models import Participant
from workshops import audit, events, names, tokens
from workshops.actions import lock_workshop, rules
from workshops.models import (
    Activity,
    AuditEntry,
    DigestPreference,
    GroundRules,
    Invitation,
    Seat,
    Workshop,
)
from workshops.permissions import Can, require

GOOD_FOR = timedelta(days=14)
State = Invitation.State


class Gone(ValidationError):
    """The invitation leads to no seat any more."""

    def __init__(self) -> None:
        super().__init__(_("This invitation no longer leads to a seat."), code="gone")


@transaction.atomic
def invite(
    seat: Seat,
    *,
    address: str = "",
    language: str,
    neutral: bool = False,
    client_key: UUID,
    by: Seat,
) -> Invitation:
    """Offer the seat by mail, or without an address by a code to hand over; an earlier offer ends."""
    lock_workshop(by)
    require(by, Can.INVITE)
    if seat.workshop_id != by.workshop_id:
        raise PermissionDenied
    found = Invitation.objects.filter(client_key=client_key).first()
    if found is not None and found.seat_id == seat.pk:
        return found
    seat.refresh_from_db(fields=["state"])
    if found is not None or seat.state not in {Seat.State.PREPARED, Seat.State.OFFERED}:
        raise ValidationError(_("This seat cannot be offered now. Somebody may have taken it."))
    _end(seat)
    nonce = secrets.token_hex(16)
    now = timezone.now()
    invitation = Invitation.objects.create(
        seat=seat,
        address=address,
        language=language,
        nonce=nonce,
        token_hash=tokens.hash_of(tokens.token_of(nonce)),
        client_key=client_key,
        neutral=neutral,
        expires_at=now + GOOD_FOR,
        state=State.QUEUED if address else State.SENT,
        sent_at=None if address else now,
    )
    seat.state = Seat.State.OFFERED
    seat.save(update_fields=["state"])
    _record(seat, "offered")
    if address:
        post.queue(
            kind="invitation",
            key=f"invite:{seat.pk}:{seat.invitations.count()}",
            address=address,
            language=language,
            context={"invitation": invitation.pk, "neutral": neutral},
        )
    return invitation


@transaction.atomic
def revoke(seat: Seat, *, by: Seat) -> None:
    """Take an unanswered offer back; its link and code stop working."""
    lock_workshop(by)
    require(by, Can.UNSEAT)
    if seat.workshop_id != by.workshop_id:
        raise PermissionDenied
    if not _end(seat):
        raise ValidationError(_("There is no offer to take back. It may have been answered."))
    Seat.objects.filter(pk=seat.pk, state=Seat.State.OFFERED).update(state=Seat.State.PREPARED)
    _record(seat, "taken back")


@transaction.atomic
def accept(
    token: str, *, pseudonym: str, language: str, rules_version: int, by: Participant
) -> Seat:
    """Sit down. Answers everything that may have changed since the page was read with a sentence."""
    invitation = _hold(token)
    seat = invitation.seat
    in_force = _check_rules(seat.workshop, rules_version)
    _check_sitter(seat.workshop, pseudonym, by)
    now = timezone.now()
    _answer(invitation, State.ACCEPTED)
    seat.participant, seat.pseudonym, seat.language = by, pseudonym, language
    seat.state, seat.taken_at = Seat.State.TAKEN, now
    try:
        with transaction.atomic():
            seat.save()
    except IntegrityError:
        raise _name_taken() from None
    if in_force is not None:
        rules.record(in_force, seat)
    DigestPreference.objects.get_or_create(seat=seat, defaults={"covered_until": now})
    Activity.objects.create(workshop=seat.workshop, seat=seat, verb=Activity.Verb.TOOK_SEAT)
    _record(seat, "taken")
    events.announce(seat.workshop_id, events.AccessChanged(seat=seat.pk))
    return seat


def begin(token: str) -> None:
    """A person typed the code or began to answer, which nothing but a person does."""
    offers = Invitation.objects.acceptable().filter(token_hash=tokens.hash_of(token))
    offers.exclude(state=State.OPENED).update(state=State.OPENED, opened_at=timezone.now())


@transaction.atomic
def decline(token: str) -> None:
    """Whoever holds the token may say no for it; the seat can be offered again."""
    invitation = _hold(token)
    _answer(invitation, State.DECLINED)
    Seat.objects.filter(pk=invitation.seat_id).update(state=Seat.State.PREPARED)
    _record(invitation.seat, "declined")


def _hold(token: str) -> Invitation:
    """The invitation, if it still leads to a seat, with its workshop locked."""
    offers = Invitation.objects.filter(token_hash=tokens.hash_of(token))
    where = offers.values_list("seat__workshop", flat=True).first()
    if where is None:
        raise Gone
    Workshop.objects.select_for_update(no_key=True).get(pk=where)
    found = offers.acceptable().select_related("seat__workshop").first()
    if found is None:
        raise Gone
    return found


def _answer(invitation: Invitation, state: str) -> None:
    """Once answered, nothing leads from the seat to an address any more."""
    Invitation.objects.filter(pk=invitation.pk).update(
        state=state, answered_at=timezone.now(), address=""
    )


def _end(seat: Seat) -> int:
    offers = Invitation.objects.unanswered().filter(seat=seat)
    now = timezone.now()
    lapsed = offers.filter(expires_at__lte=now).update(state=State.EXPIRED, address="")
    return lapsed + offers.update(state=State.REVOKED, address="", ended_at=now)


def _record(seat: Seat, what: str) -> None:
    audit.record(seat.workshop, AuditEntry.Act.SEATED, seat=seat.pk, role=seat.role, what=what)


def _check_rules(workshop: Workshop, version: int) -> GroundRules | None:
    in_force = workshop.ground_rules.first()
    if in_force is not None and in_force.version != version:
        raise ValidationError(
            _("The ground rules have changed. Please read them again."), code="rules"
        )
    return in_force


def _check_sitter(workshop: Workshop, pseudonym: str, by: Participant) -> None:
    if Seat.objects.of(by).filter(workshop=workshop).exists():
        raise ValidationError(_("You already have a seat in this workshop."), code="seated")
    if workshop.seats.filter(pseudonym__iexact=pseudonym).exists():
        raise _name_taken()
    if names.links(pseudonym, attribution=workshop.attribution, person=by):
        raise ValidationError({"pseudonym": names.refuse_link()})


def _name_taken() -> ValidationError:
    return ValidationError(
        {"pseudonym": _("Somebody here goes by this name already. Please choose another.")}
    )
