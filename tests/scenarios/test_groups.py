"""Who writes which scenario, and what the others can do there."""

import re
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from scenarios.actions import groups as actions
from scenarios.actions import revisions
from scenarios.asking import of_participants
from scenarios.groups import story
from scenarios.live.posted import NotSaved, Saved, save_text
from scenarios.live.protocol import Why
from scenarios.live.standing import standings_of
from scenarios.models import GroupMember, Scenario
from tests.factories import (
    make_constituency,
    make_scenario,
    make_seat,
    make_workshop,
    move_to,
)
from tests.scenarios.addresses import address
from tests.scenarios.clients import queries, signed_in
from workshops.models import Activity, Role, Seat, StageKind
from workshops.permissions import abilities

pytestmark = pytest.mark.django_db


def join(seat: Seat, scenario: Scenario) -> Seat:
    GroupMember.objects.create(seat=seat, scenario=scenario)
    return seat


def two_groups() -> tuple[Scenario, Seat, Seat]:
    """A scenario, one who writes it, and one who writes another."""
    scenario = make_scenario(make_workshop())
    mine = join(make_seat(scenario.workshop), scenario)
    return scenario, mine, join(make_seat(scenario.workshop), make_scenario(scenario.workshop))


def write(seat: Seat, scenario: Scenario, version: int = 0, words: str = "It could rain.") -> Any:
    return save_text(
        scenario.draft, base_version=version, text=words, client_key=uuid.uuid4(), by=seat
    )


def test_only_its_group_and_the_facilitator_write_a_story_that_has_one() -> None:
    scenario, mine, other = two_groups()
    facilitator = make_seat(scenario.workshop, Role.FACILITATOR)

    refused = write(other, scenario)

    assert refused == NotSaved(Why.NOT_ALLOWED, "Another group writes this story. You can read it.")
    assert write(mine, scenario) == Saved(1)
    assert write(facilitator, scenario, 1, "It could pour.") == Saved(2)


def test_the_live_server_says_the_same() -> None:
    scenario, mine, other = two_groups()

    told = standings_of(scenario.draft.pk, {mine.pk, other.pk})

    assert told[mine.pk].may_write
    assert (told[other.pk].may_read, told[other.pk].may_write) == (True, False)


def test_a_story_without_a_group_is_everybodys_and_so_is_one_whose_group_left() -> None:
    scenario, mine, other = two_groups()
    free = make_scenario(scenario.workshop)
    mine.state = Seat.State.LEFT
    mine.save()

    assert write(other, free) == Saved(1)
    assert write(other, scenario) == Saved(1)


def test_only_its_group_hands_a_story_in() -> None:
    scenario, mine, other = two_groups()
    write(mine, scenario)
    facts: Any = {"version": 1, "summary": "", "client_key": uuid.uuid4()}

    with pytest.raises(PermissionDenied, match="Another group writes this story"):
        revisions.submit(scenario, **facts, by=other)

    assert (
        signed_in(other).get(address("submit", scenario.workshop, scenario.pk)).status_code == 403
    )
    assert revisions.submit(scenario, **facts, by=mine).state == "held"


def test_pages_offer_writing_only_where_one_can() -> None:
    scenario, mine, other = two_groups()
    draft = address("draft", scenario.workshop, scenario.pk)

    pages = {seat: signed_in(seat).get(draft).content.decode() for seat in (mine, other)}

    assert 'data-may="write"' in pages[mine]
    assert 'data-may="read"' in pages[other]
    board = signed_in(other).get(address("board", scenario.workshop)).content.decode()
    assert draft not in board
    assert [ask.text for ask in of_participants(other, abilities(other), None)] == [
        other.drafting.scenario.title
    ]


def test_a_group_gives_no_right_that_the_stage_does_not() -> None:
    scenario, mine, _other = two_groups()
    move_to(scenario.workshop, StageKind.RANKING)

    assert not standings_of(scenario.draft.pk, {mine.pk})[mine.pk].may_write
    assert story(scenario).abilities(mine, abilities(mine)) == abilities(mine)


# --- arranging them -----------------------------------------------------------------------------


def test_a_mix_is_proposed_and_saved_only_when_it_is_sent() -> None:
    workshop = make_workshop(StageKind.LOGIC)
    facilitator = make_seat(workshop, Role.FACILITATOR)
    stories = [make_scenario(workshop) for _ in range(2)]
    sides = [make_constituency(workshop) for _ in range(2)]
    seats = [make_seat(workshop, constituency=side) for side in sides for _ in range(4)]
    here = address("groups", workshop)

    page = signed_in(facilitator).get(here + "?mix=1").content.decode()
    found = re.findall(r'name="(seat-\d+)".*?value="(\d+)"\s+selected', page, re.DOTALL)
    places = {name: int(place) for name, place in found}

    assert not GroupMember.objects.exists()
    for one in stories:
        group = [seat for seat in seats if places[f"seat-{seat.pk}"] == one.pk]
        assert sorted(seat.constituency_id or 0 for seat in group) == sorted(
            side.pk for side in sides for _ in range(2)
        )
    assert signed_in(facilitator).post(here, places).status_code == 302
    assert GroupMember.objects.count() == 8
    assert Activity.objects.get().verb == Activity.Verb.ARRANGED_GROUPS


def test_one_who_changes_group_writes_the_other_story() -> None:
    scenario, mine, other = two_groups()
    facilitator = make_seat(scenario.workshop, Role.FACILITATOR)

    moved = actions.arrange({other.pk: scenario.pk, mine.pk: None}, by=facilitator)

    assert moved == 2
    assert write(other, scenario) == Saved(1)
    assert isinstance(write(mine, scenario, 1, "It could snow."), NotSaved)


@pytest.mark.parametrize("value", ["", "nothing", "0", "99999999999999999999", "-1"])
def test_what_no_form_of_ours_sends_changes_nothing(value: str) -> None:
    scenario, mine, _other = two_groups()
    facilitator = make_seat(scenario.workshop, Role.FACILITATOR)
    elsewhere = make_seat(make_workshop())

    reply = signed_in(facilitator).post(
        address("groups", scenario.workshop),
        {f"seat-{elsewhere.pk}": str(scenario.pk), f"seat-{mine.pk}": value or "x"},
    )

    assert reply.status_code == 422
    assert not GroupMember.objects.filter(seat=elsewhere).exists()
    assert mine.drafting.scenario == scenario


def test_others_see_the_groups_and_arrange_nothing() -> None:
    scenario, mine, other = two_groups()
    here = address("groups", scenario.workshop)

    page = signed_in(other).get(here).content.decode()

    assert mine.pseudonym in page
    assert "<form class" not in page
    assert signed_in(other).post(here, {}).status_code == 403


def test_under_the_chatham_house_rule_one_sees_only_ones_own_group() -> None:
    workshop = make_workshop(StageKind.DRAFTING, attribution="chatham")
    mine = join(make_seat(workshop), make_scenario(workshop))
    other = join(make_seat(workshop), make_scenario(workshop))

    page = signed_in(mine).get(address("groups", workshop)).content.decode()

    assert "your group" in page
    assert other.pseudonym not in page


def test_the_groups_take_the_same_number_of_queries_however_many_there_are() -> None:
    scenario, _mine, _other = two_groups()
    facilitator = make_seat(scenario.workshop, Role.FACILITATOR)
    client, here = signed_in(facilitator), address("groups", scenario.workshop)
    few = queries(client, here)
    for _ in range(4):
        join(make_seat(scenario.workshop), make_scenario(scenario.workshop))

    assert queries(client, here) == few
