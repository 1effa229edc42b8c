import uuid

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_assumption, make_seat, make_workshop, move_to
from workshops.models import Contribution, GlossaryTerm, Role, Seat, StageKind

pytestmark = pytest.mark.django_db


def signed_in(seat: Seat) -> Client:
    client = Client()
    assert seat.participant is not None
    client.force_login(seat.participant)
    return client


def url(seat: Seat) -> str:
    return reverse("workshops:glossary", args=[seat.workshop.slug])


def test_a_word_put_in_twice_with_one_key_is_there_once() -> None:
    seat = make_seat(make_workshop())
    data = {"client_key": uuid.uuid4(), "term": "Transition", "definition": "The years between."}

    for _ in range(2):
        assert signed_in(seat).post(url(seat), data).status_code == 302

    assert GlossaryTerm.objects.get().term == "Transition"
    assert "Transition" in signed_in(seat).get(url(seat)).content.decode()


def test_the_key_of_another_kind_of_contribution_is_refused() -> None:
    seat = make_seat(make_workshop())
    key = make_assumption(seat).client_key
    data = {"client_key": key, "term": "Transition", "definition": "The years between."}

    assert signed_in(seat).post(url(seat), data).status_code == 400

    assert Contribution.objects.count() == 1


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MODERATOR, Role.CONVENOR])
def test_putting_in_a_word_is_refused_to_other_roles(role: str) -> None:
    seat = make_seat(make_workshop(), role)
    data = {"client_key": uuid.uuid4(), "term": "Transition", "definition": "The years between."}

    assert signed_in(seat).post(url(seat), data).status_code == 403
    assert not GlossaryTerm.objects.exists()


def test_putting_in_a_word_is_refused_when_its_stages_are_over() -> None:
    seat = make_seat(make_workshop())
    move_to(seat.workshop, StageKind.PUBLICATION)
    data = {"client_key": uuid.uuid4(), "term": "Transition", "definition": "The years between."}

    assert signed_in(seat).post(url(seat), data).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"term": ""},
        {"term": "x" * 81},
        {"term": "a\0b"},
        {"definition": ""},
        {"definition": "x" * 601},
        {"client_key": "7"},
        {"client_key": ""},
    ],
)
def test_a_malformed_word_is_a_sentence_and_changes_nothing(change: dict[str, str]) -> None:
    seat = make_seat(make_workshop())
    data = {"client_key": str(uuid.uuid4()), "term": "Transition", "definition": "Years."}

    response = signed_in(seat).post(url(seat), data | change)

    assert response.status_code == 422
    assert not GlossaryTerm.objects.exists()


def test_a_returned_word_is_shown_to_its_author_only() -> None:
    seat = make_seat(make_workshop())
    other = make_seat(seat.workshop)
    GlossaryTerm.objects.create(
        seat=seat,
        client_key=uuid.uuid4(),
        kind=Contribution.Kind.TERM,
        state=Contribution.State.RETURNED,
        term="Rascals",
        definition="Them.",
    )

    assert "Rascals" in signed_in(seat).get(url(seat)).content.decode()
    assert "Rascals" not in signed_in(other).get(url(other)).content.decode()
