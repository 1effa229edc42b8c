"""Challenging the others' stories, and answering for one's own."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from scenarios.actions import challenge as actions
from scenarios.challenges import challenges_of, of_those_who_challenge, questions_are_answered
from scenarios.models import GroupMember, QualityRating, Question, Scenario
from tests.factories import make_scenario, make_seat, make_workshop, move_to
from tests.scenarios.addresses import address
from tests.scenarios.clients import queries, signed_in
from workshops.models import Role, Seat, StageKind
from workshops.permissions import abilities, open_stage

pytestmark = pytest.mark.django_db

GOOD = {"relevant": 5, "challenging": 4, "plausible": 3, "clear": 2}


def join(seat: Seat, scenario: Scenario) -> Seat:
    GroupMember.objects.create(seat=seat, scenario=scenario)
    return seat


def challenged(**facts: Any) -> tuple[Scenario, Seat, Seat]:
    """A story, one who writes it, and one who writes another."""
    scenario = make_scenario(make_workshop(StageKind.CHALLENGE, **facts))
    writer = join(make_seat(scenario.workshop), scenario)
    other = join(make_seat(scenario.workshop), make_scenario(scenario.workshop))
    return scenario, writer, other


def put(scenario: Scenario, by: Seat, text: str = "Who drills the well?") -> Question:
    return actions.ask(scenario, text=text, language="en", client_key=uuid.uuid4(), by=by)


def post(seat: Seat, name: str, pk: int, **data: Any) -> Any:
    return signed_in(seat).post(address(name, seat.workshop, pk), data)


def test_one_rates_a_story_of_the_others_and_can_change_it() -> None:
    scenario, _writer, other = challenged()

    for clear in (2, 5):
        assert post(other, "challenge", scenario.pk, **GOOD | {"clear": clear}).status_code == 302

    rating = QualityRating.objects.get()
    assert (rating.seat, rating.relevant, rating.clear) == (other, 5, 5)


@pytest.mark.parametrize("value", ["0", "6", "", "x", "4.5", "9" * 30])
def test_a_rating_is_a_number_from_1_to_5(value: str) -> None:
    scenario, _writer, other = challenged()

    assert post(other, "challenge", scenario.pk, **GOOD | {"clear": value}).status_code == 422
    assert not QualityRating.objects.exists()


def test_nobody_challenges_their_own_groups_story_nor_answers_for_another() -> None:
    scenario, writer, other = challenged()
    question = put(scenario, other)
    facts: dict[str, Any] = {"reply": "answered", "answer": "The villages do.", "seen": ""}

    with pytest.raises(PermissionDenied, match="your own group's story"):
        actions.rate(scenario, GOOD, by=writer)
    with pytest.raises(PermissionDenied, match="Another group writes this story"):
        actions.answer(question, **facts, by=other)

    assert post(writer, "challenge", scenario.pk, **GOOD).status_code == 403
    assert post(other, "answer", question.pk, **facts).status_code == 403
    assert post(writer, "answer", question.pk, **facts).status_code == 302
    question.refresh_from_db()
    assert (question.answer, question.answered_by) == ("The villages do.", writer)


def test_a_question_pressed_twice_is_put_once_and_waits_for_its_writers() -> None:
    scenario, writer, other = challenged()
    data = {"client_key": uuid.uuid4(), "text": "Who drills the well?", "language": "en"}

    for _ in range(2):
        assert post(other, "challenge", scenario.pk, **data).status_code == 302

    assert Question.objects.count() == 1
    assert not questions_are_answered(scenario.workshop).met
    stage = open_stage(scenario.workshop)
    asks = of_those_who_challenge(writer, abilities(writer), stage)
    assert [ask.title for ask in asks] == [
        "Challenge a story that is not yours",
        "Answer 1 question to your story",
    ]
    page = signed_in(writer).get(address("challenge", scenario.workshop, scenario.pk))
    assert "Answer it" in page.content.decode()


def test_a_question_is_answered_or_it_is_said_why_not() -> None:
    scenario, writer, other = challenged()
    question = put(scenario, other)
    wordless = post(writer, "answer", question.pk, reply="declined", answer="", seen="")

    assert wordless.status_code == 422
    done = post(writer, "answer", question.pk, reply="declined", answer="It is beside it.", seen="")
    assert done.status_code == 302
    assert questions_are_answered(scenario.workshop).met


def test_two_who_answer_at_once_do_not_overwrite_each_other() -> None:
    scenario, writer, other = challenged()
    second = join(make_seat(scenario.workshop), scenario)
    question = put(scenario, other)
    post(writer, "answer", question.pk, reply="answered", answer="The villages do.", seen="")

    late = post(second, "answer", question.pk, reply="answered", answer="The state.", seen="")

    assert late.status_code == 409
    assert "The state." in late.content.decode()
    question.refresh_from_db()
    assert question.answer == "The villages do."


def test_what_a_story_was_rated_is_read_when_the_challenge_is_over_and_enough_rated_it() -> None:
    scenario, writer, _other = challenged(small_cell=3)
    another = make_scenario(scenario.workshop)
    for clear in (1, 2, 4):
        rater = make_seat(scenario.workshop)
        actions.rate(scenario, GOOD | {"clear": clear}, by=rater)
    actions.rate(another, GOOD, by=writer)

    during = challenges_of(writer, abilities(writer), open_stage(scenario.workshop))
    move_to(scenario.workshop, StageKind.CONSENT)
    after = {
        one.scenario: one.held
        for one in challenges_of(writer, abilities(writer), open_stage(scenario.workshop))
    }

    assert not any(one.held for one in during)
    found = after[scenario][3].found
    assert (found.low, found.median, found.high) == (1.5, 2, 3)
    assert after[another] == []
    page = signed_in(writer).get(address("challenge", scenario.workshop, scenario.pk))
    assert "1.5 to 3" in page.content.decode()


def test_without_groups_everybody_challenges_and_answers_every_story() -> None:
    scenario = make_scenario(make_workshop(StageKind.CHALLENGE))
    seat = make_seat(scenario.workshop)

    question = put(scenario, seat)

    assert actions.rate(scenario, GOOD, by=seat).clear == 2
    assert (
        post(seat, "answer", question.pk, reply="answered", answer="We.", seen="").status_code
        == 302
    )


def test_others_read_the_questions_and_under_the_chatham_house_rule_nobody_is_named() -> None:
    scenario, _writer, other = challenged(attribution="chatham")
    put(scenario, other)
    facilitator = make_seat(scenario.workshop, Role.FACILITATOR)

    page = signed_in(facilitator).get(address("challenge", scenario.workshop, scenario.pk))

    assert "Who drills the well?" in page.content.decode()
    assert other.pseudonym not in page.content.decode()
    assert "Save my rating" not in page.content.decode()


def test_pages_take_the_same_number_of_queries_however_much_there_is() -> None:
    scenario, writer, other = challenged()
    question = put(scenario, other)
    pages = [("challenges", ()), ("challenge", (scenario.pk,)), ("answer", (question.pk,))]
    client = signed_in(writer)
    few = [queries(client, address(name, scenario.workshop, *args)) for name, args in pages]
    for _ in range(3):
        put(scenario, other)
        put(
            join(make_seat(scenario.workshop), make_scenario(scenario.workshop)).drafting.scenario,
            other,
        )

    assert [queries(client, address(name, scenario.workshop, *args)) for name, args in pages] == few
