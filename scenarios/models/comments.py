"""What people say about words of a draft, and other words they suggest in their place."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from scenarios.models.drafts import Draft
from workshops.models import Contribution, Seat

State = Contribution.State


class Anchor(models.Model):
    """A range of a draft. It was made at one version, and stays on its words through all that come after.

    Where it is now follows from the log alone; `version`, `start` and `end` only remember how far that was worked out.
    """

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="anchors")
    quote = models.TextField()
    made_at = models.PositiveIntegerField()
    made_start = models.PositiveIntegerField()
    made_end = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(start__lte=F("end")) & Q(made_start__lt=F("made_end")),
                name="anchor_from_left_to_right",
            )
        ]

    def __str__(self) -> str:
        return f"anchor {self.pk} in draft {self.draft_id}"


class CommentQuerySet(models.QuerySet["Comment"]):
    def readable_by(self, seat: Seat, *, any_state: bool) -> Self:
        """What is published; one's own, unless taken back; and, for who moderates, all that was not."""
        states = {State.PUBLISHED}
        if any_state:
            states |= {State.HELD, State.RETURNED, State.REDACTED}
        mine = Q(seat=seat) & ~Q(state=State.WITHDRAWN)
        within = self.filter(draft__scenario__workshop=seat.workshop)
        return within.filter(Q(state__in=states) | mine)

    def open_suggestions(self) -> Self:
        return self.filter(
            kind=Contribution.Kind.SUGGESTION,
            state=State.PUBLISHED,
            outcome=Comment.Outcome.OPEN,
        )


class Comment(Contribution):
    """About some words of a draft, or all of it; a reply to one; or a suggestion: other words for those.

    Kinds "comment" and "suggestion" are both of this table; only a suggestion has a `replacement`, which may be empty.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", _("open")
        RESOLVED = "resolved", _("settled")
        ACCEPTED = "accepted", _("put in")
        DECLINED = "declined", _("not taken up")

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="comments")
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="replies"
    )
    anchor = models.OneToOneField(Anchor, models.CASCADE, null=True, blank=True)
    text = models.TextField(max_length=2000, blank=True)
    replacement = models.TextField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.OPEN)
    settled_by = models.ForeignKey(
        Seat, models.SET_NULL, null=True, blank=True, related_name="settled"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    # Why a suggestion was declined.
    word = models.CharField(max_length=300, blank=True)
    # The edit that an accepted suggestion became.
    accepted_as = models.PositiveIntegerField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        ordering = ["pk"]


class Reaction(models.Model):
    """A word at the edge of a comment: one a seat, which it may change or take back."""

    class Word(models.TextChoices):
        AGREE = "agree", _("I agree")
        MORE = "more", _("Tell me more")
        OTHERWISE = "otherwise", _("I see it otherwise")
        THANKS = "thanks", _("Thank you")

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="reactions")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="reactions")
    word = models.CharField(max_length=9, choices=Word.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "seat"], name="one_reaction_a_seat")
        ]

    def __str__(self) -> str:
        return f"reaction {self.pk}"
