"""How the stories hold up: what others made of them, as far as it may be shown, and what is left to answer."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scenarios.analysis.ranking import Quartiles, quartiles
from scenarios.groups import Story, stories
from scenarios.models import QualityRating, Question, Scenario
from workshops import asks, gates
from workshops.asks import Ask
from workshops.gates import Finding, Gate
from workshops.models import Seat, Stage, StageKind, Workshop
from workshops.permissions import Can, going_on

NAMES: dict[str, Any] = {
    "relevant": gettext_lazy("Relevant"),
    "challenging": gettext_lazy("Challenging"),
    "plausible": gettext_lazy("Plausible"),
    "clear": gettext_lazy("Clear"),
}


@dataclass(frozen=True)
class Held:
    """What many people made of a story in one respect."""

    name: Any
    found: Quartiles


@dataclass
class Challenge:
    scenario: Scenario
    can: frozenset[Can]  # at this story
    mine: bool  # I write it, in a group
    rated: bool = False  # by me
    questions: list[Question] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    @property
    def open_questions(self) -> int:
        return sum(not question.reply for question in self.questions)


def challenges_of(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Challenge]:
    """Each story with its questions; what it was rated is read when the challenge is over. Five queries."""
    workshop, told = seat.workshop, stories(seat.workshop)
    found = {}
    for scenario in Scenario.objects.filter(workshop=workshop).select_related("workshop"):
        story = told.get(scenario.pk, Story())
        mine = seat.pk in story.group
        found[scenario.pk] = Challenge(scenario, story.abilities(seat, can), mine)
    asked = Question.objects.published().filter(scenario__in=found)
    for question in asked.select_related("seat", "answered_by").order_by("pk"):
        found[question.scenario_id].questions.append(question)
    ratings = QualityRating.objects.filter(scenario__in=found)
    by_story: defaultdict[int, list[QualityRating]] = defaultdict(list)
    for rating in ratings:
        by_story[rating.scenario_id].append(rating)
    for pk, challenge in found.items():
        challenge.rated = any(rating.seat_id == seat.pk for rating in by_story[pk])
        if not going_on(Can.CHALLENGE, stage):
            challenge.held = held(by_story[pk], workshop.small_cell)
    return list(found.values())


def held(ratings: list[QualityRating], k: int) -> list[Held]:
    """Medians and quartiles, of k people or more; nothing of fewer. How many they are is not said."""
    if len(ratings) < max(k, 1):
        return []
    return [
        Held(name, quartiles([getattr(rating, dimension) for rating in ratings]))
        for dimension, name in NAMES.items()
    ]


# --- asked of people, and on the way to the next stage -------------------------------------------


def of_those_who_challenge(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    if not {Can.CHALLENGE, Can.ANSWER} & can:
        return []
    found = challenges_of(seat, can, stage)
    others = [one for one in found if Can.CHALLENGE in one.can and not one.mine]
    url = reverse("scenarios:challenges", args=[seat.workshop.slug])
    asked = []
    if others and not any(one.rated for one in others):
        asked.append(
            Ask(
                title=_("Challenge a story that is not yours"),
                text=_("Rate it, and ask what somebody who has to live in it would ask."),
                url=url,
                minutes=15,
                order=30,
            )
        )
    waiting = sum(one.open_questions for one in found if Can.ANSWER in one.can and one.mine)
    if waiting:
        title = ngettext(
            "Answer %(count)s question to your story",
            "Answer %(count)s questions to your story",
            waiting,
        )
        asked.append(
            Ask(
                title=title % {"count": waiting},
                text=_("Or say why not."),
                url=url,
                minutes=5 * waiting,
                order=25,
            )
        )
    return asked


def questions_are_answered(workshop: Workshop) -> Finding:
    return Finding(
        met=not Question.objects.unanswered().filter(scenario__workshop=workshop).exists(),
        how=_("The writers of a story answer each question, or say why they do not."),
        url=reverse("scenarios:challenges", args=[workshop.slug]),
    )


def register() -> None:
    asks.register(of_those_who_challenge)
    gates.register(
        Gate(
            code="challenges_answered",
            stage=StageKind.CHALLENGE,
            title=gettext_lazy("Every question to a story is answered, or it is said why not."),
            look=questions_are_answered,
        )
    )
