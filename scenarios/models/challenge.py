"""How a story holds up: what others rate it, and the questions its writers answer."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scenarios.models.board import Scenario
from workshops.models import Contribution, Seat

LOWEST, HIGHEST = 1, 5


class QualityRating(models.Model):
    """What one seat makes of a story that is not their own, from 1 to 5. Nobody else reads it."""

    DIMENSIONS: ClassVar[tuple[str, ...]] = ("relevant", "challenging", "plausible", "clear")

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="ratings")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="quality_ratings")
    relevant = models.PositiveSmallIntegerField()
    challenging = models.PositiveSmallIntegerField()
    plausible = models.PositiveSmallIntegerField()
    clear = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scenario", "seat"], name="one_rating_a_story"),
            models.CheckConstraint(
                name="ratings_from_1_to_5",
                condition=Q(relevant__range=(LOWEST, HIGHEST))
                & Q(challenging__range=(LOWEST, HIGHEST))
                & Q(plausible__range=(LOWEST, HIGHEST))
                & Q(clear__range=(LOWEST, HIGHEST)),
            ),
        ]

    def __str__(self) -> str:
        return f"quality rating {self.pk}"


class QuestionQuerySet(models.QuerySet["Question"]):
    def published(self) -> "QuestionQuerySet":
        return self.filter(state=Contribution.State.PUBLISHED)

    def unanswered(self) -> "QuestionQuerySet":
        return self.published().filter(reply="")


class Question(Contribution):
    """Put to a story by somebody who does not write it. Its writers answer, or say why they do not."""

    class Reply(models.TextChoices):
        ANSWERED = "answered", _("answered")
        DECLINED = "declined", _("not answered, and why")

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="questions")
    text = models.TextField(max_length=600)
    reply = models.CharField(max_length=8, choices=Reply.choices, blank=True)
    answer = models.TextField(max_length=1500, blank=True)
    answered_by = models.ForeignKey(
        Seat, models.SET_NULL, null=True, blank=True, related_name="answered_questions"
    )

    objects = QuestionQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="a_reply_has_words", condition=Q(reply="") | ~Q(answer=""))
        ]
