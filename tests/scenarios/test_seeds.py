import uuid
from typing import Any

import pytest

from scenarios.models import Seed
from tests.factories import make_seat, make_workshop
from tests.scenarios.addresses import address
from tests.scenarios.clients import queries, signed_in
from workshops.models import Contribution, Role, Seat, StageKind, Workshop

pytestmark = pytest.mark.django_db


def sow(seat: Seat, **change: Any) -> Any:
    data = {"client_key": uuid.uuid4(), "title": "Dry taps", "text": "It could.", "language": "en"}
    return signed_in(seat).post(address("sow", seat.workshop), data | change)


def make_seed(seat: Seat, **facts: Any) -> Seed:
    values = {"kind": "seed", "client_key": uuid.uuid4(), "title": "Dry taps", "text": "It could."}
    return Seed.objects.create(seat=seat, **values | facts)


def test_a_seed_put_in_twice_with_one_key_is_there_once() -> None:
    seat = make_seat(make_workshop(StageKind.LOGIC))
    key = uuid.uuid4()

    for _ in range(2):
        assert sow(seat, client_key=key).status_code == 302

    assert Seed.objects.get().title == "Dry taps"
    observer = make_seat(seat.workshop, Role.OBSERVER)
    shown = signed_in(observer).get(address("seeds", seat.workshop)).content.decode()
    assert "Dry taps" in shown
    assert "in the pool" in shown


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MODERATOR, Role.CONVENOR, Role.FACILITATOR])
def test_seeds_are_put_in_by_participants(role: str) -> None:
    seat = make_seat(make_workshop(StageKind.LOGIC), role)

    assert sow(seat).status_code == 403
    assert signed_in(seat).get(address("sow", seat.workshop)).status_code == 403
    assert not Seed.objects.exists()


def test_seeds_are_put_in_while_the_logic_is_worked_out() -> None:
    assert sow(make_seat(make_workshop(StageKind.DRAFTING))).status_code == 403
    assert not Seed.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "x" * 81},
        {"title": "a\0b"},
        {"text": ""},
        {"text": "x" * 1201},
        {"language": "tlh"},
        {"client_key": ""},
    ],
)
def test_a_bad_seed_is_answered_with_a_sentence(change: dict[str, str]) -> None:
    reply = sow(make_seat(make_workshop(StageKind.LOGIC)), **change)

    assert reply.status_code == 422
    assert "error-summary" in reply.content.decode()
    assert not Seed.objects.exists()


@pytest.mark.parametrize("state", ["held", "returned", "redacted"])
def test_a_seed_that_is_not_published_is_read_by_few(state: str) -> None:
    seed = make_seed(make_seat(make_workshop()), state=state)
    workshop = seed.seat.workshop
    readers = {
        seed.seat: 200,
        make_seat(workshop, Role.MODERATOR): 200,
        make_seat(workshop): 404,
        make_seat(workshop, Role.FACILITATOR): 404,
    }
    for reader, status in readers.items():
        client = signed_in(reader)
        assert client.get(address("seed", workshop, seed.pk)).status_code == status
        listed = client.get(address("seeds", workshop)).content.decode()
        assert ("Dry taps" in listed) == (status == 200)


def test_a_seed_of_another_workshop_is_not_there() -> None:
    seed, seat = make_seed(make_seat(make_workshop())), make_seat(make_workshop())

    assert signed_in(seat).get(address("seed", seat.workshop, seed.pk)).status_code == 404


def test_the_chatham_house_rule_names_nobody() -> None:
    workshop = make_workshop(attribution=Workshop.Attribution.CHATHAM)
    seed = make_seed(make_seat(workshop, pseudonym="Marabou"))
    client = signed_in(make_seat(workshop))

    for name, args in (("seeds", ()), ("seed", (seed.pk,))):
        assert "Marabou" not in client.get(address(name, workshop, *args)).content.decode()


def test_a_longer_list_makes_no_more_queries() -> None:
    workshop = make_workshop()
    client, here = signed_in(make_seat(workshop)), address("seeds", workshop)
    make_seed(make_seat(workshop))
    with_one = queries(client, here)
    for _ in range(29):
        make_seed(make_seat(workshop), state=Contribution.State.PUBLISHED)

    assert queries(client, here) == with_one
