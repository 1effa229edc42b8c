import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from scenarios.actions import assumptions as actions
from scenarios.models import Assumption, Response
from tests.factories import make_assumption, make_scenario, make_seat, make_workshop, move_to
from tests.scenarios.addresses import address
from tests.scenarios.clients import queries, signed_in
from workshops.models import Contribution, Role, Seat, StageKind, Workshop

pytestmark = pytest.mark.django_db

State = Contribution.State
WITHOUT_A_SEAT = 404


def words(**change: Any) -> dict[str, Any]:
    return {
        "client_key": uuid.uuid4(),
        "statement": "Water could become scarce.",
        "nature": "predetermined",
        "scenario": "",
        "language": "en",
    } | change


def page(seat: Seat, query: str = "?show=all") -> str:
    return signed_in(seat).get(address("assumptions", seat.workshop) + query).content.decode()


def answer(seat: Seat, assumption: Assumption, value: str = "agree", **change: Any) -> Any:
    data = {"answer": value, "version": assumption.version} | change
    return signed_in(seat).post(address("respond", seat.workshop, assumption.pk), data)


def answered_by(assumption: Assumption, **counts: int) -> None:
    for value, number in counts.items():
        for _ in range(number):
            Response.objects.create(
                assumption=assumption,
                seat=make_seat(assumption.seat.workshop),
                answer=value.removesuffix("_"),
            )


# --- putting in ---------------------------------------------------------------------------


def test_an_assumption_put_in_twice_with_one_key_is_there_once() -> None:
    seat = make_seat(make_workshop())
    data = words()

    for _ in range(2):
        answer = signed_in(seat).post(address("propose", seat.workshop), data)
        assert answer.status_code == 302

    one = Assumption.objects.get()
    assert (one.statement, one.nature, one.seat, one.state) == (
        data["statement"],
        "predetermined",
        seat,
        State.PUBLISHED,
    )
    assert one.statement in page(make_seat(seat.workshop))


def test_an_empty_list_asks_for_the_first_and_does_not_say_that_all_are_answered() -> None:
    seat = make_seat(make_workshop())

    assert "Put in the first" in page(seat)
    assert "You have answered them all" not in page(seat)


def test_an_assumption_can_hold_in_one_scenario_and_be_in_another_language() -> None:
    seat = make_seat(make_workshop())
    scenario = make_scenario(seat.workshop)
    data = words(statement="الماء شحيح.", language="ar", scenario=scenario.pk)

    signed_in(seat).post(address("propose", seat.workshop), data)

    assert Assumption.objects.get().scenario == scenario
    assert '<p class="statement" dir="auto" lang="ar">الماء شحيح.</p>' in page(seat)


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MODERATOR, Role.CONVENOR, Role.FACILITATOR])
def test_putting_in_is_refused_to_other_roles(role: str) -> None:
    seat = make_seat(make_workshop(), role)
    client = signed_in(seat)

    assert client.get(address("propose", seat.workshop)).status_code == 403
    assert client.post(address("propose", seat.workshop), words()).status_code == 403
    assert not Assumption.objects.exists()


def test_putting_in_is_refused_when_its_stages_are_over() -> None:
    seat = make_seat(make_workshop(StageKind.CONSENT))

    assert signed_in(seat).post(address("propose", seat.workshop), words()).status_code == 403
    assert not Assumption.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"statement": ""},
        {"statement": "   "},
        {"statement": "x" * 401},
        {"statement": "a\0b"},
        {"nature": "dream"},
        {"language": "tlh"},
        {"scenario": "none"},
        {"scenario": "999999999999999999999999"},
        {"client_key": "7"},
        {"client_key": ""},
    ],
)
def test_bad_words_are_answered_with_a_sentence_and_change_nothing(change: dict[str, str]) -> None:
    seat = make_seat(make_workshop())

    answer = signed_in(seat).post(address("propose", seat.workshop), words(**change))

    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode() or "error-summary" in answer.content.decode()
    assert not Assumption.objects.exists()


def test_a_scenario_of_another_workshop_cannot_be_chosen() -> None:
    seat = make_seat(make_workshop())
    elsewhere = make_scenario(make_workshop())

    answer = signed_in(seat).post(address("propose", seat.workshop), words(scenario=elsewhere.pk))

    assert answer.status_code == 422
    assert "Choose one of this workshop&#x27;s scenarios." in answer.content.decode()
    assert elsewhere.title not in answer.content.decode()


# --- wording anew, taking back --------------------------------------------------------------


def test_the_author_words_it_anew_while_nobody_answered() -> None:
    assumption = make_assumption(make_seat(make_workshop()))
    here = address("assumption", assumption.seat.workshop, assumption.pk)

    answer = signed_in(assumption.seat).post(here, words(version=1))

    assert answer.status_code == 302
    assumption.refresh_from_db()
    assert (assumption.statement, assumption.version) == ("Water could become scarce.", 2)


def test_words_that_somebody_answered_stay_as_they_are() -> None:
    assumption = make_assumption(make_seat(make_workshop()))
    answered_by(assumption, agree=1)
    here = address("assumption", assumption.seat.workshop, assumption.pk)

    answer = signed_in(assumption.seat).post(here, words(version=1))

    assert answer.status_code == 409
    assert "Somebody answered meanwhile" in answer.content.decode()
    before = assumption.statement
    assumption.refresh_from_db()
    assert (assumption.statement, assumption.version) == (before, 1)


def test_a_page_of_older_words_does_not_overwrite_newer_ones() -> None:
    assumption = make_assumption(make_seat(make_workshop()), version=2)
    here = address("assumption", assumption.seat.workshop, assumption.pk)

    answer = signed_in(assumption.seat).post(here, words(version=1, statement="Older."))

    assert answer.status_code == 409
    assert not Assumption.objects.filter(statement="Older.").exists()
    assert "Older." in answer.content.decode(), "what was typed is kept on the page"


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_words_without_a_version_are_refused(version: str) -> None:
    assumption = make_assumption(make_seat(make_workshop()))
    here = address("assumption", assumption.seat.workshop, assumption.pk)

    answer = signed_in(assumption.seat).post(here, words(version=version))

    assert answer.status_code == 422
    assert "This page is out of date." in answer.content.decode()
    assert not Assumption.objects.filter(version=2).exists()


def test_words_that_were_returned_wait_for_a_moderator_again() -> None:
    assumption = make_assumption(make_seat(make_workshop()), state=State.RETURNED)

    actions.reword(
        assumption,
        statement="Water could be short.",
        nature="fact",
        scenario=None,
        language="en",
        version=1,
        by=assumption.seat,
    )

    assumption.refresh_from_db()
    assert assumption.state == State.HELD


def test_nobody_else_words_it_anew_or_takes_it_back() -> None:
    assumption = make_assumption(make_seat(make_workshop()))
    other = make_seat(assumption.seat.workshop)
    client = signed_in(other)

    answer = client.post(address("assumption", other.workshop, assumption.pk), words(version=1))
    assert answer.status_code == 403
    for method in (client.get, client.post):
        there = address("withdraw", other.workshop, assumption.pk)
        assert method(there).status_code == 404
    with pytest.raises(PermissionDenied):
        actions.withdraw(assumption, by=other)
    assumption.refresh_from_db()
    assert (assumption.state, assumption.version) == (State.PUBLISHED, 1)


def test_the_author_takes_it_back_after_being_asked() -> None:
    assumption = make_assumption(make_seat(make_workshop()))
    client = signed_in(assumption.seat)
    there = address("withdraw", assumption.seat.workshop, assumption.pk)

    assert client.get(there).status_code == 200
    assumption.refresh_from_db()
    assert assumption.state == State.PUBLISHED
    assert client.post(there).status_code == 302
    assert client.post(there).status_code == 302
    assumption.refresh_from_db()
    assert (assumption.state, assumption.version) == (State.WITHDRAWN, 2)
    assert assumption.statement not in page(assumption.seat)


# --- answering ------------------------------------------------------------------------------


def test_an_answer_is_one_tap_and_can_be_changed() -> None:
    assumption = make_assumption(make_seat(make_workshop()))
    seat = make_seat(assumption.seat.workshop)

    for value in ("agree", "agree", "disagree", "pass"):
        assert answer(seat, assumption, value).status_code == 302

    assert [response.answer for response in Response.objects.all()] == ["pass"]


def test_with_scripting_the_answered_item_comes_back_alone() -> None:
    assumption = make_assumption(make_seat(make_workshop()))
    seat = make_seat(assumption.seat.workshop)

    reply = signed_in(seat).post(
        address("respond", seat.workshop, assumption.pk),
        {"answer": "agree", "version": 1},
        headers={"X-Part": "1"},
    )

    assert (reply.status_code, reply["X-Part"]) == (200, "1")
    part = reply.content.decode()
    assert "<html" not in part
    assert 'value="agree" data-key="a" aria-pressed="true"' in part
    assert "You have answered them all." in part


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"answer": ""}, 422),
        ({"answer": "maybe"}, 422),
        ({"answer": "agree\0"}, 422),
        ({"version": ""}, 422),
        ({"version": "x"}, 422),
        ({"version": 7}, 409),
    ],
)
def test_a_bad_or_stale_answer_is_refused_with_a_sentence(
    change: dict[str, Any], status: int
) -> None:
    assumption = make_assumption(make_seat(make_workshop()))

    reply = answer(make_seat(assumption.seat.workshop), assumption, **change)

    assert reply.status_code == status
    assert 'role="alert"' in reply.content.decode()
    assert not Response.objects.exists()


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MODERATOR, Role.CONVENOR, Role.FACILITATOR])
def test_answering_is_refused_to_other_roles(role: str) -> None:
    assumption = make_assumption(make_seat(make_workshop()))

    assert answer(make_seat(assumption.seat.workshop, role), assumption).status_code == 403
    assert not Response.objects.exists()


def test_answers_stay_as_they_are_when_the_stages_are_over() -> None:
    assumption = make_assumption(make_seat(make_workshop()))
    seat = make_seat(assumption.seat.workshop)
    answer(seat, assumption, "agree")
    move_to(seat.workshop, StageKind.CONSENT)

    assert answer(seat, assumption, "disagree").status_code == 403
    assert Response.objects.get().answer == "agree"
    assert 'class="responses"' not in page(seat)


@pytest.mark.parametrize("state", [State.HELD, State.RETURNED, State.REDACTED, State.WITHDRAWN])
def test_what_is_not_published_cannot_be_answered(state: str) -> None:
    assumption = make_assumption(make_seat(make_workshop()), state=state)

    assert answer(make_seat(assumption.seat.workshop), assumption).status_code == 404
    assert answer(assumption.seat, assumption).status_code in {404, 409}
    assert not Response.objects.exists()


def test_an_assumption_of_another_workshop_is_not_there() -> None:
    assumption = make_assumption(make_seat(make_workshop()))
    elsewhere = make_seat(make_workshop())
    client = signed_in(elsewhere)
    for name in ("assumption", "respond", "withdraw"):
        reply = client.post(address(name, elsewhere.workshop, assumption.pk), {"answer": "agree"})
        assert reply.status_code == 404
        reply = client.post(address(name, assumption.seat.workshop, assumption.pk))
        assert reply.status_code == 404


# --- reading ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.HELD, State.RETURNED, State.REDACTED])
def test_what_is_not_published_is_read_by_its_author_and_by_moderators_only(state: str) -> None:
    assumption = make_assumption(make_seat(make_workshop()), state=state, statement="Hidden words.")
    workshop = assumption.seat.workshop

    assert "Hidden words." in page(assumption.seat)
    assert "Hidden words." in page(make_seat(workshop, Role.MODERATOR))
    for role in (Role.PARTICIPANT, Role.FACILITATOR, Role.OBSERVER, Role.CONVENOR):
        seat = make_seat(workshop, role)
        assert "Hidden words." not in page(seat)
        reply = signed_in(seat).get(address("assumption", workshop, assumption.pk))
        assert reply.status_code == 404


def test_observers_and_convenors_read_when_the_stage_is_closed() -> None:
    workshop = make_workshop(StageKind.FORCES)
    stage = workshop.stages.get()
    make_assumption(make_seat(workshop), stage=stage, statement="Early words.")
    seats = [make_seat(workshop, role) for role in (Role.OBSERVER, Role.CONVENOR)]

    assert ["Early words." in page(seat) for seat in seats] == [False, False]
    move_to(workshop, StageKind.DRAFTING)
    assert ["Early words." in page(seat) for seat in seats] == [True, True]


def test_the_chatham_house_rule_names_nobody() -> None:
    workshop = make_workshop(attribution=Workshop.Attribution.CHATHAM)
    author = make_seat(workshop, pseudonym="Marabou")
    assumption = make_assumption(author)
    other = make_seat(workshop)

    assert "Marabou" not in page(other)
    reply = signed_in(other).get(address("assumption", workshop, assumption.pk))
    assert "Marabou" not in reply.content.decode()


def test_what_i_have_not_answered_comes_first_and_answering_skips_none() -> None:
    workshop = make_workshop()
    author, seat = make_seat(workshop), make_seat(workshop)
    rows = [make_assumption(author, statement=f"Number {n:02d}.") for n in range(30)]
    answer(seat, rows[3])

    first = page(seat, "")
    assert "29 wait for your answer." in first
    assert ("Number 00." in first, "Number 03." in first) == (True, False)
    assert f"?show=waiting&amp;after={rows[20].pk}" in first
    for row in rows[:21]:
        answer(seat, row)
    following = page(seat, f"?show=waiting&after={rows[20].pk}")
    assert [f"Number {n:02d}." in following for n in range(30)] == [n > 20 for n in range(30)]


@pytest.mark.parametrize(
    "query", ["?show=x", "?show=waiting&after=x", "?page=x", "?after=" + "9" * 40]
)
def test_an_odd_address_is_still_a_page(query: str) -> None:
    seat = make_seat(make_workshop())
    make_assumption(seat)

    assert signed_in(seat).get(address("assumptions", seat.workshop) + query).status_code == 200


@pytest.mark.parametrize("query", ["?show=waiting", "?show=all"])
def test_a_longer_list_makes_no_more_queries(query: str) -> None:
    workshop = make_workshop()
    client = signed_in(make_seat(workshop))
    here = address("assumptions", workshop) + query
    make_assumption(make_seat(workshop), scenario=make_scenario(workshop))
    with_one = queries(client, here)
    for _ in range(29):
        answered_by(make_assumption(make_seat(workshop)), agree=2)

    assert queries(client, here) == with_one <= 10


def test_a_visitor_is_asked_to_sign_in_and_a_stranger_finds_nothing() -> None:
    workshop = make_workshop()
    stranger = make_seat(make_workshop())

    assert Client().get(address("assumptions", workshop)).status_code == 302
    reply = signed_in(stranger).get(address("assumptions", workshop))
    assert reply.status_code == WITHOUT_A_SEAT


# --- what may be known ----------------------------------------------------------------------


def test_counts_are_shown_from_k_people_on_and_never_below() -> None:
    assumption = make_assumption(make_seat(make_workshop(small_cell=5)))
    answered_by(assumption, agree=4, disagree=4, pass_=4)
    seat = assumption.seat

    assert "Shown when at least 5 people have answered alike." in page(seat)
    assert "<dd>" not in page(seat)
    answered_by(assumption, agree=1)
    shown = page(seat)
    assert "<dd>5</dd>" in shown
    assert shown.count("<dd>fewer than 5</dd>") == 2
    answered_by(assumption, disagree=3, pass_=3)
    assert [f"<dd>{number}</dd>" in page(seat) for number in (5, 7)] == [True, True]


@pytest.mark.parametrize("role", list(Role))
def test_a_page_is_the_same_whatever_the_hidden_counts_are(role: str) -> None:
    """With k = 5 and a small cell of 0 to 4, no byte of any page depends on it."""
    workshop = make_workshop(StageKind.FORCES, small_cell=5)
    assumption = make_assumption(make_seat(workshop), stage=workshop.stages.get())
    move_to(workshop, StageKind.DRAFTING)
    answered_by(assumption, agree=9)
    client = signed_in(make_seat(workshop, role))

    def read() -> list[str]:
        pages = []
        for name, args in (("assumptions", ()), ("assumption", (assumption.pk,))):
            text = client.get(address(name, workshop, *args) + "?show=all").content.decode()
            pages.append("".join(line for line in text.splitlines() if "csrf" not in line))
        return pages

    before = read()
    for few in ("disagree", "pass_", "disagree", "pass_"):
        answered_by(assumption, **{few: 1})
        assert read() == before
