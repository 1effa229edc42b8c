import uuid

import pytest

from scenarios.models import Comment, GroupMember, Release, Response, ScenarioLogic
from tests.factories import make_assumption, make_revision, make_scenario, make_seat, make_workshop
from workshops.asks import asked_of
from workshops.models import Contribution, Role, Seat, StageKind, Workshop
from workshops.permissions import abilities, open_stage

pytestmark = pytest.mark.django_db

State = Contribution.State


def asked(seat: Seat) -> list[str]:
    return [ask.title for ask in asked_of(seat, abilities(seat), open_stage(seat.workshop))]


def test_a_participant_is_asked_to_answer_what_they_have_not() -> None:
    workshop = make_workshop(StageKind.FORCES)
    seat, author = make_seat(workshop), make_seat(workshop)
    before = asked(seat)
    first, _second = (make_assumption(author) for _ in range(2))
    make_assumption(author, state=State.HELD)
    make_assumption(make_seat(make_workshop()))

    assert sorted(asked(seat)) == sorted(["Answer 2 assumptions", *before])
    Response.objects.create(assumption=first, seat=seat, answer="pass")
    assert sorted(asked(seat)) == sorted(["Answer 1 assumption", *before])
    assert "Answer 1 assumption" not in asked(make_seat(workshop, Role.OBSERVER))


def test_a_participant_is_asked_for_a_seed_and_then_to_write() -> None:
    assert asked(make_seat(make_workshop(StageKind.LOGIC))) == ["Put in a seed"]
    workshop = make_workshop(StageKind.DRAFTING)
    make_scenario(workshop)
    assert asked(make_seat(workshop)) == ["Write with the others"]
    assert asked(make_seat(workshop, Role.MODERATOR)) == []


def test_who_writes_a_story_is_asked_to_answer_what_is_suggested_for_it() -> None:
    workshop = make_workshop()
    scenario = make_scenario(workshop, title="Ostrich")
    author, writer, elsewhere = (make_seat(workshop) for _ in range(3))
    facts = {"kind": Contribution.Kind.SUGGESTION, "draft": scenario.draft, "replacement": "rain"}
    about = Comment.objects.create(seat=author, client_key=uuid.uuid4(), **facts)

    assert asked(writer)[0] == "Answer 1 suggestion for “Ostrich”"
    assert "suggestion" not in " ".join(asked(author))
    GroupMember.objects.create(scenario=scenario, seat=writer)
    assert "suggestion" not in " ".join(asked(elsewhere))
    assert asked(writer)[0] == "Answer 1 suggestion for “Ostrich”"
    about.outcome = Comment.Outcome.DECLINED
    about.save()
    assert "suggestion" not in " ".join(asked(writer))


def test_an_author_is_asked_to_look_at_what_came_back() -> None:
    workshop = make_workshop()
    scenario = make_scenario(workshop, title="Ostrich")
    seat, other = make_seat(workshop), make_seat(workshop)
    make_revision(seat, scenario, state=State.RETURNED)
    make_assumption(seat, state=State.RETURNED)

    assert asked(seat)[:2] == ["“Ostrich” came back", "An assumption of yours came back"]
    assert "“Ostrich” came back" not in asked(other)
    make_revision(other, scenario)
    assert "“Ostrich” came back" not in asked(seat), "somebody handed in a newer one"


def test_a_facilitator_is_asked_to_lay_out_the_logic_and_name_the_scenarios() -> None:
    workshop = make_workshop(StageKind.LOGIC)
    seat = make_seat(workshop, Role.FACILITATOR)

    assert "Lay out the scenario logic" in asked(seat)
    ScenarioLogic.objects.create(workshop=workshop, kind="inductive")
    assert "Name the scenarios" in asked(seat)
    make_scenario(workshop)
    assert not {"Lay out the scenario logic", "Name the scenarios"} & set(asked(seat))


@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.CONVENOR])
def test_who_releases_is_asked_for_their_word_once(role: str) -> None:
    workshop = make_workshop(StageKind.PUBLICATION)
    seat = make_seat(workshop, role)

    assert "Release the report" in asked(seat)
    assert "Release the report" not in asked(make_seat(workshop))
    Release.objects.create(workshop=workshop, seat=seat)
    assert "Release the report" not in asked(seat)
    Release.objects.all().delete()
    Workshop.objects.update(state=Workshop.State.PUBLISHED)
    seat.refresh_from_db()
    assert "Release the report" not in asked(seat)
