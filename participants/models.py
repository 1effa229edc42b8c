"""People, and the post that reaches them. Nothing here knows a workshop."""

import hashlib
import zoneinfo
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def languages() -> list[tuple[str, Any]]:
    return list(settings.LANGUAGES)


def default_language() -> str:
    return settings.LANGUAGE_CODE


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone from the list."), code="time_zone")


def zone_of(person: "Participant | None") -> zoneinfo.ZoneInfo:
    """Universal time for strangers, and for zones that were renamed away since they were chosen."""
    try:
        return zoneinfo.ZoneInfo(person.time_zone if person else "UTC")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def hash_return_code(code: str) -> str:
    """The code is 100 random bits, so a plain hash cannot be reversed by guessing, and it can be looked up."""
    return hashlib.sha256(code.encode()).hexdigest()


class ParticipantManager(BaseUserManager["Participant"]):
    def create_user(
        self, email: str | None = None, password: str | None = None, **facts: Any
    ) -> "Participant":
        person = self.model(email=email.strip().lower() if email else None, **facts)
        person.set_password(password)  # None makes it unusable
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Participant":
        return self.get(email=(username or "").strip().lower())

    def with_return_code(self, code: str) -> "Participant | None":
        return self.filter(return_code_hash=hash_return_code(code), is_active=True).first()


class Participant(AbstractBaseUser):
    """A person with an account. The address is optional: a return code can take its place."""

    class Mail(models.TextChoices):
        NONE = "none", _("None")
        NEUTRAL = "neutral", _("Neutral: no titles, no names")
        FULL = "full", _("Full")

    email = models.EmailField(_("email address"), unique=True, null=True, blank=True)
    language = models.CharField(
        _("language"), max_length=16, choices=languages, default=default_language
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    mail = models.CharField(_("mail"), max_length=8, choices=Mail, default=Mail.FULL)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    return_code_hash = models.CharField(
        max_length=64, unique=True, null=True, blank=True, editable=False
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = ParticipantManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="participant_email_is_lower_case"
            ),
            models.CheckConstraint(
                condition=~Q(email=""), name="participant_email_is_null_or_an_address"
            ),
            models.CheckConstraint(
                condition=Q(mail__in=["none", "neutral", "full"]), name="participant_mail_is_known"
            ),
        ]

    def __str__(self) -> str:
        """Never the address: this ends up in logs and error pages."""
        return f"participant {self.pk}"

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower() if self.email else None


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self) -> Self:
        """What the sweep should take up: waiting and due, or begun by a worker that never came back."""
        now = timezone.now()
        return self.filter(
            Q(state=Delivery.State.PENDING, due_at__lte=now)
            | Q(state__in=[Delivery.State.LEASED, Delivery.State.HANDED], lease_until__lte=now)
        )

    def unsettled(self) -> Self:
        return self.filter(
            state__in=[Delivery.State.PENDING, Delivery.State.LEASED, Delivery.State.HANDED]
        )


class Delivery(models.Model):
    """One mail to one reader. The row is the truth; the queue only wakes.

    `message` holds the rendered bytes from the first try until the mail is settled, so that every try is identical.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        LEASED = "leased", _("Being prepared")
        HANDED = "handed", _("Being handed over")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Skipped")
        BOUNCED = "bounced", _("Came back")

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    participant = models.ForeignKey(
        "participants.Participant",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="deliveries",
    )
    address = models.EmailField(blank=True)
    language = models.CharField(max_length=16, blank=True)
    context = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    reason = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=200)
    message = models.BinaryField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    handed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "pending",
                        "leased",
                        "handed",
                        "sent",
                        "failed",
                        "skipped",
                        "bounced",
                    ]
                ),
                name="delivery_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["leased", "handed"])
                | Q(lease__isnull=False, lease_until__isnull=False),
                name="delivery_at_work_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "leased", "handed"]) | Q(message__isnull=True),
                name="delivery_settled_keeps_no_message",
            ),
        ]
        indexes = [
            models.Index(F("due_at"), condition=Q(state="pending"), name="delivery_due"),
            models.Index(
                F("lease_until"), condition=Q(state__in=["leased", "handed"]), name="delivery_lease"
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"


class Refusal(models.Model):
    """A reader does not want a stream of mails any more. An address without an account is kept as a keyed hash only."""

    stream = models.CharField(max_length=80)
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, null=True, blank=True, related_name="refusals"
    )
    address_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "participant"],
                condition=Q(participant__isnull=False),
                name="refusal_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["stream", "address_hash"],
                condition=~Q(address_hash=""),
                name="refusal_once_an_address",
            ),
            models.CheckConstraint(
                condition=Q(participant__isnull=False, address_hash="")
                | (Q(participant=None) & ~Q(address_hash="")),
                name="refusal_by_a_person_or_an_address",
            ),
        ]

    def __str__(self) -> str:
        return f"refusal {self.pk}"


class KeptMail(models.Model):
    """A mail that was kept instead of sent, to be read at /outbox/. Embedded mode only."""

    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=998)
    raw = models.BinaryField()
    kept_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    class Meta:
        ordering = ["-kept_at", "-pk"]

    def __str__(self) -> str:
        return f"kept mail {self.pk}"
