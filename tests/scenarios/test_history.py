import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from scenarios.hands import Hand, bars, paragraphs
from scenarios.live.changeset import characters, units
from scenarios.live.history import stops, written_at
from scenarios.live.restoring import hunks, put_back
from scenarios.models import Draft, Edit, Scenario
from tests.factories import make_scenario, make_seat, make_workshop, move_to
from tests.scenarios.addresses import address
from tests.scenarios.clients import signed_in
from tests.scenarios.live.test_changeset import texts
from tests.scenarios.test_drafts import text, write
from workshops.models import Role, Seat, StageKind, Workshop

RAIN = "It could rain.\n\nNobody would mind.\n\nSpring follows."
SNOW = "It could snow.\n\nNobody would mind.\n\nSummer follows."

db = pytest.mark.django_db


@pytest.fixture
def scenario() -> Scenario:
    return make_scenario(make_workshop())


@pytest.fixture
def heron(scenario: Scenario) -> Seat:
    return make_seat(scenario.workshop, pseudonym="Marabou")


@pytest.fixture
def plover(scenario: Scenario) -> Seat:
    return make_seat(scenario.workshop, pseudonym="Osprey")


@pytest.fixture
def rain_then_snow(scenario: Scenario, heron: Seat, plover: Seat) -> Scenario:
    write(heron, scenario, RAIN)
    write(plover, scenario, SNOW)
    return scenario


def read(seat: Seat, scenario: Scenario, query: str = "", **headers: str) -> str:
    there = address("history", scenario.workshop, scenario.pk)
    reply = signed_in(seat).get(there + query, headers=headers)
    assert reply.status_code == 200
    return str(reply.content.decode())


def bring_back(seat: Seat, scenario: Scenario, then: int, **change: Any) -> Any:
    there = address("bring_back", scenario.workshop, scenario.pk, then)
    base = Draft.objects.get(scenario=scenario).version
    return signed_in(seat).post(there, {"client_key": uuid.uuid4(), "version": base} | change)


def take_back(seat: Seat, scenario: Scenario, version: int, **change: Any) -> Any:
    there = address("take_back", scenario.workshop, scenario.pk, version)
    return signed_in(seat).post(there, {"client_key": uuid.uuid4()} | change)


# --- looking ------------------------------------------------------------------------------


@db
def test_the_slider_shows_any_point_of_the_texts_life_and_whose_words_it_was(
    rain_then_snow: Scenario, heron: Seat, plover: Seat
) -> None:
    then, now = read(heron, rain_then_snow, "?at=1"), read(heron, rain_then_snow)

    assert 'type="range"' in now
    assert ("rain" in then.partition("Who wrote when")[0], "snow" in then) == (True, False)
    words = re.findall(r'<span class="wrote hue-(\d)">([^<]*)</span>', now)
    assert "snow" in {said for hue, said in words if int(hue) == plover.hue}
    assert "It could " in {said for hue, said in words if int(hue) == heron.hue}
    assert '<bdi class="visually-hidden">Osprey:</bdi>' in now
    assert "?at=1" in now  # a step back, without scripting


@db
def test_the_slider_asks_for_the_text_alone(rain_then_snow: Scenario, heron: Seat) -> None:
    part = read(heron, rain_then_snow, "?at=1", **{"HX-Request": "true"})

    assert ("<html" in part, "It could rain." in part) == (False, True)


@db
def test_what_changed_between_two_points(rain_then_snow: Scenario, heron: Seat) -> None:
    changed = read(heron, rain_then_snow, "?since=1")

    assert "</bdi>rain<bdi" in changed
    assert "</bdi>snow<bdi" in changed
    assert "Nobody would mind." not in changed.partition("Who wrote when")[0]


@db
def test_under_the_chatham_house_rule_hands_have_colours_and_no_names() -> None:
    workshop = make_workshop(attribution=Workshop.Attribution.CHATHAM)
    scenario = make_scenario(workshop)
    seats = [make_seat(workshop, pseudonym=name) for name in ("Marabou", "Osprey")]
    for seat, words in zip(seats, (RAIN, SNOW), strict=True):
        write(seat, scenario, words)

    page = read(make_seat(workshop), scenario)
    assert "Marabou" not in page
    assert "Osprey" not in page
    assert "<bdi>Somebody</bdi>" in page


@db
def test_a_point_that_never_was_is_not_there(scenario: Scenario, heron: Seat) -> None:
    write(heron, scenario, RAIN)
    there, client = address("history", scenario.workshop, scenario.pk), signed_in(heron)

    for query in ("?at=x", "?since=-1", "?undo=x", "?at=99999999999"):
        assert client.get(there + query).status_code == 404


@db
def test_before_anything_is_written_the_page_says_so(scenario: Scenario, heron: Seat) -> None:
    assert "Nothing is written yet" in read(heron, scenario)


# --- bringing back --------------------------------------------------------------------------


@db
def test_a_version_comes_back_as_an_ordinary_edit_and_can_be_undone(
    rain_then_snow: Scenario, heron: Seat, plover: Seat
) -> None:
    reply = bring_back(heron, rain_then_snow, 1)

    assert text(rain_then_snow) == RAIN
    edit = Edit.objects.latest("version")
    assert (edit.version, edit.seat) == (3, heron)
    assert reply.headers["Location"].endswith("?at=3&undo=3")
    assert "This is what you brought back." in read(heron, rain_then_snow, "?at=3&undo=3")
    assert "This is what you brought back." not in read(plover, rain_then_snow, "?at=3&undo=3")
    assert take_back(plover, rain_then_snow, 3).status_code == 403
    assert take_back(heron, rain_then_snow, 3).status_code == 302
    assert text(rain_then_snow) == SNOW


@db
def test_undoing_leaves_what_others_wrote_since(
    rain_then_snow: Scenario, heron: Seat, plover: Seat
) -> None:
    bring_back(heron, rain_then_snow, 1)
    write(plover, rain_then_snow, "Well.\n\n" + RAIN)

    assert take_back(heron, rain_then_snow, 3).status_code == 302
    assert text(rain_then_snow) == "Well.\n\n" + SNOW


@db
def test_a_passage_comes_back_alone(rain_then_snow: Scenario, heron: Seat, plover: Seat) -> None:
    assert bring_back(heron, rain_then_snow, 1, passage=1).status_code == 302

    assert text(rain_then_snow) == "It could snow.\n\nNobody would mind.\n\nSpring follows."
    assert {seat for _, seat in written_at(rain_then_snow.draft.pk, 3)} == {heron.pk, plover.pk}


@db
def test_what_others_changed_meanwhile_is_not_overwritten(
    rain_then_snow: Scenario, heron: Seat, plover: Seat
) -> None:
    write(plover, rain_then_snow, SNOW.replace("Summer", "Autumn"))

    assert bring_back(heron, rain_then_snow, 1, version=2).status_code == 409
    assert bring_back(heron, rain_then_snow, 1, version=3, passage=99).status_code == 409
    assert text(rain_then_snow) == SNOW.replace("Summer", "Autumn")


@db
def test_a_bad_wish_is_answered_with_a_sentence(rain_then_snow: Scenario, heron: Seat) -> None:
    cases: list[tuple[dict[str, str], int]] = [
        ({"version": ""}, 422),
        ({"version": "x"}, 422),
        ({"version": "99"}, 404),
        ({"client_key": "x"}, 422),
        ({"passage": "-1"}, 422),
    ]
    for change, status in cases:
        assert bring_back(heron, rain_then_snow, 1, **change).status_code == status
    assert bring_back(heron, rain_then_snow, 9).status_code == 404
    assert text(rain_then_snow) == SNOW


@db
def test_who_may_not_write_brings_nothing_back(rain_then_snow: Scenario, heron: Seat) -> None:
    moderator = make_seat(rain_then_snow.workshop, Role.MODERATOR)

    assert bring_back(moderator, rain_then_snow, 1).status_code == 403
    assert "Bring this text back" not in read(moderator, rain_then_snow, "?at=1")
    assert "Bring this text back" in read(heron, rain_then_snow, "?at=1")
    move_to(rain_then_snow.workshop, StageKind.CONSENT)
    assert bring_back(heron, rain_then_snow, 1).status_code == 403
    assert take_back(heron, rain_then_snow, 1).status_code == 403
    assert text(rain_then_snow) == SNOW


@db
def test_what_is_there_already_makes_no_edit(scenario: Scenario, heron: Seat) -> None:
    for words in (RAIN, SNOW, RAIN):
        write(heron, scenario, words)

    reply = bring_back(heron, scenario, 1)
    assert (reply.status_code, "undo" in reply.headers["Location"]) == (302, False)
    assert Edit.objects.count() == 3


# --- the pure parts -------------------------------------------------------------------------


@given(texts, texts)
def test_putting_back_every_passage_makes_the_text_as_it_was(now: str, then: str) -> None:
    for hunk in reversed(hunks(now, then)):
        now = characters(put_back(now, hunk).apply(units(now)))

    assert now == then


def test_paragraphs_are_cut_at_empty_lines_and_name_their_hands() -> None:
    a, b = Hand("Heron", 1), Hand("Plover", 2)
    found = paragraphs([("One.\n", 1), ("\n\nTwo ", 2), ("three.\nFour.\n", 1)], {1: a, 2: b})

    assert [[words for words, _ in one.runs] for one in found] == [
        ["One.\n"],
        ["Two ", "three.\n", "Four.\n"],
    ]
    assert [one.hands for one in found] == [[a], [b, a]]


def test_bars_say_how_much_was_written_when() -> None:
    began = datetime(2026, 3, 1, tzinfo=UTC)
    pace = [(1, began), (50, began + timedelta(hours=1)), (60, began + timedelta(days=10))]

    drawn = bars(pace, 55)
    assert [(bar.x, bar.here) for bar in drawn] == [(0, False), (568, True)]
    assert drawn[0].height > drawn[1].height
    assert bars(pace[:1], 1) == []


@db
def test_steps_go_to_where_a_hand_stopped(
    rain_then_snow: Scenario, heron: Seat, plover: Seat
) -> None:
    write(plover, rain_then_snow, RAIN)
    write(heron, rain_then_snow, SNOW)
    draft = Draft.objects.get(scenario=rain_then_snow)

    assert stops(draft, 4) == (3, None)
    assert stops(draft, 3) == (1, 4)
    assert stops(draft, 1) == (None, 3)
