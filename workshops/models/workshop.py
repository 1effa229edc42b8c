"""The exercise, its stages and its sides."""

import secrets
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from participants.models import Participant

SLUG_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def slug_for(title: str) -> str:
    """A readable slug that cannot be guessed: 49 random bits behind the words."""
    random = "".join(secrets.choice(SLUG_ALPHABET) for _ in range(10))
    words = slugify(title)[:40].strip("-")
    return f"{words}-{random}" if words else random


class WorkshopQuerySet(models.QuerySet["Workshop"]):
    def visible_to(self, person: Participant) -> Self:
        """Workshops in which this person has a seat now."""
        from workshops.models.seats import Seat

        mine = Seat.objects.taken().filter(workshop=OuterRef("pk"), participant=person.pk)
        return self.filter(Exists(mine))

    def published(self) -> Self:
        """Workshops whose report anyone may read."""
        return self.filter(
            state__in=[Workshop.State.PUBLISHED, Workshop.State.ARCHIVED],
            visibility=Workshop.Visibility.PUBLIC,
        )


class Workshop(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("being prepared")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        PUBLISHED = "published", _("published")
        ARCHIVED = "archived", _("archived")
        PURGED = "purged", _("purged")

    class Attribution(models.TextChoices):
        PSEUDONYMOUS = "pseudonymous", _("Pseudonyms")
        NAMED = "named", _("Names")
        CHATHAM = "chatham", _("Chatham House rule")

    class Visibility(models.TextChoices):
        MEMBERS = "members", _("Only the people of the workshop")
        PUBLIC = "public", _("Anyone with the address")

    class Template(models.TextChoices):
        MONT_FLEUR = "mont_fleur", _("Mont Fleur")
        TWO_AXES = "two_axes", _("Two axes")
        AFTERNOON = "afternoon", _("One afternoon")

    title = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    focal_question = models.CharField(max_length=300)
    introduction = models.TextField(max_length=4000, blank=True)
    base_year = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1900), MaxValueValidator(2200)]
    )
    horizon_year = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1900), MaxValueValidator(2200)]
    )
    language = models.CharField(max_length=10, default="en")
    template = models.CharField(
        max_length=12, choices=Template.choices, default=Template.MONT_FLEUR
    )
    attribution = models.CharField(
        max_length=12, choices=Attribution.choices, default=Attribution.PSEUDONYMOUS
    )
    visibility = models.CharField(
        max_length=8, choices=Visibility.choices, default=Visibility.MEMBERS
    )
    small_cell = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(3), MaxValueValidator(50)]
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    # The version of the ground rules in force, kept here since every right depends on it.
    rules_version = models.PositiveSmallIntegerField(default=0)
    client_key = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = WorkshopQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="horizon_after_base", condition=Q(horizon_year__gt=F("base_year"))
            ),
            models.CheckConstraint(name="small_cell_at_least_3", condition=Q(small_cell__gte=3)),
        ]

    def __str__(self) -> str:
        return f"workshop {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("workshops:page", args=[self.slug])

    @property
    def unnamed(self) -> bool:
        """Nothing says who wrote it, not even a pseudonym."""
        return self.attribution == self.Attribution.CHATHAM


class Constituency(models.Model):
    """A side or group that a person can speak *to*, not *for*."""

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="constituencies")
    name = models.CharField(max_length=80)
    label = models.CharField(max_length=160, blank=True, help_text=_("How reports describe it."))
    least_seats = models.PositiveSmallIntegerField(default=1)
    required = models.BooleanField(default=True, help_text=_("Its consent is needed."))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["workshop", "name"], name="one_constituency_a_name")
        ]

    def __str__(self) -> str:
        return self.name


class StageKind(models.TextChoices):
    """The steps of an exercise, in their order."""

    CONVENING = "convening", _("Convening")
    SITUATION = "situation", _("The situation")
    FORCES = "forces", _("Driving forces")
    RANKING = "ranking", _("Ranking")
    LOGIC = "logic", _("Scenario logic")
    DRAFTING = "drafting", _("Drafting")
    CHALLENGE = "challenge", _("Challenge")
    CONSENT = "consent", _("Consent")
    IMPLICATIONS = "implications", _("Implications")
    PUBLICATION = "publication", _("Publication")
    MONITORING = "monitoring", _("Monitoring")


class Stage(models.Model):
    class State(models.TextChoices):
        PENDING = "pending", _("to come")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="stages")
    kind = models.CharField(max_length=12, choices=StageKind.choices)
    position = models.PositiveSmallIntegerField()
    instructions = models.CharField(max_length=600, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.PENDING)
    closes_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When it is meant to close.")
    )
    # What is put in waits for a moderator before others see it; otherwise it is read after.
    premoderated = models.BooleanField(default=False)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reopened_because = models.CharField(max_length=300, blank=True)
    # The gates that were not met when it was opened, by their codes, and why it was opened nevertheless.
    passed_gates = models.JSONField(default=list, blank=True)
    passed_because = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["workshop", "kind"], name="one_stage_a_kind"),
            models.UniqueConstraint(fields=["workshop", "position"], name="one_stage_a_position"),
            models.UniqueConstraint(
                fields=["workshop"], condition=Q(state="open"), name="one_open_stage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of workshop {self.workshop_id}"
