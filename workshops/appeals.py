"""What an author holds against a decision, and a reader against what stands there."""

from datetime import timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from participants import post
from workshops import audit, moderation
from workshops.contributions import concrete, kind_of
from workshops.models import Appeal, AuditEntry, Contribution, Decision, Flag, Seat, Stage, Workshop
from workshops.permissions import Can, abilities, facilitators, moderators, refuse, require

State = Contribution.State
AGAINST: Final = frozenset({Decision.Action.RETURN, Decision.Action.REDACT})
ANSWERED_WITHIN: Final = timedelta(days=7)


class Gone(Exception):
    """What this is about is no longer as it was."""


def standing_decision(seat: Seat, decision_id: int) -> Decision | None:
    """A decision on something of this seat's, if it went against it."""
    against = Decision.objects.filter(contribution__seat=seat, action__in=AGAINST)
    return against.select_related("contribution__seat__workshop").filter(pk=decision_id).first()


def stands(decision: Decision) -> bool:
    """Nothing was decided or changed since."""
    return decision.contribution.version == decision.version + 1


def others(decision: Decision) -> list[Seat]:
    """The moderators who may answer an appeal: not who decided, nor whose words they are."""
    own = concrete(decision.contribution)
    out = kind_of(own).authors(own) | {decision.moderator_id}
    found = moderators(decision.contribution.seat.workshop).select_related("participant")
    return [seat for seat in found if seat.pk not in out]


@transaction.atomic
def appeal(decision: Decision, *, words: str, by: Seat) -> Appeal:
    """Once against a decision; the second time finds the first."""
    require(by, Can.READ)
    locked = Contribution.objects.select_for_update().get(pk=decision.contribution_id)
    if locked.seat_id != by.pk or decision.action not in AGAINST:
        raise PermissionDenied(_("Only who put it in can appeal."))
    if locked.version != decision.version + 1:
        raise Gone
    made, new = Appeal.objects.get_or_create(
        decision=decision,
        defaults={"words": words, "due_at": timezone.now() + ANSWERED_WITHIN},
    )
    if new:
        answering = others(decision)
        for seat in answering or facilitators(by.workshop).select_related("participant"):
            _tell(made, seat, "moderator" if answering else "facilitator")
        _record(made, "appeal", by)
    return made


@transaction.atomic
def answer(appeal: Appeal, *, overturn: bool, note: str, by: Seat) -> Appeal:
    """Another moderator's last word: the decision stands, or the contribution is published."""
    held = abilities(by)
    if held.isdisjoint({Can.MODERATE, Can.REDACT}):
        refuse(by, Can.MODERATE)
    decision = appeal.decision
    if by.pk == decision.moderator_id:
        raise PermissionDenied(_("Another moderator answers: you decided on it."))
    contribution = Contribution.objects.select_for_update().get(pk=decision.contribution_id)
    own = concrete(contribution)
    if by.pk in kind_of(own).authors(own):
        raise PermissionDenied(_("Another moderator decides on what you wrote yourself."))
    locked = Appeal.objects.select_for_update().get(pk=appeal.pk)
    if locked.answered_at is not None or contribution.version != decision.version + 1:
        raise Gone
    locked.outcome = Appeal.Outcome.OVERTURNED if overturn else Appeal.Outcome.UPHELD
    locked.answered_by, locked.note, locked.answered_at = by, note, timezone.now()
    locked.save()
    if overturn:
        moderation.decide(
            contribution,
            version=contribution.version,
            action=Decision.Action.RESTORE,
            note=note,
            by=by,
        )
    else:
        _tell(locked, contribution.seat, "author")
    _record(locked, f"appeal_{locked.outcome}", by)
    return locked


def _record(appeal: Appeal, action: str, by: Seat) -> None:
    audit.record(
        by.workshop,
        AuditEntry.Act.DECIDED,
        decision=appeal.decision_id,
        kind=appeal.decision.contribution.kind,
        action=action,
        reason=appeal.decision.reason,
        role=by.role,
    )


def _tell(appeal: Appeal, seat: Seat, role: str) -> None:
    if seat.participant is not None:
        post.queue(
            kind="appeal",
            key=f"appeal:{appeal.pk}:{role}:{seat.pk}",
            participant=seat.participant,
            context={"appeal": appeal.pk, "seat": seat.pk, "to": role},
        )


def open_appeals(workshop: Workshop) -> list[Appeal]:
    """Those that can still be answered, the one that is due first at the head."""
    return list(
        Appeal.objects.filter(
            decision__contribution__seat__workshop=workshop,
            answered_at=None,
            decision__contribution__version=F("decision__version") + 1,
        )
        .select_related("decision__contribution")
        .order_by("due_at")
    )


# --- flags ----------------------------------------------------------------------------------------


def flaggable(seat: Seat, can: frozenset[Can], contribution_id: int) -> Contribution | None:
    """What somebody else put in and this seat may read now."""
    found = (
        Contribution.objects.within(seat.workshop)
        .published()
        .exclude(seat=seat)
        .select_related("seat__workshop", "stage")
        .filter(pk=contribution_id)
        .first()
    )
    if found is None or Can.READ not in can:
        return None
    closed = found.stage is not None and found.stage.state == Stage.State.CLOSED
    if Can.READ_OPEN not in can and not closed:
        return None
    own = concrete(found)
    return found if kind_of(own).seen_by(own, seat, can) else None


@transaction.atomic
def flag(contribution: Contribution, *, version: int, reason: str, by: Seat) -> None:
    """One a seat and version; another reason takes the place of the first. Raises Gone."""
    require(by, Can.READ)
    locked = Contribution.objects.select_for_update().get(pk=contribution.pk)
    if locked.version != version or locked.state != State.PUBLISHED:
        raise Gone
    Flag.objects.update_or_create(
        contribution=locked, seat=by, version=version, defaults={"reason": reason}
    )


def flags_of(ids: list[int], least: int) -> dict[int, int | None]:
    """Which of these are flagged as they stand now; by how many, only from `least` up."""
    counted = (
        Flag.objects.filter(contribution__in=ids, version=F("contribution__version"))
        .values("contribution")
        .annotate(seats=Count("seat"))
        .values_list("contribution", "seats")
    )
    return {pk: seats if seats >= least else None for pk, seats in counted}


def flagged() -> Q:
    return Q(flags__version=F("version"), state=State.PUBLISHED)
