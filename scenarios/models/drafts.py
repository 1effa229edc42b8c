"""A scenario's text: its log of edits, and the versions that were handed in."""

from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from scenarios.models.board import Scenario
from workshops.models import Contribution, Decision, Seat, Workshop

State = Contribution.State


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
    frozen_because = models.CharField(max_length=300, blank=True, default="")
    # The last edit that put marks over words; pages that are older are loaded anew.
    redacted_version = models.PositiveIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=0)
    """Moves with every change of what anybody may do here: live/epochs.py."""
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
    # Whose words it is made of, as [length, seat] in a row; filled in behind the writers' backs.
    authors = models.JSONField(null=True, default=None)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "version"], name="one_snapshot_a_version")
        ]

    def __str__(self) -> str:
        return f"snapshot {self.version} of draft {self.draft_id}"


class Chapter(models.Model):
    """Edits long past, packed from one snapshot to another. Nothing of them is lost; `live.past` reads them."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="chapters")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)  # when the last of them was made
    edits = models.BinaryField()
    seats = models.JSONField()

    class Meta:
        ordering = ["last"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "last"], name="one_chapter_a_version")
        ]

    def __str__(self) -> str:
        return f"chapter {self.first} to {self.last} of draft {self.draft_id}"


class Redaction(models.Model):
    """Who took words out of a draft, and why. The words are nowhere any more."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="redactions")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="redactions")
    version = models.PositiveIntegerField()
    reason = models.CharField(max_length=12, choices=Decision.Reason.choices)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"redaction {self.pk}"


class LastRead(models.Model):
    """Up to which version a moderator has read a draft."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="read_by")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="drafts_read")
    version = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "seat"], name="one_last_read_a_seat")
        ]

    def __str__(self) -> str:
        return f"last read {self.pk}"


class RevisionQuerySet(models.QuerySet["Revision"]):
    def accepted(self) -> Self:
        return self.filter(state=State.PUBLISHED)

    def newest_first(self) -> Self:
        return self.order_by("-draft_version", "-pk")

    def readable_by(self, seat: Seat, *, open_ones: bool, any_state: bool) -> Self:
        """Accepted ones; with `open_ones` also those held or returned; for who moderates, and for its author, any.

        Withdrawn ones gave way to a newer one: only their authors still find them.
        """
        states = {State.PUBLISHED}
        if open_ones:
            states |= {State.HELD, State.RETURNED}
        if any_state:
            states |= {State.HELD, State.RETURNED, State.REDACTED}
        within = self.filter(draft__scenario__workshop=seat.workshop)
        return within.filter(Q(state__in=states) | Q(seat=seat))

    def last_accepted(self) -> Self:
        """The story of each scenario, as the public may read it: one row a draft at most."""
        newer = self.model._default_manager.filter(
            draft=OuterRef("draft"), state=State.PUBLISHED
        ).order_by("-draft_version", "-pk")
        return self.accepted().filter(pk=Subquery(newer.values("pk")[:1]))


class Revision(Contribution):
    """A version of a draft that was handed in; moderators read it against the last accepted one."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="revisions")
    draft_version = models.PositiveIntegerField()
    text = models.TextField()
    summary = models.CharField(max_length=300, blank=True)

    objects = RevisionQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        ordering = ["-pk"]

    def accepted_before(self) -> "Revision | None":
        """The last accepted version older than this one."""
        older = Revision.objects.accepted().filter(
            draft=self.draft_id, draft_version__lte=self.draft_version
        )
        return older.exclude(pk=self.pk).newest_first().first()
