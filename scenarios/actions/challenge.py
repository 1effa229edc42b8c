"""Challenging a story that others write, and answering for one's own."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from scenarios.groups import require_at
from scenarios.models import QualityRating, Question, Scenario
from workshops.contributions import contribute
from workshops.models import Contribution, Seat
from workshops.permissions import Can


class Overtaken(Exception):
    """Somebody else of the group answered, or a moderator took the question down."""


@transaction.atomic
def rate(scenario: Scenario, ratings: Mapping[str, int], *, by: Seat) -> QualityRating:
    """Rate, or rate otherwise. Nobody is told."""
    require_at(by, Can.CHALLENGE, scenario)
    rating, _new = QualityRating.objects.update_or_create(
        scenario=scenario,
        seat=by,
        defaults={dimension: ratings[dimension] for dimension in QualityRating.DIMENSIONS},
    )
    return rating


@transaction.atomic
def ask(scenario: Scenario, *, text: str, language: str, client_key: UUID, by: Seat) -> Question:
    require_at(by, Can.CHALLENGE, scenario)
    question, _new = contribute(
        Question,
        Contribution.Kind.QUESTION,
        by=by,
        client_key=client_key,
        scenario=scenario,
        text=text,
        language=language,
    )
    return question


@transaction.atomic
def answer(question: Question, *, reply: str, answer: str, seen: str, by: Seat) -> Question:
    """For the group, or otherwise than before; `seen` is the answer that was there to read."""
    require_at(by, Can.ANSWER, question.scenario)
    Contribution.objects.select_for_update().get(pk=question.pk)
    found = Question.objects.published().filter(pk=question.pk, answer=seen).first()
    if found is None:
        raise Overtaken
    found.reply, found.answer, found.answered_by = reply, answer, by
    found.save(update_fields=["reply", "answer", "answered_by", "updated_at"])
    return found
