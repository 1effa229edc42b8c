"""About thirty seeds become four: sorted, given dots, shortlisted, merged or set aside."""

import threading
import uuid
from collections import Counter
from typing import Any

import pytest
from django.db import connection

from scenarios.actions import seeds as actions
from scenarios.models import Dot, DotRound, Scenario, Seed
from tests.factories import make_scenario, make_seat, make_workshop, move_to
from tests.scenarios.addresses import address
from tests.scenarios.clients import signed_in
from workshops.models import Role, Seat, StageKind, Workshop

pytestmark = pytest.mark.django_db

Funnel = Seed.Funnel


def make_seed(seat: Seat, **facts: Any) -> Seed:
    values = {"kind": "seed", "client_key": uuid.uuid4(), "title": "Dry taps", "text": "It could."}
    return Seed.objects.create(seat=seat, **values | facts)


def room(**facts: Any) -> tuple[Workshop, Seat, Seat]:
    workshop = make_workshop(StageKind.LOGIC, small_cell=3, **facts)
    return workshop, make_seat(workshop, Role.FACILITATOR), make_seat(workshop)


def post(seat: Seat, name: str, seed: Seed | None = None, **data: Any) -> int:
    args = [seed.pk] if seed else []
    status: int = signed_in(seat).post(address(name, seat.workshop, *args), data).status_code
    return status


def read(seat: Seat) -> str:
    return signed_in(seat).get(address("seeds", seat.workshop)).content.decode()


def test_seeds_are_laid_together_under_a_heading_old_or_new() -> None:
    _workshop, facilitator, seat = room()
    one, other = make_seed(seat), make_seed(make_seat(seat.workshop), title="Wells")

    assert post(seat, "sort", one, new_cluster="Water") == 302
    assert post(facilitator, "sort", other, cluster="Water") == 302

    one.refresh_from_db()
    assert (one.cluster, one.funnel) == ("Water", Funnel.CLUSTERED)
    assert '<section class="section" data-cluster="Water">' in read(seat)
    assert post(seat, "sort", one, cluster="") == 302
    one.refresh_from_db()
    assert one.funnel == Funnel.POOLED
    assert post(seat, "sort", one, new_cluster="x" * 81) == 422
    assert post(seat, "sort", one, new_cluster="a\0b") == 422
    assert post(make_seat(seat.workshop, Role.MODERATOR), "sort", one, cluster="x") == 403


def test_each_seat_has_so_many_dots_one_a_seed() -> None:
    workshop, facilitator, seat = room()
    seeds = [make_seed(seat) for _ in range(3)]
    assert post(seat, "dot", seeds[0], act="give") == 409
    assert post(facilitator, "dots", act="open", dots=2) == 302

    assert [post(seat, "dot", seed, act="give") for seed in seeds] == [302, 302, 409]
    assert post(seat, "dot", seeds[0], act="give") == 302, "again is once"
    assert "You have 0 dots left" in read(seat)
    other = signed_in(make_seat(workshop)).get(workshop.get_absolute_url()).content.decode()
    assert "Give your 2 dots" in other
    assert post(seat, "dot", seeds[0], act="take") == 302
    assert post(seat, "dot", seeds[2], act="give") == 302

    assert {dot.seed_id for dot in Dot.objects.all()} == {seeds[1].pk, seeds[2].pk}
    assert post(seat, "dot", seeds[1], act="x") == 422
    assert post(facilitator, "dot", seeds[1], act="give") == 403
    assert post(facilitator, "dots", act="open", dots=21) == 422
    assert post(seat, "dots", act="open", dots=2) == 403
    move_to(workshop, StageKind.DRAFTING)
    assert post(seat, "dot", seeds[0], act="give") == 403


def test_counts_are_seen_when_the_round_is_closed_and_never_of_few() -> None:
    workshop, facilitator, seat = room()
    many, few = make_seed(seat, title="Many"), make_seed(seat, title="Few")
    post(facilitator, "dots", act="open", dots=2)
    seats = [make_seat(workshop) for _ in range(3)]
    for giver in seats:
        actions.give_dot(many, by=giver)
    for giver in seats[:2]:
        actions.give_dot(few, by=giver)
    assert "3 dots</span>" not in read(facilitator)

    assert post(facilitator, "dots", act="close") == 302

    shown = read(seat)
    assert shown.count(">3 dots</span>") == 1
    assert shown.count("fewer than 3 dots</span>") == 1
    many.refresh_from_db()
    few.refresh_from_db()
    assert (many.funnel, few.funnel) == (Funnel.SHORTLISTED, Funnel.POOLED)
    assert post(seat, "dot", few, act="give") == 409
    assert post(facilitator, "dots", act="close") == 409
    post(facilitator, "dots", act="open", dots=2)
    assert not Dot.objects.exists(), "a new round tells nothing about the one before"


def test_a_seed_is_merged_or_set_aside_with_a_word_its_author_reads() -> None:
    workshop, facilitator, seat = room()
    merged, retired = make_seed(seat, title="Wells"), make_seed(seat, title="Rain")
    scenario = make_scenario(workshop, title="Ostrich")

    assert post(facilitator, "seed", merged, funnel="merged") == 422
    assert post(facilitator, "seed", merged, funnel="merged", scenario=scenario.pk) == 302
    assert post(facilitator, "seed", retired, funnel="retired", thanks="It lives on.") == 302

    mine = signed_in(seat).get(workshop.get_absolute_url()).content.decode()
    assert "It became part of “Ostrich”." in mine
    assert "It lives on." in mine
    assert post(seat, "sort", merged, cluster="x") == 409
    assert post(facilitator, "seed", retired, funnel="pooled") == 302
    retired.refresh_from_db()
    assert (retired.funnel, retired.thanks) == (Funnel.POOLED, "")
    assert post(seat, "seed", retired, funnel="retired") == 403
    assert post(facilitator, "seed", retired, funnel="eaten") == 422


def test_a_scenario_may_begin_with_a_seed() -> None:
    workshop, facilitator, seat = room()
    seed = make_seed(seat)
    here = address("add", workshop) + f"?seed={seed.pk}"
    client = signed_in(facilitator)
    assert 'value="Dry taps"' in client.get(here).content.decode()

    data = {"client_key": uuid.uuid4(), "title": "Dry taps", "premise": "It could."}
    assert client.post(here, data).status_code == 302

    seed.refresh_from_db()
    assert (seed.funnel, seed.scenario) == (Funnel.MERGED, Scenario.objects.get())
    assert client.get(address("add", workshop) + "?seed=999999999999999999999").status_code == 200


def test_a_seed_taken_down_meanwhile_is_not_to_be_had() -> None:
    _workshop, facilitator, seat = room()
    seed = make_seed(seat)
    actions.open_round(dots=3, by=facilitator)
    Seed.objects.filter(pk=seed.pk).update(state="redacted")

    for act in (
        lambda: actions.give_dot(seed, by=seat),
        lambda: actions.sort(seed, cluster="x", by=seat),
        lambda: actions.settle(seed, funnel=Funnel.RETIRED, by=facilitator),
    ):
        with pytest.raises(actions.Gone):
            act()
    assert not Dot.objects.exists()


def test_the_funnel_is_drawn_with_its_counts() -> None:
    workshop, _facilitator, seat = room()
    for n in range(4):
        make_seed(seat, cluster="Water" if n else "", funnel=Funnel.CLUSTERED if n else "pooled")
    make_scenario(workshop)

    shown = read(seat)

    for words in ("4 put in", "3 clustered", "0 on the short list", "1 scenarios"):
        assert words in shown


@pytest.mark.django_db(transaction=True)
def test_the_last_dot_is_given_once_however_many_hands_press() -> None:
    workshop = make_workshop(StageKind.LOGIC)
    seat = make_seat(workshop)
    seeds = [make_seed(seat) for _ in range(6)]
    DotRound.objects.create(workshop=workshop, dots=1)
    together = threading.Barrier(len(seeds))
    said: Counter[str] = Counter()

    def press(seed: Seed) -> None:
        try:
            together.wait(5)
            actions.give_dot(seed, by=Seat.objects.select_related("workshop").get(pk=seat.pk))
            said["given"] += 1
        except actions.NoDotsLeft:
            said["none left"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[seed]) for seed in seeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert said == {"given": 1, "none left": 5}
    assert Dot.objects.count() == 1
