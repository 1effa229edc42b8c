"""Who writes which scenario."""

from typing import Self

from django.db import models

from scenarios.models.board import Scenario
from workshops.models import Seat, Workshop


class GroupMemberQuerySet(models.QuerySet["GroupMember"]):
    def within(self, workshop: Workshop) -> Self:
        return self.filter(scenario__workshop=workshop)

    def sitting(self) -> Self:
        """Those still here: a group whose members all left binds nobody."""
        return self.filter(seat__state=Seat.State.TAKEN)


class GroupMember(models.Model):
    """A seat in the drafting group of a scenario; one group a seat. A scenario without any is everybody's."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="group")
    seat = models.OneToOneField(Seat, models.CASCADE, related_name="drafting")

    objects = GroupMemberQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"seat {self.seat_id} in the group of scenario {self.scenario_id}"
