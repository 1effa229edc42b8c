"""What is known of the situation, what drives change, and how the seats rate it."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from scenarios.analysis.ranking import HIGHEST, LOWEST
from workshops.models import Contribution, Seat, Stage, Workshop

State = Contribution.State


class Milestone(models.Model):
    """A step that a facilitator took for everybody; there until it is taken back."""

    class What(models.TextChoices):
        FORCES_REVEALED = "forces_revealed"
        FORCES_FROZEN = "forces_frozen"
        RANKING_REVEALED = "ranking_revealed"

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="milestones")
    what = models.CharField(max_length=16, choices=What.choices)
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workshop", "what"], name="one_milestone_a_step")
        ]

    def __str__(self) -> str:
        return f"{self.what} in workshop {self.workshop_id}"


class Look(models.Model):
    """A seat said that its own forces are all in, or that it has none: from then on it sees the others'."""

    seat = models.OneToOneField(Seat, models.CASCADE, related_name="look")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"look of seat {self.seat_id}"


class Evidence(Contribution):
    """Something that is known, and from where."""

    class Quality(models.TextChoices):
        FIRM = "firm", _("firm: several sources agree")
        FAIR = "fair", _("fair: one good source")
        THIN = "thin", _("thin: hearsay or a guess")

    claim = models.CharField(max_length=400)
    source = models.CharField(max_length=200)
    link = models.URLField(max_length=500, blank=True)
    quality = models.CharField(max_length=4, choices=Quality.choices, default=Quality.FAIR)

    objects: models.Manager["Evidence"] = models.Manager()  # type: ignore[assignment,misc]


class ForceQuerySet(models.QuerySet["DrivingForce"]):
    def within(self, workshop: Workshop) -> Self:
        return self.filter(seat__workshop=workshop)

    def listed(self) -> Self:
        """Those that stand for themselves: published, and merged into no other."""
        return self.filter(state=State.PUBLISHED, merged_into=None)

    def readable_by(self, seat: Seat, *, sees_others: bool) -> Self:
        """One's own; and of the others what is listed, of a stage still open only if `sees_others`."""
        shown = Q(state=State.PUBLISHED)
        if not sees_others:
            shown &= Q(stage__state=Stage.State.CLOSED)
        mine = Q(seat=seat) & ~Q(state=State.WITHDRAWN)
        return self.within(seat.workshop).filter(shown | mine)

    def unrated_by(self, seat: Seat) -> Self:
        rated = Rating.objects.filter(force=OuterRef("pk"), seat=seat)
        return self.listed().filter(~Exists(rated))


class DrivingForce(Contribution):
    """Something that moves things, named without saying where to."""

    class Category(models.TextChoices):
        SOCIAL = "social", _("social")
        TECHNOLOGICAL = "technological", _("technological")
        ECONOMIC = "economic", _("economic")
        ENVIRONMENTAL = "environmental", _("environmental")
        POLITICAL = "political", _("political")

    name = models.CharField(max_length=80)
    category = models.CharField(max_length=13, choices=Category.choices)
    trend = models.CharField(max_length=300, blank=True)
    grounds = models.ManyToManyField(Evidence, blank=True, related_name="forces")
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged"
    )

    objects = ForceQuerySet.as_manager()  # type: ignore[assignment,misc]


class Merge(models.Model):
    """A facilitator's proposal that some forces are one; done when the author of each agrees."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for the authors")
        DONE = "done", _("merged")
        DECLINED = "declined", _("stays apart")
        DROPPED = "dropped", _("taken back")

    into = models.ForeignKey(DrivingForce, models.CASCADE, related_name="merges")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"merge into force {self.into_id}"


class MergeVoice(models.Model):
    """One force of a merge, `into` among them, and whether its author agreed; null: not yet."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="voices")
    force = models.ForeignKey(DrivingForce, models.CASCADE, related_name="voices")
    agrees = models.BooleanField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["merge", "force"], name="one_voice_a_merged_force")
        ]

    def __str__(self) -> str:
        return f"voice {self.pk}"


class Rating(models.Model):
    """One seat's view of one force; two empty values say that it cannot tell."""

    force = models.ForeignKey(DrivingForce, models.CASCADE, related_name="ratings")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="ratings")
    impact = models.PositiveSmallIntegerField(null=True, blank=True)
    uncertainty = models.PositiveSmallIntegerField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["force", "seat"], name="one_rating_a_seat"),
            models.CheckConstraint(
                name="rating_within_the_scale",
                condition=Q(impact__isnull=True, uncertainty__isnull=True)
                | Q(
                    impact__range=(LOWEST, HIGHEST),
                    uncertainty__range=(LOWEST, HIGHEST),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"rating {self.pk}"
