"""The substance: assumptions, the logic, scenarios and their drafts."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from workshops.models import Contribution, Seat, Workshop


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
        "Scenario", models.SET_NULL, null=True, blank=True, related_name="assumptions"
    )
    outcome = models.CharField(max_length=9, choices=Outcome.choices, default=Outcome.PROPOSED)


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


class ScenarioLogic(models.Model):
    """What sets the scenarios apart, one row a version; the newest counts.

    `axes`: two of {"name", "low", "high"}. `questions`: ordered {"text", "no"}: a no leads to the
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


class DraftQuerySet(models.QuerySet["Draft"]):
    def within(self, workshop: Workshop) -> Self:
        return self.filter(scenario__workshop=workshop)


class Draft(models.Model):
    """A scenario's living text: what its log of edits makes of the empty string.

    The text itself stands in no column: `live.history.text_of` reads the newest snapshot and the edits after it.
    """

    scenario = models.OneToOneField(Scenario, models.CASCADE, related_name="draft")
    version = models.PositiveIntegerField(default=0)
    frozen = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DraftQuerySet.as_manager()

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Edit(models.Model):
    """One changeset; applying it to version - 1 gives `version`. `changes` is CodeMirror's JSON."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="edits")
    version = models.PositiveIntegerField()
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="edits")
    client = models.CharField(max_length=32)
    sequence = models.PositiveIntegerField()
    changes = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "version"], name="one_edit_a_version"),
            models.UniqueConstraint(
                fields=["draft", "client", "sequence"], name="one_edit_a_sequence"
            ),
        ]

    def __str__(self) -> str:
        return f"edit {self.version} of draft {self.draft_id}"


class Snapshot(models.Model):
    """The text at a version, so that reading the past does not begin at nothing."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="snapshots")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "version"], name="one_snapshot_a_version")
        ]

    def __str__(self) -> str:
        return f"snapshot {self.version} of draft {self.draft_id}"


class Revision(Contribution):
    """A version of a draft that was handed in; moderators read it against the last accepted one."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="revisions")
    draft_version = models.PositiveIntegerField()
    text = models.TextField()
    summary = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
