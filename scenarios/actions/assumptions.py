"""Assumptions: putting them in, wording them anew, taking them back, answering them."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from scenarios.models import Assumption, Response, Scenario
from workshops.contributions import contribute, worded_anew
from workshops.models import Contribution, Seat
from workshops.permissions import Can, require

State = Contribution.State


class Overtaken(Exception):
    """The words, or whether they may be read, changed since the page was made."""


class Answered(Exception):
    """Others answered these words; other words would put them in their mouths."""


@transaction.atomic
def propose(
    *,
    statement: str,
    nature: str,
    scenario: Scenario | None,
    language: str,
    client_key: UUID,
    by: Seat,
) -> Assumption:
    require(by, Can.PROPOSE)
    assumption, _new = contribute(
        Assumption,
        Contribution.Kind.ASSUMPTION,
        by=by,
        client_key=client_key,
        statement=statement,
        nature=nature,
        scenario=scenario,
        language=language,
    )
    return assumption


@transaction.atomic
def reword(
    assumption: Assumption,
    *,
    statement: str,
    nature: str,
    scenario: Scenario | None,
    language: str,
    version: int,
    by: Seat,
) -> Assumption:
    """The author's, while nobody answered; what a moderator returned waits for one again."""
    require(by, Can.PROPOSE)
    locked = _own(assumption, by=by)
    if locked.version != version or locked.state not in {
        State.PUBLISHED,
        State.HELD,
        State.RETURNED,
    }:
        raise Overtaken
    if locked.responses.exists():
        raise Answered
    locked.statement, locked.nature, locked.scenario = statement, nature, scenario
    locked.language = language
    locked.state = worded_anew(locked)
    locked.version += 1
    locked.save()
    return locked


@transaction.atomic
def withdraw(assumption: Assumption, *, by: Seat) -> None:
    """Taken back by its author; it stays in the rows, and nobody reads it any more."""
    require(by, Can.PROPOSE)
    locked = _own(assumption, by=by)
    if locked.state not in {State.WITHDRAWN, State.REDACTED}:
        locked.state = State.WITHDRAWN
        locked.version += 1
        locked.save()


@transaction.atomic
def respond(assumption: Assumption, *, answer: str, version: int, by: Seat) -> Response:
    """Answer, or answer otherwise, the words that were read. Nobody is told who answered what."""
    require(by, Can.RESPOND)
    locked = _locked(assumption)
    if locked.version != version or locked.state != State.PUBLISHED:
        raise Overtaken
    response, _new = Response.objects.update_or_create(
        assumption=locked, seat=by, defaults={"answer": answer}
    )
    return response


def _own(assumption: Assumption, *, by: Seat) -> Assumption:
    if assumption.seat_id != by.pk:
        raise PermissionDenied(_("Only who put it in can change it."))
    return _locked(assumption)


def _locked(assumption: Assumption) -> Assumption:
    """As it stands now, and until we are done: answers, new words and decisions wait for each other."""
    Contribution.objects.select_for_update().get(pk=assumption.pk)
    return Assumption.objects.get(pk=assumption.pk)
