"""The moderator's queue: what is found in it, what comes next, what changed, and what the log says of it."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scenarios.actions import assumptions
from tests.factories import (
    make_assumption,
    make_evidence,
    make_force,
    make_seat,
    make_workshop,
)
from workshops import moderation
from workshops.models import Activity, Contribution, Decision, Role, Seat, Workshop

pytestmark = pytest.mark.django_db
Action = Decision.Action
State = Contribution.State


@pytest.fixture
def workshop() -> Workshop:
    return make_workshop()


@pytest.fixture
def author(workshop: Workshop) -> Seat:
    return make_seat(workshop)


@pytest.fixture
def moderator(workshop: Workshop) -> Seat:
    return make_seat(workshop, Role.MODERATOR)


def look(seat: Seat, route: str, *ids: int, query: str = "") -> str:
    client = Client()
    assert seat.participant is not None
    client.force_login(seat.participant)
    url = reverse(f"workshops:{route}", args=[seat.workshop.slug, *ids])
    response = client.get(url + query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_queue_shows_the_kind_and_state_that_was_asked_for(author: Seat, moderator: Seat) -> None:
    held = make_assumption(author, statement="Wells could dry.", state=State.HELD)
    make_evidence(author, claim="Rain fell.", state=State.HELD)
    make_force(author, name="Price of bread")

    waiting = look(moderator, "moderation")
    only = look(moderator, "moderation", query="?kind=assumption")
    unread = look(moderator, "moderation", query="?show=unread&kind=force")
    moderation.decide(held, version=1, action=Action.PUBLISH, by=moderator)
    mine = look(moderator, "moderation", query="?show=mine&stage=bogus&kind=%00")

    assert "Wells could dry." in waiting
    assert "Rain fell." in waiting
    assert "Price of bread" not in waiting
    assert "Wells could dry." in only
    assert "Rain fell." not in only
    assert "Price of bread" in unread
    assert "Wells could dry." in mine
    assert "Rain fell." not in mine


def test_from_one_contribution_the_next_and_the_previous_are_at_hand(
    author: Seat, moderator: Seat
) -> None:
    first, second, third = (make_assumption(author, state=State.HELD) for _ in range(3))

    page = look(moderator, "decision", second.pk, query="?show=held&kind=assumption")

    there = reverse("workshops:moderation", args=[author.workshop.slug])
    query = "?show=held&amp;kind=assumption"
    assert f'rel="prev" href="{there}{first.pk}/{query}"' in page
    assert f'rel="next" href="{there}{third.pk}/{query}"' in page


def test_what_is_found_in_order_is_let_stand_and_nobody_is_told(
    author: Seat, moderator: Seat
) -> None:
    shown = make_assumption(author)
    assert moderation.possible(shown, by=moderator)[0] == Action.KEEP

    moderation.decide(shown, version=1, action=Action.KEEP, by=moderator)

    shown.refresh_from_db()
    assert shown.state == State.PUBLISHED
    assert Action.KEEP not in moderation.possible(shown, by=moderator)
    assert not Contribution.objects.undecided().exists()
    assert not Activity.objects.exists()
    with pytest.raises(moderation.Overtaken):
        moderation.decide(shown, version=2, action=Action.KEEP, by=moderator)


def test_new_words_come_back_with_what_changed_since_the_decision(
    author: Seat, moderator: Seat
) -> None:
    facts = {"nature": "fact", "scenario": None, "language": "en"}
    shown = make_assumption(author, statement="Wells could dry.")
    moderation.decide(shown, version=1, action=Action.KEEP, by=moderator)

    assumptions.reword(shown, statement="Wells could fill.", version=2, by=author, **facts)  # type: ignore[arg-type]

    assert list(Contribution.objects.undecided()) == [Contribution.objects.get(pk=shown.pk)]
    page = look(moderator, "decision", shown.pk)
    assert "Changed since it was last decided on" in page
    assert "<del>" in page
    assert "<ins>" in page


def test_hints_point_at_words_and_decide_nothing(author: Seat, moderator: Seat) -> None:
    held = make_assumption(
        author, statement="The state should call +49 30 1234567.", state=State.HELD
    )

    assert "Says what should happen?" in look(moderator, "moderation")
    page = look(moderator, "decision", held.pk)
    assert "<mark><bdi>+49 30 1234567</bdi></mark>" in page
    held.refresh_from_db()
    assert held.state == State.HELD


@pytest.mark.parametrize("show", ["held", "unread", "mine"])
def test_however_long_the_queue_it_costs_the_same(author: Seat, moderator: Seat, show: str) -> None:
    counts = []
    for rows in (2, 8):
        for number in range(rows):
            one = make_assumption(author, state=State.PUBLISHED if number % 2 else State.HELD)
            two = make_evidence(author, state=State.HELD)
            if number % 2 == 0:
                make_force(author)
                moderation.decide(two, version=1, action=Action.PUBLISH, by=moderator)
        look(moderator, "moderation", query=f"?show={show}")
        for route, ids in (("moderation", ()), ("decision", (one.pk,))):
            with CaptureQueriesContext(connection) as queries:
                look(moderator, route, *ids, query=f"?show={show}")
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.OBSERVER])
def test_everyone_reads_what_was_decided_and_why_and_never_who(
    author: Seat, moderator: Seat, role: str
) -> None:
    held = make_assumption(author, statement="Wells could dry.", state=State.HELD)
    reader = make_seat(author.workshop, role)
    assert "Nothing was decided yet" in look(reader, "decisions")

    moderation.decide(
        held, version=1, action=Action.RETURN, reason="says_will", note="Secret", by=moderator
    )

    page = look(reader, "decisions")
    assert "Return" in page
    assert "It says what will happen, not what could." in page
    for hidden in (author.pseudonym, moderator.pseudonym, "Wells could dry.", "Secret"):
        assert hidden not in page


def test_whoever_proposes_is_shown_the_hints_and_it_is_in_all_the_same(author: Seat) -> None:
    client = Client()
    assert author.participant is not None
    client.force_login(author.participant)
    said = {"statement": "Prices will fall.", "nature": "fact", "language": "en"}
    url = reverse("scenarios:propose", args=[author.workshop.slug])

    page = client.post(url, said | {"client_key": str(uuid.uuid4())}, follow=True)

    assert "Says what will happen? “will”" in page.content.decode()
    assert Contribution.objects.get().state == State.PUBLISHED
