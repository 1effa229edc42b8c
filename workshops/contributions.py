"""What every kind of contribution shares: putting in once, and being shown to a moderator.

Each kind registers how it reads from the app it belongs to, so that moderation, activity and
digests show it without knowing it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from workshops.models import Activity, Contribution, Decision, Seat
from workshops.permissions import Can, open_stage

C = TypeVar("C", bound=Contribution)


@dataclass(frozen=True)
class Kind:
    """How one kind is shown. Every callable takes the concrete contribution."""

    model: type[Contribution]
    title: Callable[[Any], str]  # one line of the author's own words, or a title
    url: Callable[[Any], str]  # where its people find it
    template: str  # the fragment a moderator reads; needs `contribution` and what `context` adds
    needs: tuple[str, ...] = ()  # what `title` and `url` follow, for select_related
    context: Callable[[Any], dict[str, Any]] = lambda contribution: {}
    # What came of it beyond its state, in a sentence to its author; empty when there is nothing to say.
    became: Callable[[Any], str] = lambda contribution: ""
    # All that the author wrote, for hints and for what changed; the title, if nothing else.
    words: Callable[[Any], str] | None = None
    # Seats whose words these are: none of them moderates it.
    authors: Callable[[Any], set[int]] = lambda contribution: {contribution.seat_id}
    # Nobody learns whose they are, not in any workshop and not a moderator either.
    unnamed: bool = False
    # Whether this seat, with these rights, sees it once it is published.
    seen_by: Callable[[Any, Seat, frozenset[Can]], bool] = lambda contribution, seat, can: True
    # Told inside the decision's transaction, after the state changed.
    decided: Callable[[Any, Decision], None] = lambda contribution, decision: None


Compare = Callable[[str, str], list[Any]]

_kinds: dict[str, Kind] = {}
_compare: list[Compare] = []


def register(kind: str, shown: Kind) -> None:
    _kinds[kind] = shown


def kind_of(contribution: Contribution) -> Kind:
    return _kinds[contribution.kind]


def concrete(contribution: Contribution) -> Any:
    """The row of the contribution's own kind."""
    model = kind_of(contribution).model
    if isinstance(contribution, model):
        return contribution
    return model._default_manager.select_related(
        "seat__workshop", *kind_of(contribution).needs
    ).get(pk=contribution.pk)


def words_of(own: Any) -> str:
    kind = kind_of(own)
    return (kind.words or kind.title)(own)


def compared_by(compare: Compare) -> None:
    """How two texts are laid side by side is the business of the app above."""
    _compare.append(compare)


def compared(before: str, now: str) -> list[Any]:
    """The passages that changed, as `scenarios/_passages.html` shows them; none where nothing did."""
    return _compare[-1](before, now) if _compare and before != now else []


def read(contributions: Iterable[Contribution]) -> dict[int, Any]:
    """The row of its own kind for each, by its id, with one query a kind."""
    found: dict[int, Any] = {}
    by_kind: dict[str, list[int]] = {}
    for contribution in contributions:
        by_kind.setdefault(contribution.kind, []).append(contribution.pk)
    for kind, ids in by_kind.items():
        shown = _kinds[kind]
        for own in shown.model._default_manager.filter(pk__in=ids).select_related(*shown.needs):
            found[own.pk] = own
    return found


def titles(contributions: Iterable[Contribution]) -> dict[int, str]:
    """Each one's title by its id, with one query a kind."""
    rows = read(contributions).values()
    return {own.pk: _kinds[own.kind].title(own) for own in rows}


@transaction.atomic
def contribute(
    model: type[C], kind: str, *, by: Seat, client_key: UUID, **facts: Any
) -> tuple[C, bool]:
    """Put in a contribution once per key: pressing twice finds the first. Asks no permission.

    A key under which the seat put in something of another kind is a forged form: raises BadRequest.
    Returns the contribution and whether it is new.
    """
    found = _own(model).filter(seat=by, client_key=client_key).first()
    if found is not None:
        return found, False
    stage = open_stage(by.workshop)
    if stage is not None and stage.premoderated:
        facts = {"state": Contribution.State.HELD, **facts}
    try:
        with transaction.atomic():
            new = _own(model).create(
                seat=by,
                client_key=client_key,
                kind=kind,
                stage=stage,
                **{"language": by.language, **facts},
            )
    except IntegrityError:
        found = _own(model).filter(seat=by, client_key=client_key).first()
        if found is None:
            raise BadRequest("A key of another contribution.") from None
        return found, False
    Activity.objects.create(
        workshop=by.workshop, seat=by, verb=Activity.Verb.CONTRIBUTED, contribution=new
    )
    return new, True


def worded_anew(contribution: Contribution) -> str:
    """Its state once its author has worded it anew."""
    stage = open_stage(contribution.seat.workshop)
    waits = stage is not None and stage.premoderated
    if waits or contribution.state == Contribution.State.RETURNED:
        return Contribution.State.HELD
    return contribution.state


def said(sentence: str, *, by: Seat) -> str:
    """What an author reads after putting something in: this, or that a moderator reads it first."""
    stage = open_stage(by.workshop)
    if stage is None or not stage.premoderated:
        return sentence
    return _("It is in. A moderator reads it first; until then only you see it.")


def _own(model: type[C]) -> QuerySet[C]:
    return cast("QuerySet[C]", model._default_manager.all())
