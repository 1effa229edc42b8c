"""What a moderator does at a living draft: freeze it, read what is new, take words out."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from scenarios.live import redacting
from scenarios.models import Draft, LastRead, Redaction
from workshops import audit, events
from workshops.models import AuditEntry, Seat
from workshops.permissions import Can, abilities, hold_stage, refuse, require


@transaction.atomic
def freeze(draft: Draft, *, because: str, by: Seat) -> None:
    """Nothing can be written until it is thawed; whoever tries reads why. Twice is once."""
    _turn(draft, frozen=True, because=because, by=by)


@transaction.atomic
def thaw(draft: Draft, *, by: Seat) -> None:
    _turn(draft, frozen=False, because="", by=by)


def _turn(draft: Draft, *, frozen: bool, because: str, by: Seat) -> None:
    require(by, Can.MODERATE)
    locked = Draft.objects.select_for_update().get(pk=draft.pk)
    if locked.frozen == frozen:
        return
    locked.frozen, locked.frozen_because = frozen, because
    locked.save(update_fields=["frozen", "frozen_because"])
    action = "freeze" if frozen else "thaw"
    audit.record(
        by.workshop, AuditEntry.Act.DECIDED, kind="draft", action=action, reason="", role=by.role
    )
    events.announce(by.workshop_id, events.AccessChanged(seat=by.pk))  # pages look at once


@transaction.atomic
def redact_passage(
    draft: Draft, *, words: str, reason: str, note: str, client_key: UUID, by: Seat
) -> Redaction:
    """Take the words out of the draft and all its past, for good. Raises redacting.NotThere."""
    hold_stage(by.workshop)
    if abilities(by).isdisjoint({Can.MODERATE, Can.REDACT}):
        refuse(by, Can.REDACT)
    version, authors = redacting.redact(draft.pk, words, seat=by.pk, client_key=client_key)
    if by.pk in authors:
        raise PermissionDenied(_("Another moderator decides on what you wrote yourself."))
    made = Redaction.objects.create(draft=draft, seat=by, version=version, reason=reason, note=note)
    audit.record(
        by.workshop,
        AuditEntry.Act.DECIDED,
        kind="passage",
        action="redact",
        reason=reason,
        role=by.role,
    )
    return made


@transaction.atomic
def have_read(draft: Draft, *, version: int, by: Seat) -> None:
    require(by, Can.MODERATE)
    version = min(version, Draft.objects.values_list("version", flat=True).get(pk=draft.pk))
    LastRead.objects.update_or_create(draft=draft, seat=by, defaults={"version": version})
