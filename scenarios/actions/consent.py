"""What is put to everybody, the positions taken on it, and what follows when it is closed."""

import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from random import SystemRandom

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from scenarios.analysis.cells import shown
from scenarios.analysis.consent import Outcome, Stance, outcome
from scenarios.models import (
    Assumption,
    ConsentItem,
    Position,
    Reservation,
    Revision,
    Scenario,
)
from workshops import events
from workshops.actions import lock_workshop
from workshops.models import Activity, Contribution, Role, Seat, Workshop
from workshops.permissions import Can, open_stage, require, require_unreleased

State = ConsentItem.State
NEEDS_REASON = frozenset({Position.Stance.RESERVE, Position.Stance.OBJECT})


class Overtaken(Exception):
    """The item was closed, worded anew or asked again since the page was made."""


# --- putting up, and closing ---------------------------------------------------------------------


def candidates(workshop: Workshop) -> tuple[list[Scenario], list[Assumption]]:
    """What could be put up and is not: stories that were accepted, and assumptions that can be read."""
    accepted = Revision.objects.accepted().filter(draft__scenario__workshop=workshop)
    scenarios = Scenario.objects.filter(
        workshop=workshop, consent=None, draft__revisions__in=accepted
    )
    assumptions = Assumption.objects.within(workshop).published().filter(consent=None)
    return list(scenarios.distinct()), list(assumptions.order_by("scenario__place", "pk"))


@transaction.atomic
def put_up(
    *,
    scenarios: Collection[int] | None = None,
    assumptions: Collection[int] | None = None,
    by: Seat,
) -> int:
    """Ask everybody about these, by id (None: about all there are); returns how many are new."""
    workshop = _take(by)
    stories, givens = candidates(workshop)
    chosen = [one for one in stories if scenarios is None or one.pk in scenarios]
    taken = [one for one in givens if assumptions is None or one.pk in assumptions]
    ConsentItem.objects.bulk_create(
        [
            *(
                ConsentItem(workshop=workshop, scenario=one, revision=_newest(one))
                for one in chosen
            ),
            *(ConsentItem(workshop=workshop, assumption=one) for one in taken),
        ]
    )
    if chosen or taken:
        _record(Activity.Verb.ASKED_CONSENT, by)
    return len(chosen) + len(taken)


@transaction.atomic
def close(items: Iterable[int], *, by: Seat) -> list[ConsentItem]:
    """Count the positions once and for all; an objection the first time leads to a repair."""
    workshop = _take(by)
    found = _locked(workshop, items, State.OPEN)
    for item in found:
        settle(item)
    if found:
        _record(Activity.Verb.SETTLED, by)
    return found


@transaction.atomic
def ask_again(item: ConsentItem, *, by: Seat) -> ConsentItem:
    """The second round, on the words as they stand now; positions are taken anew."""
    workshop = _take(by)
    found = _locked(workshop, [item.pk], State.REPAIR)
    if not found:
        raise Overtaken
    again = found[0]
    again.state, again.round = State.OPEN, 2
    if again.scenario is not None:
        again.revision = _newest(again.scenario)
    again.save(update_fields=["state", "round", "revision"])
    _record(Activity.Verb.ASKED_CONSENT, by)
    return again


def _take(by: Seat) -> Workshop:
    workshop = lock_workshop(by)
    require(by, Can.RUN_CONSENT)
    require_unreleased(workshop)
    return workshop


def _locked(workshop: Workshop, items: Iterable[int], state: str) -> list[ConsentItem]:
    wanted = ConsentItem.objects.filter(workshop=workshop, pk__in=list(items), state=state)
    locked = list(wanted.select_for_update().order_by("pk").values_list("pk", flat=True))
    return list(ConsentItem.objects.within(workshop).filter(pk__in=locked))


def _newest(scenario: Scenario) -> Revision | None:
    return Revision.objects.accepted().filter(draft__scenario=scenario).newest_first().first()


def _record(verb: str, by: Seat) -> None:
    Activity.objects.create(workshop_id=by.workshop_id, seat=by, verb=verb)
    stage = open_stage(by.workshop)
    if stage is not None:  # open pages look again
        events.announce(by.workshop_id, events.StageMoved(stage=stage.pk))


# --- what follows --------------------------------------------------------------------------------


def settle(item: ConsentItem) -> None:
    """Count the positions of its round, and write down what follows."""
    workshop = item.workshop
    here = Position.objects.filter(
        item=item, round=item.round, seat__role=Role.PARTICIPANT, seat__state=Seat.State.TAKEN
    )
    positions = list(here.select_related("seat"))
    required = workshop.constituencies.filter(required=True).values_list("pk", flat=True)
    found = outcome(
        [(one.seat.constituency_id, Stance(one.stance)) for one in positions],
        required=list(required),
        k=workshop.small_cell,
        repaired=item.round > 1,
    )
    # Numbers are told of the last round only: two tables of the same people would tell who moved.
    totals, cells = _tally(workshop, positions) if found != Outcome.REPAIR else ({}, {})
    _put_beside(item, positions, cells)
    if found == Outcome.REPAIR:
        item.state = State.REPAIR
        item.save(update_fields=["state"])
        return
    item.state, item.outcome, item.tally = (
        State.CLOSED,
        found.value,
        _plain(workshop, totals, cells),
    )
    item.closed_at = timezone.now()
    item.save(update_fields=["state", "outcome", "tally", "closed_at"])
    _pass_on(item)


def _tally(
    workshop: Workshop, positions: Iterable[Position]
) -> tuple[dict[str, int], dict[tuple[int | None, str], int]]:
    """Totals, and counts by side: those that may be shown."""
    people = Seat.objects.filter(workshop=workshop, role=Role.PARTICIPANT).taken()
    counts: Counter[tuple[int | None, str]] = Counter(
        (one.seat.constituency_id, str(one.stance)) for one in positions
    )
    seats: Counter[int | None] = Counter(people.values_list("constituency", flat=True))
    found = shown(
        counts,
        seats=seats,
        stances=Position.Stance.values,
        k=workshop.small_cell,
    )
    return dict(found.totals), dict(found.cells)


def _plain(
    workshop: Workshop, totals: dict[str, int], cells: dict[tuple[int | None, str], int]
) -> dict[str, object]:
    """As the row keeps it, with sides by name: whoever leaves later changes nothing of it."""
    sides = [
        {
            "side": side.name,
            "counts": {stance: count for (pk, stance), count in cells.items() if pk == side.pk},
        }
        for side in workshop.constituencies.all()
    ]
    return {"totals": totals, "sides": [row for row in sides if row["counts"]]}


def _put_beside(
    item: ConsentItem, positions: Iterable[Position], cells: Collection[tuple[int | None, str]]
) -> None:
    """The reasons, paragraph by paragraph and in no order, so that their number is not a number of people."""
    paragraphs: dict[str, Reservation] = {}
    stage = open_stage(item.workshop)
    for one in positions:
        if one.stance not in NEEDS_REASON:
            continue
        named = not item.workshop.unnamed and (one.seat.constituency_id, one.stance) in cells
        for words in filter(None, map(str.strip, one.reason.splitlines())):
            paragraphs[words.casefold()] = Reservation(
                seat=one.seat,
                stage=stage,
                kind=Contribution.Kind.RESERVATION,
                language=one.language,
                client_key=uuid.uuid4(),
                item=item,
                round=item.round,
                side_id=one.seat.constituency_id if named else None,
                text=words,
            )
    shuffled = list(paragraphs.values())
    SystemRandom().shuffle(shuffled)
    for reservation in shuffled:
        reservation.save()


def _pass_on(item: ConsentItem) -> None:
    """The outcome, where the rest of the workshop looks for it."""
    if item.assumption is not None:
        item.assumption.outcome = {
            Outcome.SHARED: Assumption.Outcome.SHARED,
            Outcome.RESERVED: Assumption.Outcome.RESERVED,
            Outcome.CONTESTED: Assumption.Outcome.CONTESTED,
        }.get(Outcome(item.outcome), Assumption.Outcome.TESTED)
        Assumption.objects.filter(pk=item.assumption.pk).update(outcome=item.assumption.outcome)
    if item.scenario is not None and item.outcome in {Outcome.SHARED, Outcome.RESERVED}:
        agreed = item.outcome == Outcome.SHARED
        item.scenario.state = Scenario.State.AGREED if agreed else Scenario.State.RESERVED
        item.scenario.save(update_fields=["state"])


# --- positions -----------------------------------------------------------------------------------


@transaction.atomic
def take_position(
    item: ConsentItem, *, stance: str, reason: str = "", round: int, language: str = "", by: Seat
) -> Position:
    """Say where one stands, or stand elsewhere, until the item closes. Nobody is told."""
    require(by, Can.CONSENT)
    locked = ConsentItem.objects.select_for_update().filter(
        pk=item.pk, workshop=by.workshop, state=State.OPEN, round=round
    )
    if not locked.values_list("pk", flat=True):
        raise Overtaken
    if stance in NEEDS_REASON and not reason.strip():
        raise ValidationError(
            _("Say why in a sentence. It is printed beside it, without your name.")
        )
    position, _new = Position.objects.update_or_create(
        item=item,
        round=round,
        seat=by,
        defaults={
            "stance": stance,
            "reason": reason if stance in NEEDS_REASON else "",
            "language": language or by.language,
        },
    )
    return position


# --- putting right -------------------------------------------------------------------------------


@transaction.atomic
def reword(item: ConsentItem, *, statement: str, by: Seat) -> ConsentItem:
    """An assumption's author words it anew, once; a story is put right in its draft."""
    require(by, Can.REPAIR)
    found = _in_repair(item, by)
    assumption = found.assumption
    if assumption is None or assumption.seat_id != by.pk:
        raise PermissionDenied(_("Only who put it in can change it."))
    if found.reworded:
        raise Overtaken
    Contribution.objects.select_for_update().get(pk=assumption.pk)
    assumption.refresh_from_db()
    assumption.statement, assumption.version = statement, assumption.version + 1
    assumption.save(update_fields=["statement", "version", "updated_at"])
    found.reworded = True
    found.save(update_fields=["reworded"])
    return found


@transaction.atomic
def suggest(item: ConsentItem, *, statement: str, by: Seat) -> ConsentItem:
    """The facilitator changes no word, and may hold other words out to the author."""
    workshop = _take(by)
    found = _locked(workshop, [item.pk], State.REPAIR)
    if not found or found[0].assumption is None or found[0].reworded:
        raise Overtaken
    found[0].suggestion = statement
    found[0].save(update_fields=["suggestion"])
    return found[0]


def _in_repair(item: ConsentItem, by: Seat) -> ConsentItem:
    found = _locked(by.workshop, [item.pk], State.REPAIR)
    if not found:
        raise Overtaken
    require_unreleased(found[0].workshop)
    return found[0]
