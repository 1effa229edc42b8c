"""What a seat can do at one story: its drafting group considered, and whether it is being put right."""

from collections import defaultdict
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from scenarios.models import GroupMember, Scenario
from scenarios.models.groups import GroupMemberQuerySet
from workshops.models import Seat, Workshop
from workshops.permissions import Can, abilities, at_story, refusal_at_story


@dataclass(frozen=True, slots=True)
class Story:
    """Who writes a scenario: the seats of its group; where it has none, everybody."""

    group: frozenset[int] = frozenset()
    repaired: bool = False

    def abilities(self, seat: Seat, held: frozenset[Can]) -> frozenset[Can]:
        """What is left here of the rights a seat holds in the workshop."""
        return at_story(seat, held, group=self.group, repaired=self.repaired)


def story_of(draft_id: int) -> Story:
    return _story(GroupMember.objects.filter(scenario__draft=draft_id))


def story(scenario: Scenario) -> Story:
    return _story(GroupMember.objects.filter(scenario=scenario))


def _story(members: GroupMemberQuerySet) -> Story:
    return Story(frozenset(members.sitting().values_list("seat", flat=True)))


def stories(workshop: Workshop) -> dict[int, Story]:
    """By scenario, those that have a group; one query for them all."""
    groups: defaultdict[int, set[int]] = defaultdict(set)
    members = GroupMember.objects.within(workshop).sitting()
    for scenario, seat in members.values_list("scenario", "seat"):
        groups[scenario].add(seat)
    return {scenario: Story(frozenset(seats)) for scenario, seats in groups.items()}


def require_at(seat: Seat, can: Can, scenario: Scenario) -> None:
    """Raise PermissionDenied, with a sentence for the person, unless the seat can at this story."""
    held = abilities(seat)
    if can not in story(scenario).abilities(seat, held):
        raise PermissionDenied(refusal_at_story(seat, can, held))
