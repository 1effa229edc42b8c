"""The scenarios of a workshop by their place in its logic, with what is known of each."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from scenarios.analysis.ranking import Kinship
from scenarios.groups import Story, stories
from scenarios.live.history import texts_of
from scenarios.models import Edit, Revision, Scenario, ScenarioLogic
from scenarios.plot import kinship_of
from scenarios.tree import Tree, tree
from workshops.models import Contribution, Seat, Stage, StageKind, Workshop
from workshops.permissions import Can

LATELY = timedelta(days=14)
HANDS = 3  # so many of those who wrote lately are named

Kind = ScenarioLogic.Kind


@dataclass
class Card:
    """One scenario on the board."""

    scenario: Scenario
    words: int | None = None
    accepted: bool = False
    waiting: bool = False
    writable: bool = False  # by the one who looks
    mine: bool = False  # in whose group they are
    hands: list[Seat] = field(default_factory=list)
    written_at: Any = None


@dataclass
class Board:
    logic: ScenarioLogic | None
    cards: list[Card]

    def at(self, place: int) -> Card | None:
        return next((card for card in self.cards if card.scenario.place == place), None)

    @property
    def places(self) -> int:
        return len(places(self.logic))

    @property
    def branches(self) -> list[dict[str, Any]]:
        """The questions, each with what a no leads to."""
        questions = self.logic.questions if self.logic else []
        return [{"text": step["text"], "card": self.at(step["no"])} for step in questions]

    @property
    def tree(self) -> Tree:
        """The chain drawn, each leaf with the name of its scenario."""
        cards = [self.at(place) for place in range(self.places)]
        return tree([card.scenario.title if card else "…" for card in cards])

    @property
    def last(self) -> Card | None:
        """Where every answer is yes."""
        return self.at(self.places - 1)

    @property
    def quadrants(self) -> list[dict[str, Any]]:
        """As they stand on the page: top start, top end, bottom start, bottom end."""
        labels = places(self.logic)
        return [
            {"name": labels[place], "place": place, "card": self.at(place)}
            for place in (2, 3, 0, 1)
        ]

    @property
    def unplaced(self) -> list[Card]:
        """All of them, where the logic has no places."""
        return [
            card
            for card in self.cards
            if card.scenario.place is None or card.scenario.place >= self.places
        ]


def newest_logic(workshop: Workshop) -> ScenarioLogic | None:
    return ScenarioLogic.objects.filter(workshop=workshop).first()


def places(logic: ScenarioLogic | None) -> list[str]:
    """Each place in the logic, in words; none where the logic has no places."""
    if logic is None or logic.kind == Kind.INDUCTIVE:
        return []
    if logic.kind == Kind.AXES:
        first, second = logic.axes
        return [
            f"{first[across]}, {second[up]}" for up in ("low", "high") for across in ("low", "high")
        ]
    said = [_("No to: %(question)s") % {"question": step["text"]} for step in logic.questions]
    return [*said, _("Yes to every question")]


def axes_kinship(logic: ScenarioLogic | None) -> Kinship | None:
    """How the ratings of the two axes go together, where both were ranked and by enough people."""
    if logic is None or logic.kind != Kind.AXES:
        return None
    forces = [axis.get("force") for axis in logic.axes]
    return kinship_of(logic.workshop, *forces) if all(forces) else None


def agreed_at(workshop: Workshop, logic: ScenarioLogic | None) -> datetime | None:
    """When the stage of the logic was closed, with this version or an older one."""
    if logic is None:
        return None
    closed = workshop.stages.filter(kind=StageKind.LOGIC, state=Stage.State.CLOSED)
    return closed.values_list("closed_at", flat=True).first()


def board_of(seat: Seat, can: frozenset[Can]) -> Board:
    """Living words and who wrote them only for those who may read what is open."""
    workshop, told = seat.workshop, stories(seat.workshop)
    scenarios = list(Scenario.objects.filter(workshop=workshop).select_related("draft", "workshop"))
    cards = {
        scenario.draft.pk: Card(
            scenario,
            writable=Can.CO_EDIT in told.get(scenario.pk, Story()).abilities(seat, can),
            mine=scenario.pk in told and seat.pk in told[scenario.pk].group,
        )
        for scenario in scenarios
    }
    accepted = Revision.objects.last_accepted().filter(draft__in=cards)
    for draft, text in accepted.values_list("draft", "text"):
        cards[draft].accepted = True
        cards[draft].words = len(text.split())
    if Can.READ_OPEN in can:
        _add_living(cards, unnamed=workshop.unnamed)
    return Board(newest_logic(workshop), list(cards.values()))


def _add_living(cards: dict[int, Card], *, unnamed: bool) -> None:
    held = Revision.objects.filter(draft__in=cards, state=Contribution.State.HELD)
    for draft in held.values_list("draft", flat=True):
        cards[draft].waiting = True
    for draft, text in texts_of(card.scenario.draft for card in cards.values()).items():
        cards[draft].words = len(text.split())
    wrote = (
        Edit.objects.filter(draft__in=cards, at__gte=timezone.now() - LATELY)
        .order_by()
        .values_list("draft", "seat")
        .annotate(last=Max("at"))
        .order_by("-last")
    )
    rows = list(wrote)
    seats = Seat.objects.in_bulk({seat for _draft, seat, _last in rows})
    for draft, seat, last in rows:
        card = cards[draft]
        card.written_at = card.written_at or last
        if not unnamed and len(card.hands) < HANDS:
            card.hands.append(seats[seat])
