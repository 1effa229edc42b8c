"""What sets the scenarios apart, and which there are."""

from typing import Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from workshops.models import Contribution, Seat, Workshop

State = Contribution.State


class ScenarioLogic(models.Model):
    """What sets the scenarios apart, one row a version; the newest counts.

    `axes`: two of {"name", "low", "high"}, and "force" where it is one that was ranked. `questions`: ordered {"text", "no"}: a no leads to the
    scenario at that place, the last yes to the last place; n questions give n + 1 scenarios.
    """

    class Kind(models.TextChoices):
        AXES = "axes", _("two axes")
        BRANCHING = "branching", _("branching")
        INDUCTIVE = "inductive", _("inductive")

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="logics")
    version = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    axes = models.JSONField(default=list, blank=True)
    questions = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["workshop", "version"], name="one_logic_a_version")
        ]

    def __str__(self) -> str:
        return f"logic {self.version} of workshop {self.workshop_id}"


class Scenario(models.Model):
    class State(models.TextChoices):
        SEED = "seed", _("seed")
        OUTLINE = "outline", _("outline")
        DRAFTING = "drafting", _("drafting")
        CHALLENGE = "challenge", _("challenge")
        AGREED = "agreed", _("agreed")
        RESERVED = "reserved", _("agreed with reservations")
        PUBLISHED = "published", _("published")

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="scenarios")
    title = models.CharField(max_length=80)
    premise = models.CharField(max_length=300, blank=True)
    # Branching: the leaf, from 0. Axes: the quadrant, 0-3 as low/low, high/low, low/high, high/high.
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OUTLINE)
    client_key = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["workshop", "title"], name="one_scenario_a_title"),
            models.UniqueConstraint(
                fields=["workshop", "place"],
                condition=Q(place__isnull=False),
                name="one_scenario_a_place",
            ),
        ]

    def __str__(self) -> str:
        return f"scenario {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("scenarios:scenario", args=[self.workshop.slug, self.pk])


class SeedQuerySet(models.QuerySet["Seed"]):
    def readable_by(self, seat: Seat, *, any_state: bool) -> Self:
        """What is published, from the day it was put in; one's own; and, for who moderates, all."""
        states = {State.PUBLISHED}
        if any_state:
            states |= {State.HELD, State.RETURNED, State.REDACTED}
        mine = Q(seat=seat) & ~Q(state=State.WITHDRAWN)
        return self.filter(Q(state__in=states) | mine, seat__workshop=seat.workshop)

    def with_dots(self, seat: Seat) -> Self:
        """Each with `dot_count`, which only the page's threshold may show, and `dotted`: whether this seat gave one."""
        mine = Dot.objects.filter(seed=OuterRef("pk"), seat=seat)
        return self.annotate(dot_count=Count("dots"), dotted=Exists(mine))


class Seed(Contribution):
    """A raw story of a few lines, on its way down the funnel."""

    class Funnel(models.TextChoices):
        POOLED = "pooled", _("in the pool")
        CLUSTERED = "clustered", _("clustered")
        SHORTLISTED = "shortlisted", _("shortlisted")
        MERGED = "merged", _("merged into a scenario")
        RETIRED = "retired", _("retired with thanks")

    title = models.CharField(max_length=80)
    text = models.TextField(max_length=1200)
    funnel = models.CharField(max_length=11, choices=Funnel.choices, default=Funnel.POOLED)
    cluster = models.CharField(max_length=80, blank=True)
    scenario = models.ForeignKey(
        Scenario, models.SET_NULL, null=True, blank=True, related_name="seeds"
    )

    # A word to its author, when it was set aside.
    thanks = models.CharField(max_length=300, blank=True)

    objects = SeedQuerySet.as_manager()  # type: ignore[assignment,misc]


class DotRound(models.Model):
    """Each seat has so many dots to give; counts are seen once the round is closed."""

    workshop = models.OneToOneField(Workshop, models.CASCADE, related_name="dot_round")
    dots = models.PositiveSmallIntegerField()
    is_open = models.BooleanField(default=True)
    opened_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="dots_within_reason", condition=Q(dots__range=(1, 20)))
        ]

    def __str__(self) -> str:
        return f"dot round of workshop {self.workshop_id}"


class Dot(models.Model):
    seed = models.ForeignKey(Seed, models.CASCADE, related_name="dots")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="dots")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seed", "seat"], name="one_dot_a_seed_and_seat")
        ]

    def __str__(self) -> str:
        return f"dot {self.pk}"
