"""Who sits in a workshop, and how they were asked."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Max, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models import Participant
from workshops.models.workshop import Constituency, Workshop


class Role(models.TextChoices):
    CONVENOR = "convenor", _("convenor")
    FACILITATOR = "facilitator", _("facilitator")
    MODERATOR = "moderator", _("moderator")
    PARTICIPANT = "participant", _("participant")
    OBSERVER = "observer", _("observer")


class GroundRules(models.Model):
    """One version of what everybody accepts before sitting down."""

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="ground_rules")
    version = models.PositiveSmallIntegerField(default=1)
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["workshop", "version"], name="one_rules_version")
        ]

    def __str__(self) -> str:
        return f"ground rules {self.version} of workshop {self.workshop_id}"


class RulesAcceptance(models.Model):
    """That a seat accepted one version, and when."""

    rules = models.ForeignKey(GroundRules, models.CASCADE, related_name="acceptances")
    seat = models.ForeignKey("Seat", models.CASCADE, related_name="acceptances")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-rules__version"]
        constraints = [
            models.UniqueConstraint(fields=["rules", "seat"], name="one_acceptance_a_version")
        ]

    def __str__(self) -> str:
        return f"acceptance of rules {self.rules_id} by seat {self.seat_id}"


class SeatQuerySet(models.QuerySet["Seat"]):
    def taken(self) -> Self:
        return self.filter(state=Seat.State.TAKEN)

    def of(self, person: Participant) -> Self:
        return self.filter(participant=person.pk)

    def at(self, slug: str, person: Participant) -> Self:
        """This person's seat in that workshop: views begin with get_object_or_404 of it."""
        return (
            self.taken()
            .of(person)
            .filter(workshop__slug=slug)
            .select_related("workshop", "constituency")
        )

    def empty(self) -> Self:
        return self.filter(state__in=[Seat.State.PREPARED, Seat.State.OFFERED])


class Seat(models.Model):
    """One person's place in one workshop. Rows stay when the person goes: what they put in has an author."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("prepared")
        OFFERED = "offered", _("offered")
        TAKEN = "taken", _("taken")
        LEFT = "left", _("left")
        REMOVED = "removed", _("removed")

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="seats")
    participant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="seats"
    )
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.PARTICIPANT)
    constituency = models.ForeignKey(
        Constituency, models.PROTECT, null=True, blank=True, related_name="seats"
    )
    pseudonym = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=10, default="en")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PREPARED)
    rules_version = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["workshop", "participant"],
                condition=Q(participant__isnull=False),
                name="one_seat_a_person",
            ),
            models.UniqueConstraint(
                "workshop",
                Lower("pseudonym"),
                condition=~Q(pseudonym=""),
                name="one_seat_a_pseudonym",
            ),
            models.CheckConstraint(
                name="taken_by_someone_named",
                condition=~Q(state="taken") | (Q(participant__isnull=False) & ~Q(pseudonym="")),
            ),
        ]

    def __str__(self) -> str:
        return f"seat {self.pk}"

    @property
    def hue(self) -> int:
        """Which of the eight identity colours marks this seat."""
        return self.pk % 8


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def latest_of(self, workshop: Workshop) -> Self:
        """The last one of each seat that is still there."""
        there = Seat.objects.filter(workshop=workshop).exclude(
            state__in=[Seat.State.LEFT, Seat.State.REMOVED]
        )
        return self.filter(pk__in=there.annotate(last=Max("invitations")).values("last"))

    def unanswered(self) -> Self:
        return self.filter(state__in=Invitation.UNANSWERED)

    def acceptable(self) -> Self:
        """Those that still lead to a seat."""
        return self.unanswered().filter(
            expires_at__gt=timezone.now(), seat__state=Seat.State.OFFERED
        )


class Invitation(models.Model):
    """An offer of one seat to one person, by mail or by a code handed over.

    Opened: a person typed its code or began to answer; looking at it leaves no trace. Skipped: the mail was not sent,
    since whoever reads that address wants none; the link still works. The token is never stored: it is derived from SECRET_KEY and `nonce`, and found by its hash.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENT = "sent", _("sent")
        BOUNCED = "bounced", _("bounced")
        OPENED = "opened", _("opened")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("expired")
        REVOKED = "revoked", _("revoked")
        SKIPPED = "skipped", _("not written to")

    UNANSWERED = (State.QUEUED, State.SENT, State.BOUNCED, State.OPENED, State.SKIPPED)

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="invitations")
    address = models.EmailField(blank=True)
    language = models.CharField(max_length=10, default="en")
    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    client_key = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # taken back, or known not to arrive
    neutral = models.BooleanField(default=False)
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["seat"],
                condition=Q(state__in=["queued", "sent", "bounced", "opened", "skipped"]),
                name="one_open_invitation_a_seat",
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def lapsed(self) -> bool:
        """Nobody answered in time."""
        return self.state in self.UNANSWERED and self.expires_at <= timezone.now()

    @property
    def status(self) -> str:
        """Its state, as it is by now."""
        return self.State.EXPIRED if self.lapsed else self.state

    @property
    def since(self) -> datetime:
        """When it came into that state."""
        known = {
            self.State.SENT: self.sent_at,
            self.State.OPENED: self.opened_at,
            self.State.EXPIRED: self.expires_at,
            self.State.ACCEPTED: self.answered_at,
            self.State.DECLINED: self.answered_at,
            self.State.BOUNCED: self.ended_at,
            self.State.SKIPPED: self.ended_at,
            self.State.REVOKED: self.ended_at,
        }
        return known.get(self.State(self.status)) or self.created_at
