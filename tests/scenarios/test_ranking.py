"""Rating blind, and what is shown of it: to whom, when, and nothing about few."""

from typing import Any

import pytest

from scenarios.models import DrivingForce, Milestone, Rating
from scenarios.plot import kinship_of, place, ranking
from tests.factories import (
    make_constituency,
    make_force,
    make_seat,
    make_stage,
    make_workshop,
    move_to,
)
from tests.scenarios.addresses import address
from tests.scenarios.clients import queries, signed_in
from workshops import gates
from workshops.models import Role, Seat, Stage, StageKind, Workshop

pytestmark = pytest.mark.django_db

PICTURE = "The table below says the same."


def workshop_that_ranks(**facts: Any) -> Workshop:
    return make_workshop(StageKind.RANKING, small_cell=3, **facts)


def rated(force: DrivingForce, *points: tuple[int, int], side: Any = None) -> list[Seat]:
    seats = [make_seat(force.seat.workshop, constituency=side) for _ in points]
    Rating.objects.bulk_create(
        Rating(force=force, seat=seat, impact=impact, uncertainty=uncertainty)
        for seat, (impact, uncertainty) in zip(seats, points, strict=True)
    )
    return seats


def rate(seat: Seat, which: DrivingForce, impact: Any, uncertainty: Any, **more: Any) -> Any:
    data = {"force": which.pk, "impact": impact, "uncertainty": uncertainty} | more
    return signed_in(seat).post(address("ranking", seat.workshop), data)


def result(seat: Seat) -> str:
    return signed_in(seat).get(address("ranking_result", seat.workshop)).content.decode()


# --- rating ---------------------------------------------------------------------------------


def test_forces_are_rated_one_at_a_time_and_may_be_changed_until_the_close() -> None:
    workshop = workshop_that_ranks()
    first, second = (make_force(make_seat(workshop)) for _ in range(2))
    seat = make_seat(workshop)
    here = address("ranking", workshop)
    client = signed_in(seat)
    assert "0 of 2 rated" in client.get(here).content.decode()

    assert rate(seat, first, 7, 3).status_code == 302
    assert rate(seat, first, 8, 3).status_code == 302

    page = client.get(here).content.decode()
    assert "1 of 2 rated" in page
    assert second.name in page
    assert "checked" in client.get(f"{here}?force={first.pk}").content.decode()
    assert Rating.objects.get().impact == 8
    move_to(workshop, StageKind.LOGIC)
    assert rate(seat, first, 1, 1).status_code == 403
    assert Rating.objects.get().impact == 8


def test_who_cannot_tell_says_so_and_goes_on() -> None:
    workshop = workshop_that_ranks()
    force, seat = make_force(make_seat(workshop)), make_seat(workshop)

    assert rate(seat, force, "", "", skip="1").status_code == 302

    found = Rating.objects.get()
    assert (found.impact, found.uncertainty) == (None, None)
    assert (
        "You have rated them all"
        in signed_in(seat).get(address("ranking", workshop)).content.decode()
    )


@pytest.mark.parametrize(
    "change",
    [
        {"impact": ""},
        {"impact": "0"},
        {"uncertainty": "11"},
        {"uncertainty": "5.5"},
        {"impact": "a\0b"},
        {"force": ""},
        {"force": "x"},
    ],
)
def test_a_bad_rating_is_answered_with_a_sentence(change: dict[str, str]) -> None:
    workshop = workshop_that_ranks()
    force, seat = make_force(make_seat(workshop)), make_seat(workshop)

    reply = rate(seat, force, **{"impact": 5, "uncertainty": 5} | change)

    assert reply.status_code == 422
    assert not Rating.objects.exists()
    assert force.name in reply.content.decode()


@pytest.mark.parametrize("which", ["merged", "held", "elsewhere", "nothing"])
def test_only_what_is_on_the_list_is_rated(which: str) -> None:
    workshop = workshop_that_ranks()
    force, seat = make_force(make_seat(workshop)), make_seat(workshop)
    other = make_force(make_seat(workshop if which != "elsewhere" else workshop_that_ranks()))
    if which == "merged":
        DrivingForce.objects.filter(pk=other.pk).update(merged_into=force)
    elif which == "held":
        DrivingForce.objects.filter(pk=other.pk).update(state="held")

    assert (
        rate(seat, other, 5, 5, **{"force": 10**18} if which == "nothing" else {}).status_code
        == 409
    )
    assert not Rating.objects.exists()


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MODERATOR, Role.CONVENOR, Role.FACILITATOR])
def test_participants_rate(role: str) -> None:
    workshop = workshop_that_ranks()
    force = make_force(make_seat(workshop))

    assert rate(make_seat(workshop, role), force, 5, 5).status_code == 403
    assert not Rating.objects.exists()


# --- who sees it when -----------------------------------------------------------------------


def test_the_result_is_seen_after_ones_own_last_rating() -> None:
    workshop = workshop_that_ranks()
    forces = [make_force(make_seat(workshop)) for _ in range(2)]
    for force in forces:
        rated(force, (9, 2), (9, 2), (9, 2))
    seat = make_seat(workshop)

    rate(seat, forces[0], 5, 5)
    assert "Not to be seen yet" in result(seat)
    rate(seat, forces[1], 5, 5)

    shown = result(seat)
    assert PICTURE in shown
    assert "predetermined element" in shown
    assert "type 7 of Hyndman and Fan" in shown


def test_by_another_template_all_see_it_when_the_facilitator_shows_it() -> None:
    workshop = workshop_that_ranks(template=Workshop.Template.TWO_AXES)
    force = make_force(make_seat(workshop))
    (seat, *_others) = rated(force, (9, 2), (9, 2), (9, 2), (9, 2))
    assert "Not to be seen yet" in result(seat)
    facilitator = make_seat(workshop, Role.FACILITATOR)
    assert "So far only you see this" in result(facilitator)

    signed_in(facilitator).post(address("force_steps", workshop), {"act": "ranking"})

    assert Milestone.objects.get().what == "ranking_revealed"
    assert PICTURE in result(seat)


def test_observers_read_the_result_of_a_closed_stage() -> None:
    workshop = workshop_that_ranks()
    rated(make_force(make_seat(workshop)), (9, 2), (9, 2), (9, 2))
    observer = make_seat(workshop, Role.OBSERVER)
    assert PICTURE not in result(observer)

    move_to(workshop, StageKind.LOGIC)

    assert PICTURE in result(observer)


# --- nothing about few ----------------------------------------------------------------------


def test_fewer_than_k_raters_show_nothing_and_ones_own_rating_lifts_no_force() -> None:
    workshop = workshop_that_ranks()
    force = make_force(make_seat(workshop), name="Rainfall")
    rated(force, (9, 2), (9, 2))
    seat = make_seat(workshop)
    rate(seat, force, 1, 1)

    shown = result(seat)

    assert "Shown when at least 3 people have rated it." in shown
    assert PICTURE not in shown
    assert "Shown when" not in result(make_seat(workshop, Role.FACILITATOR)), "three did rate it"


def test_nothing_that_is_shown_moves_with_ones_own_rating() -> None:
    workshop = workshop_that_ranks()
    force = make_force(make_seat(workshop))
    rated(force, (9, 2), (4, 6), (7, 7))
    seat = make_seat(workshop)
    seen = set()
    for own in (1, 5, 10):
        rate(seat, force, own, own)
        (row,) = ranking(workshop, seat=seat, without_mine=True)
        assert row.mine == (own, own)
        seen.add(row.summary)

    assert len(seen) == 1


def test_two_sides_far_apart_mark_a_force_as_contested() -> None:
    workshop = workshop_that_ranks()
    force = make_force(make_seat(workshop))
    rated(force, *[(9, 5)] * 3, side=make_constituency(workshop))
    far = make_constituency(workshop)
    rated(force, *[(6, 5)] * 2, side=far)
    facilitator = make_seat(workshop, Role.FACILITATOR)
    assert "contested</span>" not in result(facilitator)

    rated(force, (6, 5), side=far)

    assert "contested</span>" in result(facilitator)


def test_kinship_is_known_of_enough_people_who_rated_both() -> None:
    workshop = workshop_that_ranks()
    first, second = (make_force(make_seat(workshop)) for _ in range(2))
    seats = rated(first, (1, 1), (5, 5), (9, 9))
    for seat in seats[:2]:
        Rating.objects.create(force=second, seat=seat, impact=4, uncertainty=4)
    assert kinship_of(workshop, first.pk, second.pk) is None

    Rating.objects.create(force=second, seat=seats[2], impact=8, uncertainty=8)

    found = kinship_of(workshop, first.pk, second.pk)
    assert found is not None
    assert (found.count, found.dependent) == (3, True)


def test_the_gate_asks_for_enough_raters_of_every_force() -> None:
    workshop = workshop_that_ranks()
    coming = make_stage(workshop, StageKind.LOGIC, Stage.State.PENDING)
    force = make_force(make_seat(workshop))

    def met() -> bool:
        return next(
            look.finding.met for look in gates.before(coming) if look.gate.code == "forces_rated"
        )

    rated(force, (5, 5), (5, 5))
    assert not met()
    rated(force, (5, 5))
    assert met()


def test_the_corners_of_the_plot() -> None:
    low, high = place(1, 1), place(10, 10)

    assert (low.x, low.y, high.x, high.y) == (0, 100, 100, 0)


@pytest.mark.parametrize("name", ["ranking", "ranking_result"])
def test_more_forces_make_no_more_queries(name: str) -> None:
    workshop = workshop_that_ranks()
    (seat, *_) = rated(make_force(make_seat(workshop)), *[(5, 5)] * 4)
    client, here = signed_in(seat), address(name, workshop)
    with_one = queries(client, here)
    for _ in range(9):
        force = make_force(seat)
        Rating.objects.create(force=force, seat=seat, impact=3, uncertainty=3)

    assert queries(client, here) == with_one


# --- the axes -------------------------------------------------------------------------------


def axes(**change: Any) -> dict[str, Any]:
    return {
        "version": 0,
        "first_low": "Dear bread",
        "first_high": "Cheap bread",
        "second_low": "Dry",
        "second_high": "Wet",
    } | change


def test_axes_are_chosen_from_the_critical_uncertainties_with_a_warning_when_they_go_together() -> (
    None
):
    workshop = make_workshop(StageKind.LOGIC, small_cell=3)
    bread, rain = (make_force(make_seat(workshop), name=name) for name in ("Bread", "Rain"))
    make_force(make_seat(workshop), name="Moon")
    for seat, value in zip(rated(bread, (7, 7), (8, 8), (9, 9)), (7, 8, 9), strict=True):
        Rating.objects.create(force=rain, seat=seat, impact=value, uncertainty=value)
    facilitator = signed_in(make_seat(workshop, Role.FACILITATOR))
    here = address("logic", workshop) + "?kind=axes"

    page = facilitator.get(here).content.decode()
    assert "Bread" in page
    assert "Moon" not in page
    assert "hardly independent" in page
    reply = facilitator.post(here, axes(first_force=bread.pk, second_force=rain.pk), follow=True)

    shown = reply.content.decode()
    assert "Who rated the one axis high or low" in shown
    assert 'impact <bdi dir="ltr">1.00</bdi>' in shown
    assert [axis["name"] for axis in workshop.logics.get().axes] == ["Bread", "Rain"]
    assert "Dear bread" in facilitator.get(address("logic_versions", workshop)).content.decode()


def test_axes_need_two_different_uncertainties_or_names() -> None:
    workshop = make_workshop(StageKind.LOGIC, small_cell=3)
    bread = make_force(make_seat(workshop), name="Bread")
    rated(bread, (7, 7), (8, 8), (9, 9))
    facilitator = signed_in(make_seat(workshop, Role.FACILITATOR))
    here = address("logic", workshop) + "?kind=axes"

    for change in (
        {},
        {"first_force": bread.pk},
        {"first_force": bread.pk, "second_force": bread.pk},
        {"first_force": "x", "second_name": "Rain"},
        {"first_force": 10**18, "second_name": "Rain"},
    ):
        assert facilitator.post(here, axes(**change)).status_code == 422
    assert not workshop.logics.exists()
    named = axes(first_force=bread.pk, second_name="Rain")
    assert facilitator.post(here, named).status_code == 302
