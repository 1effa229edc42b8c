"""What a seat puts in, and what a moderator decides about it."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from workshops.models.seats import Seat
from workshops.models.workshop import Stage, Workshop


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def within(self, workshop: Workshop) -> Self:
        return self.filter(seat__workshop=workshop)

    def published(self) -> Self:
        return self.filter(state=Contribution.State.PUBLISHED)

    def undecided(self) -> Self:
        """Published at once, or worded anew since, and no moderator has looked at it yet."""
        decided = Decision.objects.filter(
            contribution=OuterRef("pk"), version=OuterRef("version") - 1
        )
        return self.published().filter(~Exists(decided))

    def waiting(self) -> Self:
        """For a moderator, the longest waiting first."""
        return self.filter(state=Contribution.State.HELD).order_by("created_at", "pk")


class Contribution(models.Model):
    """Anything a seat puts in. Each kind extends it, so moderation, activity and export see one thing.

    `version` rises with every change of its words or its state: a decision names the version it read.
    """

    class State(models.TextChoices):
        HELD = "held", _("waiting for a moderator")
        PUBLISHED = "published", _("published")
        RETURNED = "returned", _("returned to its author")
        REDACTED = "redacted", _("redacted")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Kind(models.TextChoices):
        ASSUMPTION = "assumption", _("assumption")
        SEED = "seed", _("seed")
        REVISION = "revision", _("revision")
        TERM = "term", _("glossary term")
        COMMENT = "comment", _("comment")
        SUGGESTION = "suggestion", _("suggestion")
        DISPUTE = "dispute", _("dispute")
        EVIDENCE = "evidence", _("piece of evidence")
        FORCE = "force", _("driving force")
        QUESTION = "question", _("question to a story")
        RESERVATION = "reservation", _("reservation")
        CLASH = "clash", _("contradiction on the timeline")

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="contributions")
    stage = models.ForeignKey(Stage, models.SET_NULL, null=True, related_name="contributions")
    kind = models.CharField(max_length=12, choices=Kind.choices, editable=False)
    language = models.CharField(max_length=10, default="en")
    state = models.CharField(max_length=9, choices=State.choices, default=State.PUBLISHED)
    version = models.PositiveIntegerField(default=1)
    client_key = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seat", "client_key"], name="one_contribution_a_key")
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="contribution_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class GlossaryTerm(Contribution):
    """A word the group came to use alike, or knows it uses differently."""

    term = models.CharField(max_length=80)
    definition = models.TextField(max_length=600)

    objects: ClassVar[models.Manager["GlossaryTerm"]] = models.Manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["term"]


class Dispute(Contribution):
    """Why somebody cannot use a word so, or does not take a piece of evidence for settled."""

    of = models.ForeignKey(Contribution, models.CASCADE, related_name="disputes")
    reason = models.CharField(max_length=300)
    # Saying which side one speaks to is one's own choice.
    names_side = models.BooleanField(default=False)

    objects: ClassVar[models.Manager["Dispute"]] = models.Manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]


class Decision(models.Model):
    """A moderator's word on one version of one contribution."""

    class Action(models.TextChoices):
        PUBLISH = "publish", _("publish")
        RETURN = "return", _("return")
        REDACT = "redact", _("redact")
        RESTORE = "restore", _("restore")
        KEEP = "keep", _("let it stand")

    class Reason(models.TextChoices):
        IDENTIFIES = "identifies", _("It could identify a person.")
        SAYS_SHOULD = "says_should", _("It says what should happen, not what could.")
        SAYS_WILL = "says_will", _("It says what will happen, not what could.")
        ATTACK = "attack", _("It attacks a person or a group.")
        DUPLICATE = "duplicate", _("It says what is already there.")
        OFF_TOPIC = "off_topic", _("It is about something else.")
        SAFETY = "safety", _("It could put someone in danger.")

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="decisions")
    version = models.PositiveIntegerField()
    moderator = models.ForeignKey(Seat, models.PROTECT, related_name="decisions")
    action = models.CharField(max_length=8, choices=Action.choices)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    note = models.TextField(max_length=1000, blank=True)
    # What was read, so that whoever reads it anew sees what changed.
    words = models.TextField(blank=True, default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "version"], name="one_decision_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"


class Appeal(models.Model):
    """The author asks that another moderator look at it; once for each decision."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("the decision stands")
        OVERTURNED = "overturned", _("published after all")

    decision = models.OneToOneField(Decision, models.CASCADE, related_name="appeal")
    words = models.TextField(max_length=1000)
    made_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    note = models.TextField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        Seat, models.PROTECT, null=True, blank=True, related_name="appeals_answered"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at"]

    def __str__(self) -> str:
        return f"appeal {self.pk}"


class Flag(models.Model):
    """Somebody asks the moderators to look; one a seat and version."""

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="flags")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="flags")
    version = models.PositiveIntegerField()
    reason = models.CharField(max_length=12, choices=Decision.Reason.choices)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "seat", "version"], name="one_flag_a_seat_and_version"
            )
        ]

    def __str__(self) -> str:
        return f"flag {self.pk}"
