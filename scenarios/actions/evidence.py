"""Evidence: what is known, and from where."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from scenarios.models import Evidence
from workshops.contributions import contribute, worded_anew
from workshops.models import Contribution, Seat
from workshops.permissions import Can, require

State = Contribution.State


class Overtaken(Exception):
    """The words, or whether they may be read, changed since the page was made."""


class Disputed(Exception):
    """Somebody's reason stands beside these words."""


@transaction.atomic
def put_in(*, client_key: UUID, by: Seat, **words: Any) -> Evidence:
    require(by, Can.PROPOSE)
    evidence, _new = contribute(
        Evidence, Contribution.Kind.EVIDENCE, by=by, client_key=client_key, **words
    )
    return evidence


@transaction.atomic
def reword(evidence: Evidence, *, version: int, by: Seat, **words: Any) -> Evidence:
    """The author's, while nobody disputes it; what a moderator returned waits for one again."""
    locked = _own(evidence, by=by)
    if locked.version != version or locked.state not in {
        State.PUBLISHED,
        State.HELD,
        State.RETURNED,
    }:
        raise Overtaken
    if locked.disputes.filter(state=State.PUBLISHED).exists():
        raise Disputed
    for field, value in words.items():
        setattr(locked, field, value)
    locked.state = worded_anew(locked)
    locked.version += 1
    locked.save()
    return locked


@transaction.atomic
def withdraw(evidence: Evidence, *, by: Seat) -> None:
    locked = _own(evidence, by=by)
    if locked.state not in {State.WITHDRAWN, State.REDACTED}:
        locked.state = State.WITHDRAWN
        locked.version += 1
        locked.save()


def _own(evidence: Evidence, *, by: Seat) -> Evidence:
    require(by, Can.PROPOSE)
    if evidence.seat_id != by.pk:
        raise PermissionDenied(_("Only who put it in can change it."))
    Contribution.objects.select_for_update().get(pk=evidence.pk)
    return Evidence.objects.get(pk=evidence.pk)
