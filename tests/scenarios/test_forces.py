"""Driving forces: put in unseen, read by all afterwards, merged with consent, frozen."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from scenarios.actions import forces as actions
from scenarios.asking import of_participants, of_planners
from scenarios.models import DrivingForce, Look, Merge, Milestone
from tests.factories import make_evidence, make_force, make_seat, make_workshop, move_to
from tests.scenarios.addresses import address
from tests.scenarios.clients import queries, signed_in
from workshops import gates
from workshops.models import Activity, Contribution, Role, Seat, Stage, StageKind, Workshop
from workshops.permissions import Can, abilities, open_stage

pytestmark = pytest.mark.django_db

What = Milestone.What


def workshop_of_forces(**facts: Any) -> Workshop:
    return make_workshop(StageKind.FORCES, **facts)


def put_in(seat: Seat, **change: Any) -> Any:
    data = {
        "client_key": uuid.uuid4(),
        "name": "Price of bread",
        "category": "economic",
        "trend": "",
        "language": "en",
    }
    return signed_in(seat).post(address("propose_force", seat.workshop), data | change)


def read(seat: Seat) -> str:
    return signed_in(seat).get(address("forces", seat.workshop)).content.decode()


def press(seat: Seat, act: str) -> Any:
    return signed_in(seat).post(address("force_steps", seat.workshop), {"act": act})


def answer(seat: Seat, merge: Merge, act: str) -> Any:
    return signed_in(seat).post(address("merge", seat.workshop, merge.pk), {"act": act})


# --- unseen, then read by all ---------------------------------------------------------------


def test_others_forces_appear_once_ones_own_are_in() -> None:
    workshop = workshop_of_forces()
    make_force(make_seat(workshop), name="Rainfall")
    seat = make_seat(workshop)

    assert put_in(seat).status_code == 302
    before = read(seat)
    assert signed_in(seat).post(address("look", workshop)).status_code == 302

    assert "Price of bread" in before
    assert "Rainfall" not in before
    assert "Rainfall" in read(seat)


def test_who_has_none_may_say_so_and_look() -> None:
    workshop = workshop_of_forces()
    make_force(make_seat(workshop), name="Rainfall")
    seat = make_seat(workshop)
    assert "I have none" in read(seat)

    signed_in(seat).post(address("look", workshop))

    assert "Rainfall" in read(seat)
    assert Look.objects.get().seat == seat


def test_an_unseen_force_is_nowhere_else_either() -> None:
    workshop = workshop_of_forces()
    force = make_force(make_seat(workshop), name="Rainfall")
    seat = make_seat(workshop)
    client = signed_in(seat)

    assert client.get(address("force", workshop, force.pk)).status_code == 404
    for name in ("forces", "report", "ranking_result", "situation"):
        assert "Rainfall" not in client.get(address(name, workshop)).content.decode()
    assert "Rainfall" not in client.get(workshop.get_absolute_url()).content.decode()


def test_by_another_template_the_facilitator_shows_them_to_all_at_once() -> None:
    workshop = workshop_of_forces(template=Workshop.Template.TWO_AXES)
    make_force(make_seat(workshop), name="Rainfall")
    seat, facilitator = make_seat(workshop), make_seat(workshop, Role.FACILITATOR)

    assert signed_in(seat).post(address("look", workshop)).status_code == 409
    assert "Rainfall" not in read(seat)
    assert press(facilitator, "reveal").status_code == 302

    assert "Rainfall" in read(seat)


def test_observers_read_when_the_stage_is_closed() -> None:
    workshop = workshop_of_forces()
    make_force(make_seat(workshop), name="Rainfall")
    observer = make_seat(workshop, Role.OBSERVER)
    assert "Rainfall" not in read(observer)

    move_to(workshop, StageKind.RANKING)

    assert "Rainfall" in read(observer)


@pytest.mark.parametrize("state", ["held", "returned", "redacted", "withdrawn"])
def test_what_is_not_published_is_read_by_its_author_at_most(state: str) -> None:
    workshop = workshop_of_forces()
    author = make_seat(workshop)
    make_force(author, name="Rainfall", state=state)

    assert "Rainfall" not in read(make_seat(workshop, Role.FACILITATOR))
    assert ("Rainfall" in read(author)) == (state != "withdrawn")


def test_under_the_chatham_house_rule_nobody_is_named() -> None:
    workshop = workshop_of_forces(attribution=Workshop.Attribution.CHATHAM)
    make_force(make_seat(workshop, pseudonym="Marabou"))

    assert "Marabou" not in read(make_seat(workshop, Role.FACILITATOR))


# --- putting in -----------------------------------------------------------------------------


def test_a_force_put_in_twice_with_one_key_is_there_once_with_its_evidence() -> None:
    seat = make_seat(workshop_of_forces())
    evidence = make_evidence(seat)
    key = uuid.uuid4()

    for _ in range(2):
        assert put_in(seat, client_key=key, grounds=[evidence.pk]).status_code == 302

    assert list(DrivingForce.objects.get().grounds.all()) == [evidence]


def test_a_name_with_a_direction_is_asked_about_once_and_then_taken() -> None:
    seat = make_seat(workshop_of_forces())

    asked = put_in(seat, name="Rising prices")
    taken = put_in(seat, name="Rising prices", meant="Rising prices")

    assert asked.status_code == 422
    assert "“Rising” says which way it goes." in asked.content.decode()
    assert 'value="Rising prices"' in asked.content.decode()
    assert taken.status_code == 302
    assert DrivingForce.objects.get().name == "Rising prices"


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "x" * 81},
        {"name": "a\0b"},
        {"category": "magical"},
        {"trend": "x" * 301},
        {"language": "tlh"},
        {"client_key": ""},
        {"meant": "x" * 99},
    ],
)
def test_a_bad_force_is_answered_with_a_sentence(change: dict[str, str]) -> None:
    reply = put_in(make_seat(workshop_of_forces()), **change)

    assert reply.status_code == 422
    assert "error-summary" in reply.content.decode()
    assert not DrivingForce.objects.exists()


@pytest.mark.parametrize("evidence", ["x", "999999999999999999999", "0"])
def test_evidence_that_is_not_there_is_refused(evidence: str) -> None:
    seat = make_seat(workshop_of_forces())
    make_evidence(seat)

    assert put_in(seat, grounds=[evidence]).status_code == 422
    assert not DrivingForce.objects.exists()


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MODERATOR, Role.CONVENOR, Role.FACILITATOR])
def test_forces_are_put_in_by_participants(role: str) -> None:
    seat = make_seat(workshop_of_forces(), role)

    assert put_in(seat).status_code == 403
    assert not DrivingForce.objects.exists()


def test_the_author_words_a_force_anew_and_takes_it_back() -> None:
    seat = make_seat(workshop_of_forces())
    force = make_force(seat, state=Contribution.State.RETURNED)
    client, there = signed_in(seat), address("force", seat.workshop, force.pk)
    data = {"name": "Rainfall", "category": "environmental", "language": "en", "version": 1}

    assert client.get(there).status_code == 200
    assert client.post(there, data).status_code == 302
    assert client.post(there, data).status_code == 409
    force.refresh_from_db()
    assert (force.name, force.state) == ("Rainfall", "held")

    assert client.post(address("withdraw_force", seat.workshop, force.pk)).status_code == 302
    force.refresh_from_db()
    assert force.state == "withdrawn"


def test_nobody_changes_the_force_of_another() -> None:
    workshop = workshop_of_forces()
    force = make_force(make_seat(workshop), name="Rainfall")
    other = make_seat(workshop)

    assert signed_in(other).post(address("withdraw_force", workshop, force.pk)).status_code == 404
    with pytest.raises(PermissionDenied):
        actions.withdraw(force, by=other)
    force.refresh_from_db()
    assert (force.name, force.state) == ("Rainfall", "published")


# --- merging --------------------------------------------------------------------------------


def merging() -> tuple[Seat, list[Seat], Merge]:
    """A facilitator asked three authors whether their forces are one."""
    workshop = workshop_of_forces()
    facilitator = make_seat(workshop, Role.FACILITATOR)
    authors = [make_seat(workshop) for _ in range(3)]
    forces = [make_force(seat, name=f"Bread {n}") for n, seat in enumerate(authors)]
    for author in authors:
        actions.look(by=author)
    reply = signed_in(facilitator).post(
        address("propose_merge", workshop),
        {"into": forces[0].pk, "others": [force.pk for force in forces[1:]]},
    )
    assert reply.status_code == 302
    return facilitator, authors, Merge.objects.get()


def test_forces_are_one_when_every_author_agrees_and_all_names_are_kept() -> None:
    facilitator, authors, merge = merging()

    for author in authors:
        assert DrivingForce.objects.listed().count() == 3
        assert answer(author, merge, "agree").status_code == 302

    assert [force.name for force in DrivingForce.objects.listed()] == ["Bread 0"]
    shown = read(facilitator)
    assert "Also put in as:" in shown
    assert "Bread 2" in shown
    assert answer(facilitator, merge, "drop").status_code == 302
    assert DrivingForce.objects.listed().count() == 3


def test_one_no_keeps_them_apart() -> None:
    _facilitator, authors, merge = merging()

    answer(authors[0], merge, "agree")
    assert answer(authors[1], merge, "decline").status_code == 302

    assert answer(authors[2], merge, "agree").status_code == 409
    merge.refresh_from_db()
    assert merge.state == Merge.State.DECLINED
    assert DrivingForce.objects.listed().count() == 3


def test_an_author_who_left_is_not_waited_for() -> None:
    workshop = workshop_of_forces()
    facilitator, author = make_seat(workshop, Role.FACILITATOR), make_seat(workshop)
    gone = make_seat(workshop, participant=None, state=Seat.State.LEFT)
    forces = [make_force(author), make_force(gone)]

    merge = actions.propose_merge(into=forces[0], others=forces[1:], by=facilitator)
    actions.answer_merge(merge, agrees=True, by=author)

    assert DrivingForce.objects.listed().get() == forces[0]


def test_a_merge_is_for_its_authors_and_the_facilitator() -> None:
    facilitator, authors, merge = merging()
    stranger = make_seat(facilitator.workshop)

    there = address("merge", facilitator.workshop, merge.pk)
    assert signed_in(stranger).get(there).status_code == 404
    assert answer(stranger, merge, "agree").status_code == 404
    assert answer(facilitator, merge, "agree").status_code == 403
    assert answer(authors[0], merge, "drop").status_code == 403
    assert answer(authors[0], merge, "x").status_code == 422
    assert signed_in(authors[0]).get(there).status_code == 200
    merge.refresh_from_db()
    assert merge.state == Merge.State.PROPOSED


@pytest.mark.parametrize("chosen", [{}, {"into": "x"}, {"others": "x"}, "only itself", "elsewhere"])
def test_a_bad_merge_is_answered_with_a_sentence(chosen: Any) -> None:
    workshop = workshop_of_forces()
    facilitator, force = make_seat(workshop, Role.FACILITATOR), make_force(make_seat(workshop))
    elsewhere = make_force(make_seat(workshop_of_forces()))
    if chosen == "only itself":
        chosen = {"others": [force.pk]}
    elif chosen == "elsewhere":
        chosen = {"others": [elsewhere.pk]}
    data = {"into": force.pk} | chosen

    reply = signed_in(facilitator).post(address("propose_merge", workshop), data)

    assert reply.status_code == 422
    assert not Merge.objects.exists()


# --- freezing -------------------------------------------------------------------------------


def unmet(workshop: Workshop) -> set[str]:
    coming = Stage(workshop=workshop, kind=StageKind.RANKING, position=9)
    return {look.gate.code for look in gates.before(coming) if not look.finding.met}


def test_a_frozen_list_stays_as_it_is_and_meets_the_gate() -> None:
    facilitator, authors, merge = merging()
    workshop = facilitator.workshop
    assert "forces_frozen" in unmet(workshop)

    assert press(facilitator, "freeze").status_code == 302
    press(facilitator, "freeze")

    assert "forces_frozen" not in unmet(workshop)
    assert put_in(authors[0]).status_code == 422
    with pytest.raises(actions.Frozen):
        actions.answer_merge(merge, agrees=True, by=authors[0])
    merge.refresh_from_db()
    assert merge.state == Merge.State.DROPPED
    mine = DrivingForce.objects.get(seat=authors[0])
    assert (
        signed_in(authors[0]).post(address("withdraw_force", workshop, mine.pk)).status_code == 409
    )
    assert Activity.objects.filter(verb=Activity.Verb.FROZE_FORCES).count() == 1
    assert (
        "froze the list" in signed_in(facilitator).get(workshop.get_absolute_url()).content.decode()
    )

    press(facilitator, "thaw")
    assert put_in(authors[0]).status_code == 302


@pytest.mark.parametrize("act", ["reveal", "freeze", "thaw", "ranking"])
def test_the_steps_are_the_facilitators(act: str) -> None:
    workshop = workshop_of_forces()
    for role in (Role.PARTICIPANT, Role.MODERATOR, Role.OBSERVER):
        assert press(make_seat(workshop, role), act).status_code == 403
    assert press(make_seat(workshop, Role.FACILITATOR), "x").status_code == 422
    assert not Milestone.objects.exists()


def test_nothing_is_frozen_in_another_stage() -> None:
    facilitator = make_seat(make_workshop(StageKind.RANKING), Role.FACILITATOR)

    assert press(facilitator, "freeze").status_code == 403
    assert not Milestone.objects.exists()


# --- what is asked, and how much it costs ---------------------------------------------------


def asked(seat: Seat) -> list[str]:
    stage = open_stage(seat.workshop)
    return [
        ask.title
        for asker in (of_participants, of_planners)
        for ask in asker(seat, abilities(seat), stage)
        if "force" in ask.title
    ]


def test_my_page_asks_for_forces_then_for_a_look_then_for_an_answer() -> None:
    workshop = workshop_of_forces()
    seat, facilitator = make_seat(workshop), make_seat(workshop, Role.FACILITATOR)
    assert asked(seat) == ["Put in driving forces"]
    force, other = make_force(seat), make_force(make_seat(workshop))
    assert asked(seat) == ["See which forces the others put in"]
    actions.look(by=seat)
    assert asked(seat) == []
    actions.propose_merge(into=force, others=[other], by=facilitator)
    assert asked(seat) == ["Say whether these forces are one"]
    assert asked(facilitator) == ["Merge and freeze the forces"]
    assert Can.FORCE not in abilities(facilitator)


def test_a_longer_list_makes_no_more_queries() -> None:
    workshop = workshop_of_forces()
    facilitator = make_seat(workshop, Role.FACILITATOR)
    author = make_seat(workshop)
    one = make_force(author)
    one.grounds.add(make_evidence(author))
    client, here = signed_in(facilitator), address("forces", workshop)
    with_one = queries(client, here)
    for _ in range(20):
        force = make_force(make_seat(workshop))
        force.grounds.add(make_evidence(author))
        make_force(author, merged_into=force)

    assert queries(client, here) == with_one
