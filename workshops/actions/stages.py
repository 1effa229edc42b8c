"""Moving a workshop from stage to stage. One row at a time: the workshop is locked while it moves."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from workshops import audit, events, gates
from workshops.actions import lock_workshop
from workshops.models import Activity, AuditEntry, Seat, Stage
from workshops.permissions import Can, open_stage, require

State = Stage.State


@transaction.atomic
def go_on(*, seen: int | None, because: str = "", by: Seat) -> Stage:
    """Close the stage that is open, if one is, and open the next that is to come.

    Past a gate that is not met only with a reason, which everybody can read.
    """
    now_open = _take(seen, by)
    coming = _stages(by).filter(state=State.PENDING).select_related("workshop").first()
    if coming is None:
        raise ValidationError(_("There is no stage after this one."))
    unmet = [look for look in gates.before(coming) if not look.finding.met]
    if unmet and not because:
        raise ValidationError(
            [ValidationError(str(look.gate.title), code="gate") for look in unmet]
        )
    if now_open is not None:
        _close(now_open, by)
    coming.passed_gates = [look.gate.code for look in unmet]
    coming.passed_because = because if unmet else ""
    coming.save(update_fields=["passed_gates", "passed_because"])
    return _open(coming, by)


@transaction.atomic
def close(*, seen: int | None, by: Seat) -> Stage:
    now_open = _take(seen, by)
    if now_open is None:
        raise ValidationError(_("No stage is open."))
    return _close(now_open, by)


@transaction.atomic
def reopen(*, stage_id: int, because: str, by: Seat) -> Stage:
    """Open a closed stage again, while no other is open; everyone can read why."""
    _take(None, by)
    stage = _stages(by).filter(pk=stage_id, state=State.CLOSED).first()
    if stage is None:
        raise ValidationError(_("Only a closed stage of this workshop can be opened again."))
    stage.reopened_because = because
    stage.save(update_fields=["reopened_because"])
    return _open(stage, by)


@transaction.atomic
def set_closing(*, stage_id: int, closes_at: datetime | None, by: Seat) -> Stage:
    """Say when a stage is meant to close. It stays open until somebody closes it."""
    _lock(stage_id, by)
    stage = _stages(by).filter(pk=stage_id).first()
    if stage is None or stage.state == State.CLOSED:
        raise ValidationError(_("This stage is closed already."))
    stage.closes_at = closes_at
    stage.save(update_fields=["closes_at"])
    events.announce(by.workshop_id, events.StageMoved(stage=stage.pk))
    return stage


@transaction.atomic
def set_moderation(*, stage_id: int, before: bool, by: Seat) -> Stage:
    """Whether what is put in from now on waits for a moderator. What was shown stays so."""
    _lock(stage_id, by)
    stage = _stages(by).filter(pk=stage_id).first()
    if stage is None or stage.state == State.CLOSED:
        raise ValidationError(_("This stage is closed already."))
    stage.premoderated = before
    stage.save(update_fields=["premoderated"])
    audit.record(
        by.workshop,
        AuditEntry.Act.MOVED,
        stage=stage.kind,
        to="moderated before" if before else "moderated after",
        role=by.role,
    )
    return stage


def _take(seen: int | None, by: Seat) -> Stage | None:
    """Ask, lock, and compare with what the page showed; the stage that is open."""
    _lock(seen, by)
    now_open = open_stage(by.workshop)
    if (now_open.pk if now_open else None) != seen:
        raise ValidationError(
            _(
                "Somebody moved the workshop on in the meantime. Nothing of yours was applied; look again."
            ),
            code="overtaken",
        )
    return now_open


def _lock(stage_id: int | None, by: Seat) -> None:
    """Wait for whoever puts something in under this stage's rights, then have the workshop to oneself."""
    _stages(by).select_for_update(no_key=True).filter(pk=stage_id or 0).first()
    lock_workshop(by)
    require(by, Can.MOVE_STAGES)


def _stages(by: Seat) -> QuerySet[Stage]:
    return Stage.objects.filter(workshop=by.workshop_id)


def _open(stage: Stage, by: Seat) -> Stage:
    stage.state, stage.opened_at, stage.closed_at = State.OPEN, timezone.now(), None
    if stage.closes_at is not None and stage.closes_at <= stage.opened_at:
        stage.closes_at = None  # a date gone by says nothing about a stage that opens now
    stage.save(update_fields=["state", "opened_at", "closed_at", "closes_at"])
    return _record(stage, Activity.Verb.OPENED_STAGE, by)


def _close(stage: Stage, by: Seat) -> Stage:
    stage.state, stage.closed_at = State.CLOSED, timezone.now()
    stage.save(update_fields=["state", "closed_at"])
    return _record(stage, Activity.Verb.CLOSED_STAGE, by)


def _record(stage: Stage, verb: str, by: Seat) -> Stage:
    Activity.objects.create(workshop_id=by.workshop_id, seat=by, verb=verb, stage=stage)
    audit.record(
        by.workshop,
        AuditEntry.Act.MOVED,
        stage=stage.kind,
        to=stage.state,
        past=list(stage.passed_gates),
        role=by.role,
    )
    events.announce(by.workshop_id, events.StageMoved(stage=stage.pk))
    return stage
