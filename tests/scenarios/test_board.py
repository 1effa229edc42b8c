import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from scenarios.actions import board as actions
from scenarios.models import Draft, Edit, Scenario, ScenarioLogic
from tests.factories import make_revision, make_scenario, make_seat, make_workshop, move_to
from tests.scenarios.addresses import address
from tests.scenarios.clients import queries, signed_in
from workshops.models import Contribution, Role, Seat, StageKind, Workshop

pytestmark = pytest.mark.django_db

OTHERS = [Role.PARTICIPANT, Role.OBSERVER, Role.MODERATOR, Role.CONVENOR]
BRANCHING: dict[str, Any] = {
    "version": 0,
    "question_0": "Is it settled?",
    "question_1": "Is it quick?",
}
AXES: dict[str, Any] = {
    "version": 0,
    "first_name": "Growth",
    "first_low": "Slow growth",
    "first_high": "Fast growth",
    "second_name": "Borders",
    "second_low": "Closed borders",
    "second_high": "Open borders",
}


def facilitator(stage: str = StageKind.LOGIC, **facts: Any) -> Seat:
    return make_seat(make_workshop(stage, **facts), Role.FACILITATOR)


def lay_out(seat: Seat, kind: str, data: dict[str, Any]) -> Any:
    return signed_in(seat).post(address("logic", seat.workshop) + f"?kind={kind}", data)


def add(seat: Seat, **change: Any) -> Any:
    data = {"client_key": uuid.uuid4(), "title": "Ostrich", "premise": "Heads down.", "place": ""}
    return signed_in(seat).post(address("add", seat.workshop), data | change)


def read(seat: Seat) -> str:
    return signed_in(seat).get(address("board", seat.workshop)).content.decode()


# --- the logic ------------------------------------------------------------------------------


def test_a_chain_of_questions_is_drawn_with_a_place_behind_each_answer() -> None:
    seat = facilitator()

    assert lay_out(seat, "branching", BRANCHING).status_code == 302
    add(seat, title="Ostrich", place="0")
    add(seat, title="Flight", place="2")

    logic = ScenarioLogic.objects.get()
    assert logic.questions == [
        {"text": "Is it settled?", "no": 0},
        {"text": "Is it quick?", "no": 1},
    ]
    drawn, _here, shown = read(make_seat(seat.workshop)).partition('class="branches"')
    assert '<svg viewBox="0 0 100 ' in drawn
    order = ["Is it settled?", "Ostrich", "Is it quick?", "No story stands here yet.", "Flight"]
    assert sorted(order, key=shown.index) == order


def test_two_axes_make_four_quadrants_with_named_poles() -> None:
    seat = facilitator()

    assert lay_out(seat, "axes", AXES).status_code == 302
    add(seat, title="Top end", place="3")

    shown = read(seat)
    order = [
        "Slow growth, Open borders",
        "Fast growth, Open borders",
        "Top end",
        "Slow growth, Closed borders",
        "Fast growth, Closed borders",
    ]
    assert sorted(order, key=shown.index) == order


def test_versions_of_the_logic_are_kept_and_the_same_again_makes_none() -> None:
    seat = facilitator()

    for data in (BRANCHING, BRANCHING, BRANCHING | {"version": 1, "question_1": "Is it wise?"}):
        assert lay_out(seat, "branching", data).status_code == 302

    assert [logic.version for logic in ScenarioLogic.objects.all()] == [2, 1]
    assert "Is it wise?" in read(seat)


def test_a_page_of_an_older_logic_does_not_overwrite_a_newer_one() -> None:
    seat = facilitator()
    lay_out(seat, "branching", BRANCHING)

    reply = lay_out(seat, "axes", AXES)

    assert reply.status_code == 409
    assert "Closed borders" in reply.content.decode(), "what was typed is kept on the page"
    assert ScenarioLogic.objects.get().kind == "branching"


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("branching", {"question_0": ""}),
        ("branching", {"question_0": "x" * 161}),
        ("branching", {"question_3": "a\0b"}),
        ("branching", {"version": "x"}),
        ("axes", {"first_low": ""}),
        ("axes", {"second_high": "x" * 61}),
        ("inductive", {"version": ""}),
    ],
)
def test_a_bad_logic_is_answered_with_a_sentence(kind: str, change: dict[str, str]) -> None:
    seat = facilitator()
    data: dict[str, Any] = {"branching": BRANCHING, "axes": AXES, "inductive": {"version": 0}}[kind]

    reply = lay_out(seat, kind, data | change)

    assert reply.status_code == 422
    assert "error-summary" in reply.content.decode()
    assert not ScenarioLogic.objects.exists()


def test_a_kind_of_logic_that_does_not_exist_is_not_there() -> None:
    seat = facilitator()

    assert lay_out(seat, "astrology", BRANCHING).status_code == 404


@pytest.mark.parametrize("role", OTHERS)
def test_only_the_facilitator_plans(role: str) -> None:
    workshop = make_workshop(StageKind.LOGIC)
    scenario = make_scenario(workshop, title="Before")
    seat = make_seat(workshop, role)
    client = signed_in(seat)

    assert lay_out(seat, "branching", BRANCHING).status_code == 403
    assert add(seat).status_code == 403
    there = address("edit", workshop, scenario.pk)
    assert client.post(there, {"title": "After", "premise": ""}).status_code == 403
    for name, args in (("logic", ()), ("add", ()), ("edit", (scenario.pk,))):
        assert client.get(address(name, workshop, *args)).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.lay_out(kind="inductive", version=0, by=seat)
    assert [row.title for row in Scenario.objects.all()] == ["Before"]
    assert not ScenarioLogic.objects.exists()


def test_planning_is_over_when_its_stages_are() -> None:
    seat = facilitator(StageKind.CONSENT)

    assert lay_out(seat, "branching", BRANCHING).status_code == 403
    assert add(seat).status_code == 403
    assert not Scenario.objects.exists()


# --- scenarios ------------------------------------------------------------------------------


def test_a_scenario_added_twice_with_one_key_is_there_once_with_its_draft() -> None:
    seat = facilitator()
    key = uuid.uuid4()

    for _ in range(2):
        reply = add(seat, client_key=key)
        assert reply.status_code == 302
        assert reply["Location"] == Scenario.objects.get().get_absolute_url()

    assert Draft.objects.get().scenario.premise == "Heads down."


def test_a_name_or_a_place_is_given_once() -> None:
    seat = facilitator()
    lay_out(seat, "branching", BRANCHING)
    add(seat, place="1")

    same_name, same_place = add(seat, title="OSTRICH"), add(seat, title="Icarus", place="1")

    assert (same_name.status_code, same_place.status_code) == (422, 422)
    assert "Another scenario has this name." in same_name.content.decode()
    with pytest.raises(actions.Taken):
        actions.add_scenario(title="Icarus", premise="", place=1, client_key=uuid.uuid4(), by=seat)
    assert [row.title for row in Scenario.objects.all()] == ["Ostrich"]


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": " "},
        {"title": "x" * 81},
        {"title": "a\0b"},
        {"premise": "x" * 301},
        {"place": "7"},
        {"place": "-1"},
        {"place": "x"},
        {"client_key": "x"},
    ],
)
def test_a_bad_scenario_is_answered_with_a_sentence(change: dict[str, str]) -> None:
    seat = facilitator()
    lay_out(seat, "branching", BRANCHING)

    reply = add(seat, **change)

    assert reply.status_code == 422
    assert "error-summary" in reply.content.decode()
    assert not Scenario.objects.exists()


def test_a_scenario_gets_another_name_and_keeps_its_place() -> None:
    seat = facilitator()
    scenario = make_scenario(seat.workshop, title="Before", place=2)

    reply = signed_in(seat).post(
        address("edit", seat.workshop, scenario.pk), {"title": "After", "premise": "New."}
    )

    assert reply.status_code == 302
    scenario.refresh_from_db()
    assert (scenario.title, scenario.premise, scenario.place) == ("After", "New.", 2)


def test_a_scenario_of_another_workshop_is_not_there() -> None:
    seat, elsewhere = facilitator(), make_scenario(make_workshop(), title="Before")
    client = signed_in(seat)
    data = {"title": "After", "premise": ""}

    assert client.post(address("edit", seat.workshop, elsewhere.pk), data).status_code == 404
    assert client.post(address("edit", elsewhere.workshop, elsewhere.pk), data).status_code == 404
    elsewhere.refresh_from_db()
    assert elsewhere.title == "Before"


# --- the board ------------------------------------------------------------------------------


def written(scenario: Scenario, seat: Seat, text: str) -> None:
    draft = scenario.draft
    draft.version += 1
    draft.save()
    Edit.objects.create(
        draft=draft,
        version=draft.version,
        seat=seat,
        client=uuid.uuid4().hex,
        sequence=1,
        changes=[[0, text]],
        at=timezone.now(),
    )


def test_the_board_says_how_far_each_story_is() -> None:
    workshop = make_workshop()
    writer = make_seat(workshop, pseudonym="Marabou")
    scenario = make_scenario(workshop, title="Ostrich")
    written(scenario, writer, "One two three four.")
    make_revision(writer, scenario)

    shown = read(make_seat(workshop))

    assert "4 words" in shown
    assert "Marabou" in shown
    assert "a revision waits for a moderator" in shown


def test_observers_see_of_a_story_only_what_was_accepted() -> None:
    workshop = make_workshop()
    writer = make_seat(workshop, pseudonym="Marabou")
    scenario = make_scenario(workshop, title="Ostrich")
    written(scenario, writer, "One two three four.")
    make_revision(writer, scenario, "One two.", state=Contribution.State.PUBLISHED)

    shown = read(make_seat(workshop, Role.OBSERVER))

    assert "2 words" in shown
    assert "4 words" not in shown
    assert "Marabou" not in shown


def test_the_chatham_house_rule_names_no_writer() -> None:
    workshop = make_workshop(attribution=Workshop.Attribution.CHATHAM)
    written(make_scenario(workshop), make_seat(workshop, pseudonym="Marabou"), "One.")

    assert "Marabou" not in read(make_seat(workshop))


@pytest.mark.parametrize(
    ("role", "stage", "says"),
    [
        (Role.FACILITATOR, StageKind.LOGIC, "Say first what sets them apart"),
        (Role.PARTICIPANT, StageKind.LOGIC, "They grow out of seeds"),
        (Role.OBSERVER, StageKind.LOGIC, "They appear here once the group has agreed"),
    ],
)
def test_an_empty_board_says_what_to_do_next(role: str, stage: str, says: str) -> None:
    assert says in read(make_seat(make_workshop(stage), role))


def test_a_longer_board_makes_no_more_queries() -> None:
    workshop = make_workshop()
    seat = make_seat(workshop)
    client, here = signed_in(seat), address("board", workshop)
    written(make_scenario(workshop), seat, "One.")
    with_one = queries(client, here)
    for _ in range(29):
        scenario = make_scenario(workshop)
        written(scenario, make_seat(workshop), "One two.")
        make_revision(seat, scenario)

    assert queries(client, here) == with_one


def test_a_stranger_finds_no_board() -> None:
    workshop = make_workshop()
    stranger = signed_in(make_seat(make_workshop()))

    assert stranger.get(address("board", workshop)).status_code == 404


def test_a_stage_that_moves_takes_the_buttons_with_it() -> None:
    seat = facilitator()

    assert "Lay out the logic" in read(seat)
    move_to(seat.workshop, StageKind.CONSENT)
    assert "Lay out the logic" not in read(seat)
