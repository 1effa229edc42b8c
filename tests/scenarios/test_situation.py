"""Evidence, and what stands beside it: put in, disputed, taken back."""

import uuid
from typing import Any

import pytest
from django.urls import reverse

from scenarios.models import Evidence
from tests.factories import (
    make_constituency,
    make_dispute,
    make_evidence,
    make_seat,
    make_workshop,
    move_to,
)
from tests.scenarios.addresses import address
from tests.scenarios.clients import queries, signed_in
from workshops.models import Contribution, Dispute, GlossaryTerm, Role, Seat, StageKind

pytestmark = pytest.mark.django_db


def put_in(seat: Seat, **change: Any) -> Any:
    data = {
        "client_key": uuid.uuid4(),
        "claim": "Bread costs a third of a wage.",
        "source": "The yearbook",
        "link": "",
        "quality": "firm",
        "language": "en",
    }
    return signed_in(seat).post(address("put_in_evidence", seat.workshop), data | change)


def read(seat: Seat) -> str:
    return signed_in(seat).get(address("situation", seat.workshop)).content.decode()


def dispute(seat: Seat, of: Contribution, **change: Any) -> Any:
    there = reverse("workshops:new_dispute", args=[seat.workshop.slug, of.pk])
    data = {"client_key": uuid.uuid4(), "reason": "Only in the city."}
    return signed_in(seat).post(there, data | change)


def test_evidence_is_read_with_its_source_and_put_in_once_a_key() -> None:
    seat = make_seat(make_workshop(StageKind.SITUATION))
    key = uuid.uuid4()

    for _ in range(2):
        reply = put_in(seat, client_key=key, link="https://example.org/table?a=1&b=2")
        assert reply.status_code == 302

    assert Evidence.objects.get().quality == "firm"
    shown = read(make_seat(seat.workshop))
    assert "Bread costs a third of a wage." in shown
    assert (
        'href="https://example.org/table?a=1&amp;b=2" rel="noopener noreferrer nofollow"' in shown
    )
    assert "not contested so far" in shown
    observer = make_seat(seat.workshop, Role.OBSERVER)
    assert "Bread costs" not in read(observer)
    move_to(seat.workshop, StageKind.FORCES)
    assert "accepted</span>" in read(observer)


@pytest.mark.parametrize(
    "change",
    [
        {"claim": ""},
        {"claim": "x" * 401},
        {"source": ""},
        {"source": "a\0b"},
        {"link": "javascript:alert(1)"},
        {"link": "ftp://example.org/"},
        {"link": "https://example.org/" + "x" * 500},
        {"quality": "royal"},
        {"language": "tlh"},
        {"client_key": "x"},
    ],
)
def test_bad_evidence_is_answered_with_a_sentence(change: dict[str, str]) -> None:
    reply = put_in(make_seat(make_workshop(StageKind.SITUATION)), **change)

    assert reply.status_code == 422
    assert not Evidence.objects.exists()


def test_its_author_words_it_anew_until_somebody_disputes_it() -> None:
    workshop = make_workshop(StageKind.SITUATION)
    author, other = make_seat(workshop), make_seat(workshop)
    evidence = make_evidence(author)
    client, there = signed_in(author), address("evidence", workshop, evidence.pk)
    data = {"claim": "New.", "source": "S", "quality": "thin", "language": "en", "version": 1}

    assert signed_in(other).post(there, data).status_code == 403
    assert client.get(there).status_code == 200
    assert client.post(there, data).status_code == 302
    assert client.post(there, data).status_code == 409
    make_dispute(other, evidence)
    reply = client.post(there, data | {"version": 2, "claim": "Newer."})

    assert reply.status_code == 409
    assert "Somebody disputes these words" in reply.content.decode()
    evidence.refresh_from_db()
    assert evidence.claim == "New."
    assert client.post(there, {"act": "withdraw"}).status_code == 302
    assert "New." not in read(other)


def test_a_dispute_makes_it_contested_and_names_a_side_only_if_its_author_says_so() -> None:
    workshop = make_workshop(StageKind.SITUATION)
    evidence = make_evidence(make_seat(workshop))
    side = make_constituency(workshop, name="The villages")
    seat = make_seat(workshop, constituency=side)
    reader = make_seat(workshop)

    assert dispute(seat, evidence).status_code == 302
    shown = read(reader)
    assert "contested</span>" in shown
    assert "Only in the city." in shown
    assert "The villages" not in shown

    dispute(seat, evidence, names_side="on")
    assert "The villages" in read(reader)


def test_a_word_is_disputed_and_the_dispute_taken_back() -> None:
    workshop = make_workshop(StageKind.SITUATION)
    term = GlossaryTerm.objects.create(
        seat=make_seat(workshop), kind="term", client_key=uuid.uuid4(), term="Order", definition="."
    )
    seat = make_seat(workshop)
    here = reverse("workshops:glossary", args=[workshop.slug])

    dispute(seat, term)
    assert "Only in the city." in signed_in(seat).get(here).content.decode()
    found = Dispute.objects.get()
    there = reverse("workshops:dispute", args=[workshop.slug, found.pk])
    other = make_seat(workshop)
    assert signed_in(other).get(there).status_code == 200
    assert signed_in(other).post(there).status_code == 403
    assert signed_in(seat).post(there).status_code == 302

    assert "Only in the city." not in signed_in(seat).get(here).content.decode()
    assert signed_in(other).get(there).status_code == 404


def test_what_is_not_there_not_disputable_or_ones_own_is_not_disputed() -> None:
    workshop = make_workshop(StageKind.SITUATION)
    seat = make_seat(workshop)
    held = make_evidence(make_seat(workshop), state=Contribution.State.HELD)
    elsewhere = make_evidence(make_seat(make_workshop(StageKind.SITUATION)))
    beside = make_dispute(make_seat(workshop), make_evidence(make_seat(workshop)))

    assert [dispute(seat, of).status_code for of in (held, elsewhere, beside)] == [404] * 3
    assert dispute(seat, make_evidence(seat)).status_code == 403
    assert dispute(seat, beside.of, reason="").status_code == 422
    assert dispute(make_seat(workshop, Role.MODERATOR), beside.of).status_code == 403
    assert Dispute.objects.get() == beside


def test_a_moderator_reads_a_dispute_with_what_it_is_about() -> None:
    workshop = make_workshop(StageKind.SITUATION)
    evidence = make_evidence(make_seat(workshop), claim="Bread is dear.")
    held = make_dispute(make_seat(workshop), evidence, state=Contribution.State.HELD, reason="No.")
    moderator = signed_in(make_seat(workshop, Role.MODERATOR))

    page = moderator.get(reverse("workshops:decision", args=[workshop.slug, held.pk]))

    assert "Bread is dear." in page.content.decode()
    assert "No." not in read(make_seat(workshop))


def test_a_longer_list_makes_no_more_queries() -> None:
    workshop = make_workshop(StageKind.SITUATION)
    seat = make_seat(workshop)
    client, here = signed_in(seat), address("situation", workshop)
    make_dispute(make_seat(workshop), make_evidence(seat))
    with_one = queries(client, here)
    for _ in range(20):
        make_dispute(make_seat(workshop), make_evidence(make_seat(workshop)), names_side=True)

    assert queries(client, here) == with_one
