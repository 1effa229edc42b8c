"""What people can stand behind: what is put to them, their positions, and the reservations that are printed."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext_lazy as _

from scenarios.models.assumptions import Assumption
from scenarios.models.board import Scenario
from scenarios.models.drafts import Revision
from workshops.models import Constituency, Contribution, Seat, Workshop


def _first_without(*fields: str) -> list[OrderBy]:
    """By these, alike in every database: what has none comes first."""
    return [F(field).asc(nulls_first=True) for field in fields]


class ConsentItemQuerySet(models.QuerySet["ConsentItem"]):
    def within(self, workshop: Workshop) -> Self:
        """In the order of the report, without what a moderator took down since."""
        taken_down = Q(assumption__isnull=False) & ~Q(
            assumption__state=Contribution.State.PUBLISHED
        )
        return (
            self.filter(workshop=workshop)
            .exclude(taken_down)
            .select_related("assumption__seat", "scenario__workshop", "workshop", "revision")
            .order_by(
                *_first_without("scenario__place", "scenario", "assumption__scenario__place"),
                "assumption",
            )
        )

    def asked(self) -> Self:
        return self.filter(state=ConsentItem.State.OPEN)

    def without_position_of(self, seat: Seat) -> Self:
        return self.filter(~Exists(_positions_of(seat)))

    def with_position_of(self, seat: Seat) -> Self:
        """Each with `mine`: the stance this seat took in the round that counts, or None."""
        return self.annotate(mine=Subquery(_positions_of(seat).values("stance")[:1]))


def _positions_of(seat: Seat) -> Any:
    return Position.objects.filter(item=OuterRef("pk"), round=OuterRef("round"), seat=seat)


class ConsentItem(models.Model):
    """An assumption or a scenario that is put to everybody. `tally` is what may be shown of the positions.

    An objection leads from open to repair, and from there to a second round; after that it is closed, whatever is said.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        REPAIR = "repair", _("being put right")
        CLOSED = "closed", _("closed")

    class Outcome(models.TextChoices):
        SHARED = "shared", _("shared")
        RESERVED = "reserved", _("shared with reservations")
        OPEN = "open", _("stays open")
        CONTESTED = "contested", _("contested")

    workshop = models.ForeignKey(Workshop, models.CASCADE, related_name="consent_items")
    assumption = models.OneToOneField(
        Assumption, models.CASCADE, null=True, blank=True, related_name="consent"
    )
    scenario = models.OneToOneField(
        Scenario, models.CASCADE, null=True, blank=True, related_name="consent"
    )
    # The version of a scenario's text that people read.
    revision = models.ForeignKey(Revision, models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    round = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True)
    reworded = models.BooleanField(default=False)
    # Other words for an assumption, from the facilitator; its author takes them or not.
    suggestion = models.CharField(max_length=400, blank=True)
    tally = models.JSONField(default=dict, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ConsentItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="consent_to_one_thing",
                condition=Q(assumption__isnull=True) ^ Q(scenario__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"consent item {self.pk}"

    @property
    def words(self) -> str:
        """What it is, in a line of its author's."""
        if self.assumption is not None:
            return self.assumption.statement
        return self.scenario.title if self.scenario else ""

    @property
    def language(self) -> str:
        if self.assumption is not None:
            return self.assumption.language
        return self.revision.language if self.revision else self.workshop.language


class Position(models.Model):
    """Where one seat stands on an item, in one round. Nobody else reads it; a reason is printed without a name."""

    class Stance(models.TextChoices):
        CONSENT = "consent", _("Consent")
        ASIDE = "aside", _("Stand aside")
        RESERVE = "reserve", _("Reserve")
        OBJECT = "object", _("Object")

    item = models.ForeignKey(ConsentItem, models.CASCADE, related_name="positions")
    round = models.PositiveSmallIntegerField(default=1)
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="positions")
    stance = models.CharField(max_length=7, choices=Stance.choices)
    reason = models.TextField(max_length=600, blank=True)
    language = models.CharField(max_length=10, default="en")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "round", "seat"], name="one_position_a_round"),
            models.CheckConstraint(
                name="reserve_and_object_say_why",
                condition=Q(stance__in=["consent", "aside"]) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"position {self.pk}"


class Reservation(Contribution):
    """One paragraph of a reason, put beside its item when the round closed. A moderator can take it down.

    Its seat is known to the rows only. `side` is named where enough of that side said the same.
    """

    item = models.ForeignKey(ConsentItem, models.CASCADE, related_name="reservations")
    round = models.PositiveSmallIntegerField(default=1)
    side = models.ForeignKey(Constituency, models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField(max_length=600)

    objects: ClassVar[models.Manager["Reservation"]] = models.Manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
