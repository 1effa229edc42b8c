"""What people take as given, and what the others answer."""

from typing import Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from scenarios.models.board import Scenario
from workshops.models import Contribution, Seat, Stage, Workshop

State = Contribution.State


class AssumptionQuerySet(models.QuerySet["Assumption"]):
    def within(self, workshop: Workshop) -> Self:
        return self.filter(seat__workshop=workshop)

    def published(self) -> Self:
        return self.filter(state=State.PUBLISHED)

    def readable_by(self, seat: Seat, *, open_ones: bool, any_state: bool) -> Self:
        """One's own; what is published, of stages still open only if `open_ones`; and, for who moderates, all."""
        shown = Q(state=State.PUBLISHED)
        if not open_ones:
            shown &= Q(stage__state=Stage.State.CLOSED)
        if any_state:
            shown |= Q(state__in=[State.HELD, State.RETURNED, State.REDACTED])
        mine = Q(seat=seat) & ~Q(state=State.WITHDRAWN)
        return self.within(seat.workshop).filter(shown | mine)

    def unanswered_by(self, seat: Seat) -> Self:
        answers = Response.objects.filter(assumption=OuterRef("pk"), seat=seat)
        return self.published().filter(~Exists(answers))

    def with_answer_of(self, seat: Seat) -> Self:
        """Each with `mine`: what this seat answered, or None."""
        answers = Response.objects.filter(assumption=OuterRef("pk"), seat=seat)
        return self.annotate(mine=Subquery(answers.values("answer")[:1]))

    def with_counts(self) -> Self:
        """Each with how many answered what. Only analysis.spread says which numbers may be shown."""
        counts = {
            f"{answer}_count": Count("responses", filter=Q(responses__answer=answer))
            for answer in Response.Answer.values
        }
        return self.annotate(**counts)


class Assumption(Contribution):
    class Nature(models.TextChoices):
        FACT = "fact", _("fact")
        PREDETERMINED = "predetermined", _("predetermined element")
        RULE = "rule", _("rule")
        DEFINITION = "definition", _("definition")

    class Outcome(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        TESTED = "tested", _("tested")
        SHARED = "shared", _("shared")
        RESERVED = "reserved", _("shared with reservations")
        CONTESTED = "contested", _("contested")

    statement = models.CharField(max_length=400)
    nature = models.CharField(max_length=13, choices=Nature.choices, default=Nature.FACT)
    # Empty: it holds in all scenarios.
    scenario = models.ForeignKey(
        Scenario, models.SET_NULL, null=True, blank=True, related_name="assumptions"
    )
    outcome = models.CharField(max_length=9, choices=Outcome.choices, default=Outcome.PROPOSED)

    objects = AssumptionQuerySet.as_manager()  # type: ignore[assignment,misc]


class Response(models.Model):
    class Answer(models.TextChoices):
        AGREE = "agree", _("Agree")
        DISAGREE = "disagree", _("Disagree")
        PASS = "pass", _("Pass")

    assumption = models.ForeignKey(Assumption, models.CASCADE, related_name="responses")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="responses")
    answer = models.CharField(max_length=8, choices=Answer.choices)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assumption", "seat"], name="one_response_a_seat")
        ]

    def __str__(self) -> str:
        return f"response {self.pk}"
