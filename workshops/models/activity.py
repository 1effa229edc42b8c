"""What happened, for the workshop's page and the digests."""

from datetime import datetime
from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workshops.models.contributions import Contribution
from workshops.models.seats import Seat
from workshops.models.workshop import Stage, Workshop


class ActivityQuerySet(models.QuerySet["Activity"]):
    def shown(self) -> Self:
        """Nothing about contributions that are held, returned or taken down."""
        return self.filter(
            Q(contribution=None) | Q(contribution__state=Contribution.State.PUBLISHED)
        )

    def during(self, stage: Stage) -> Self:
        """What belongs to the stage, and what happened while it was open that belongs to none."""
        found = Q(stage=stage) | Q(contribution__stage=stage)
        if stage.opened_at is not None:
            until = Q() if stage.closed_at is None else Q(at__lt=stage.closed_at)
            found |= Q(stage=None, contribution=None, at__gte=stage.opened_at) & until
        return self.filter(found)

    def between(self, start: datetime, end: datetime) -> Self:
        """The half-open interval [start, end)."""
        return self.filter(at__gte=start, at__lt=end)


class Activity(models.Model):
    class Verb(models.TextChoices):
        OPENED_WORKSHOP = "opened_workshop"
        TOOK_SEAT = "took_seat"
        OPENED_STAGE = "opened_stage"
        CLOSED_STAGE = "closed_stage"
        CONTRIBUTED = "contributed"
        DECIDED = "decided"
        DRAFTED = "drafted"
        RELEASED = "released"
        ASKED_CONSENT = "asked_consent"
        SETTLED = "settled"
        SCHEDULED = "scheduled"
        ARRANGED_GROUPS = "arranged_groups"
        REVEALED_FORCES = "revealed_forces"
        FROZE_FORCES = "froze_forces"
        REVEALED_RANKING = "revealed_ranking"

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="activity")
    seat = models.ForeignKey(Seat, models.SET_NULL, null=True, blank=True, related_name="+")
    verb = models.CharField(max_length=16, choices=Verb.choices)
    contribution = models.ForeignKey(
        Contribution, models.CASCADE, null=True, blank=True, related_name="activity"
    )
    stage = models.ForeignKey(Stage, models.CASCADE, null=True, blank=True, related_name="+")
    # The scenario written in, by number: workshops knows nothing of scenarios.
    scenario = models.PositiveBigIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["workshop", "-at"], name="activity_newest")]
        verbose_name_plural = "activity"

    def __str__(self) -> str:
        return f"{self.verb} {self.pk}"


class DigestPreference(models.Model):
    """How often a seat hears what is new. `covered_until` ends the last period written about."""

    class Rhythm(models.TextChoices):
        OFF = "off", _("Never")
        DAILY = "daily", _("Every day")
        WEEKLY = "weekly", _("Once a week")

    seat = models.OneToOneField(Seat, models.CASCADE, related_name="digest")
    rhythm = models.CharField(max_length=6, choices=Rhythm.choices, default=Rhythm.DAILY)
    hour = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(23)])
    weekday = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(6)])
    covered_until = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"digest of seat {self.seat_id}"
