"""Handing in a version of a draft."""

from uuid import UUID

from django.db import transaction
from django.db.models import F

from scenarios.groups import require_at
from scenarios.live.history import text_at
from scenarios.models import Draft, Revision, Scenario
from workshops.contributions import contribute
from workshops.models import Contribution, Seat
from workshops.permissions import Can

State = Contribution.State


class NothingWritten(Exception):
    """The draft is empty at that version."""


class NothingNew(Exception):
    """What is waiting, or was accepted, says the same."""


@transaction.atomic
def submit(
    scenario: Scenario, *, version: int, summary: str, client_key: UUID, by: Seat
) -> Revision:
    """Hand in the draft as it was at a version; it takes the place of those still waiting."""
    require_at(by, Can.SUBMIT, scenario)
    draft = Draft.objects.select_for_update().get(scenario=scenario)
    before = Revision.objects.filter(seat=by, client_key=client_key).first()
    if before is not None:
        return before
    version = min(version, draft.version)
    text = text_at(draft.pk, version)
    if not text.strip():
        raise NothingWritten
    handed_in = Revision.objects.filter(draft=draft)
    newest = handed_in.filter(state__in=[State.HELD, State.PUBLISHED]).newest_first().first()
    if newest and (newest.text == text or newest.draft_version > version):
        raise NothingNew
    waiting = handed_in.filter(state=State.HELD).values_list("pk", flat=True)
    Contribution.objects.filter(pk__in=list(waiting), state=State.HELD).update(
        state=State.WITHDRAWN, version=F("version") + 1
    )
    revision, _new = contribute(
        Revision,
        Contribution.Kind.REVISION,
        by=by,
        client_key=client_key,
        draft=draft,
        draft_version=version,
        text=text,
        summary=summary,
        state=State.HELD,
    )
    return revision
