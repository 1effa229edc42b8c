"""All events on one axis, and what somebody holds against them."""

import uuid
from typing import Any
from urllib.parse import quote

import pytest

from scenarios.live.posted import save_text
from scenarios.models import Assumption, Clash, Scenario
from tests.factories import (
    make_assumption,
    make_revision,
    make_scenario,
    make_seat,
    make_workshop,
    move_to,
)
from tests.scenarios.addresses import address
from tests.scenarios.clients import queries, signed_in
from workshops.models import Contribution, Role, Seat, StageKind, Workshop

pytestmark = pytest.mark.django_db

TEXT = "## 2027 — The wells\n\nIt could.\n\n- 2030: A bridge\n- It rained in 2031."


def written(workshop: Workshop, text: str = TEXT, **facts: Any) -> Scenario:
    scenario = make_scenario(workshop, **facts)
    writer = make_seat(workshop)
    save_text(scenario.draft, base_version=0, text=text, client_key=uuid.uuid4(), by=writer)
    return scenario


def read(seat: Seat) -> str:
    return signed_in(seat).get(address("timeline", seat.workshop)).content.decode()


def flag(seat: Seat, event: str, **data: Any) -> Any:
    there = address("flag", seat.workshop) + f"?event={quote(event)}"
    return signed_in(seat).post(there, {"client_key": uuid.uuid4(), "reason": "No iron."} | data)


def predetermined(workshop: Workshop, **facts: Any) -> Assumption:
    nature = Assumption.Nature.PREDETERMINED
    return make_assumption(make_seat(workshop), nature=nature, statement="No iron.", **facts)


def test_dated_headings_and_list_items_of_all_stories_stand_on_one_axis() -> None:
    workshop = make_workshop()
    written(workshop, title="Ostrich")
    written(workshop, "# 2028 Rain", title="Icarus")

    shown = read(make_seat(workshop))

    assert sorted(("The wells", "Rain", "A bridge"), key=shown.rindex) == [
        "The wells",
        "Rain",
        "A bridge",
    ]
    assert "It rained" not in shown
    assert shown.count("<circle") == 3


def test_observers_see_the_events_of_accepted_texts_only() -> None:
    workshop = make_workshop()
    scenario = written(workshop)
    observer = make_seat(workshop, Role.OBSERVER)
    assert "The wells" not in read(observer)

    make_revision(make_seat(workshop), scenario, TEXT, state=Contribution.State.PUBLISHED)

    assert "The wells" in read(observer)


def test_an_event_that_contradicts_a_predetermined_element_is_marked_by_a_person() -> None:
    workshop = make_workshop()
    scenario, element = written(workshop), predetermined(workshop)
    seat = make_seat(workshop)
    event = f"{scenario.pk}:2030:A bridge"

    assert flag(seat, event, against=element.pk).status_code == 302

    shown = read(make_seat(workshop))
    assert "Contradicts:" in shown
    assert "Marked before their words changed" not in shown
    scenario.draft.refresh_from_db()
    save_text(
        scenario.draft,
        base_version=scenario.draft.version,
        text="## 2027 — The wells",
        client_key=uuid.uuid4(),
        by=seat,
    )
    assert "Marked before their words changed" in read(seat)
    clash = Clash.objects.get()
    there = address("withdraw_clash", workshop, clash.pk)
    assert signed_in(make_seat(workshop)).post(there).status_code == 404
    assert signed_in(seat).post(there).status_code == 302
    assert "Contradicts:" not in read(seat)


def test_a_bad_mark_is_refused() -> None:
    workshop = make_workshop()
    scenario, element = written(workshop), predetermined(workshop)
    fact, seat = make_assumption(make_seat(workshop)), make_seat(workshop)
    elsewhere = predetermined(make_workshop())
    event = f"{scenario.pk}:2030:A bridge"

    for data in (
        {},
        {"against": fact.pk},
        {"against": elsewhere.pk},
        {"against": "x"},
        {"against": 10**30},
        {"against": element.pk, "reason": ""},
        {"against": element.pk, "reason": "x" * 301},
        {"against": element.pk, "client_key": "x"},
    ):
        assert flag(seat, event, **data).status_code == 422
    for gone in ("", "0:2030:A bridge", f"{scenario.pk}:2030:A ford", "a\0b"):
        assert flag(seat, gone, against=element.pk).status_code == 404
    assert flag(make_seat(workshop, Role.MODERATOR), event, against=element.pk).status_code == 403
    move_to(workshop, StageKind.CONSENT)
    assert flag(seat, event, against=element.pk).status_code == 403
    assert not Clash.objects.exists()


def test_a_held_mark_is_read_by_its_author_only() -> None:
    workshop = make_workshop()
    scenario, element = written(workshop), predetermined(workshop)
    seat = make_seat(workshop)
    flag(seat, f"{scenario.pk}:2030:A bridge", against=element.pk)
    Clash.objects.update(state=Contribution.State.HELD)

    assert "Contradicts:" in read(seat)
    assert "Contradicts:" not in read(make_seat(workshop))


def test_more_stories_and_marks_make_no_more_queries() -> None:
    workshop = make_workshop()
    element, seat = predetermined(workshop), make_seat(workshop)
    client, here = signed_in(seat), address("timeline", workshop)

    def more() -> int:
        scenario = written(workshop)
        flag(seat, f"{scenario.pk}:2030:A bridge", against=element.pk)
        return queries(client, here)

    with_one = more()
    more()

    assert more() == with_one
