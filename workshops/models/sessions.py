"""Meetings inside a workshop, and what is so in the room while one goes on."""

from datetime import datetime, timedelta
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from workshops.models.seats import Seat
from workshops.models.workshop import Stage, Workshop


class SessionQuerySet(models.QuerySet["Session"]):
    def held(self) -> Self:
        """Without those that were called off."""
        return self.filter(cancelled_at=None)

    def ahead(self) -> Self:
        """Going on or still to come, the next first. One that never began is over after a day."""
        late = timezone.now() - timedelta(days=1)
        going_on = Q(begun_at__isnull=False) | Q(starts_at__gt=late)
        return self.held().filter(going_on, ended_at=None).order_by("starts_at", "pk")


class Session(models.Model):
    """One live meeting. The row is what is so; open pages only hear that it changed."""

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="sessions")
    stage = models.ForeignKey(
        Stage, models.SET_NULL, null=True, blank=True, related_name="sessions"
    )
    title = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    notes = models.TextField(max_length=20_000, blank=True)
    notes_version = models.PositiveIntegerField(default=0)
    # Rises with each change of what a calendar shows.
    revision = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    client_key = models.UUIDField(unique=True, editable=False)

    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    item = models.ForeignKey("AgendaItem", models.SET_NULL, null=True, blank=True, related_name="+")
    # The time of the current item: when it runs out, or while it pauses the seconds left.
    runs_out_at = models.DateTimeField(null=True, blank=True)
    left = models.IntegerField(null=True, blank=True)
    # Rises with each change in the room, so that a page sees when it missed one.
    pulse = models.PositiveIntegerField(default=0)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="runs_or_pauses", condition=Q(runs_out_at=None) | Q(left=None)
            )
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"

    @property
    def is_on(self) -> bool:
        return self.begun_at is not None and self.ended_at is None

    @property
    def minutes(self) -> int:
        return sum(item.minutes for item in self.agenda.all())

    @property
    def ends_at(self) -> datetime:
        """When it is meant to be over."""
        return self.starts_at + timedelta(minutes=self.minutes)


class AgendaItem(models.Model):
    session = models.ForeignKey(Session, models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(480)]
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["session", "position"], name="one_item_a_place")
        ]

    def __str__(self) -> str:
        return f"item {self.pk} of session {self.session_id}"


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def present(self) -> Self:
        return self.filter(
            seen_at__gt=timezone.now() - Attendance.SEEN_WITHIN, seat__state=Seat.State.TAKEN
        )


class Attendance(models.Model):
    """One seat in the room of one session: whether it is there, its raised hand, whether it is ready to go on."""

    SEEN_WITHIN = timedelta(seconds=60)

    session = models.ForeignKey(Session, models.CASCADE, related_name="attendance")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="attendance")
    seen_at = models.DateTimeField(null=True, blank=True)
    hand_at = models.DateTimeField(null=True, blank=True)
    spoke_at = models.DateTimeField(null=True, blank=True)
    ready = models.BooleanField(default=False)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "seat"], name="one_attendance_a_seat")
        ]

    def __str__(self) -> str:
        return f"attendance {self.pk}"


class Poll(models.Model):
    """A quick question. Its answers are counted when it closes, and are not changed until then."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="polls")
    question = models.CharField(max_length=200)
    options = models.JSONField()  # two to six strings
    closed_at = models.DateTimeField(null=True, blank=True)
    client_key = models.UUIDField(unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"poll {self.pk}"


class PollAnswer(models.Model):
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="answers")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="+")
    choice = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "seat"], name="one_answer_a_poll")]

    def __str__(self) -> str:
        return f"answer {self.pk}"
