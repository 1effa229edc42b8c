"""What a seat can do at one story: its drafting group considered, and whether it is being put right."""

from collections import defaultdict
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from scenarios.models import ConsentItem, GroupMember, Scenario
from workshops.models import Seat, Workshop
from workshops.permissions import (
    Can,
    abilities_during,
    at_story,
    hold_stage,
    refusal_at_story,
    refuse,
)


@dataclass(frozen=True, slots=True)
class Story:
    """Who writes a scenario: the seats of its group; where it has none, everybody."""

    group: frozenset[int] = frozenset()
    repaired: bool = False

    def abilities(self, seat: Seat, held: frozenset[Can]) -> frozenset[Can]:
        """What is left here of the rights a seat holds in the workshop."""
        return at_story(seat, held, group=self.group, repaired=self.repaired)


def story_of(draft_id: int) -> Story:
    return _story(Scenario.objects.filter(draft=draft_id))


def story(scenario: Scenario) -> Story:
    return _story(Scenario.objects.filter(pk=scenario.pk))


def _story(one: QuerySet[Scenario]) -> Story:
    members = GroupMember.objects.sitting().filter(scenario__in=one)
    return Story(frozenset(members.values_list("seat", flat=True)), _repaired(one).exists())


def _repaired(scenarios: QuerySet[Scenario]) -> QuerySet[Scenario]:
    return scenarios.filter(consent__state=ConsentItem.State.REPAIR)


def stories(workshop: Workshop) -> dict[int, Story]:
    """By scenario; two queries for them all. A workshop without groups has none here, but those being put right."""
    groups: defaultdict[int, set[int]] = defaultdict(set)
    members = GroupMember.objects.within(workshop).sitting()
    for scenario, seat in members.values_list("scenario", "seat"):
        groups[scenario].add(seat)
    repaired = set(
        _repaired(Scenario.objects.filter(workshop=workshop)).values_list("pk", flat=True)
    )
    return {
        scenario: Story(frozenset(groups.get(scenario, ())), scenario in repaired)
        for scenario in groups.keys() | repaired
    }


def require_at(seat: Seat, can: Can, scenario: Scenario) -> None:
    """Raise PermissionDenied, with a sentence for the person, unless the seat can at this story.

    As workshops.permissions.require: inside a transaction the right stays until it ends.
    """
    held = abilities_during(seat, hold_stage(seat.workshop))
    if can not in story(scenario).abilities(seat, held):
        if can not in held:
            refuse(seat, can)
        raise PermissionDenied(refusal_at_story(seat, can, held))
