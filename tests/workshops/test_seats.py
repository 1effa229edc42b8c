import uuid
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_constituency, make_invitation, make_seat, make_workshop
from tests.workshops.conftest import SignIn
from workshops import events, seating
from workshops.actions import seats as actions
from workshops.models import Contribution, GlossaryTerm, Invitation, Role, Seat, StageKind, Workshop

pytestmark = pytest.mark.django_db
State = Seat.State


@pytest.fixture
def workshop() -> Workshop:
    return make_workshop(StageKind.CONVENING)


@pytest.fixture
def facilitator(workshop: Workshop) -> Seat:
    return make_seat(workshop, Role.FACILITATOR)


def url(name: str, workshop: Workshop, *more: int) -> str:
    return reverse(f"workshops:{name}", args=[workshop.slug, *more])


def empty_seat(workshop: Workshop, state: str = State.PREPARED, **facts: Any) -> Seat:
    return make_seat(workshop, participant=None, pseudonym="", state=state, taken_at=None, **facts)


def adding(workshop: Workshop, **more: Any) -> dict[str, Any]:
    return {
        "role": Role.OBSERVER,
        "constituency": "",
        "count": 1,
        "seen": workshop.seats.count(),
    } | more


def test_seats_are_added_for_a_side(as_seat: SignIn, workshop: Workshop, facilitator: Seat) -> None:
    side = make_constituency(workshop)

    answer = as_seat(facilitator).post(
        url("add_seats", workshop),
        adding(workshop, role=Role.PARTICIPANT, constituency=side.pk, count=3),
    )

    assert answer["Location"] == url("seats", workshop)
    added = Seat.objects.exclude(pk=facilitator.pk).values_list("role", "constituency", "state")
    assert list(added) == [(Role.PARTICIPANT, side.pk, State.PREPARED)] * 3


def test_a_single_added_seat_leads_to_its_own_page(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    answer = as_seat(facilitator).post(url("add_seats", workshop), adding(workshop))

    added = Seat.objects.exclude(pk=facilitator.pk).get()
    assert answer["Location"] == url("seat", workshop, added.pk)


def test_adding_seats_twice_from_one_page_adds_once(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    client = as_seat(facilitator)
    posted = adding(workshop, count=2)

    client.post(url("add_seats", workshop), posted)
    again = client.post(url("add_seats", workshop), posted)

    assert again.status_code == 409
    assert "in the meantime" in again.content.decode()
    assert Seat.objects.count() == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "king"},
        {"role": Role.PARTICIPANT},
        {"constituency": "9" * 25},
        {"constituency": "a\x00"},
        {"count": 0},
        {"count": 31},
        {"count": "many"},
        {"seen": ""},
    ],
)
def test_seats_that_cannot_be_get_a_sentence(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat, wrong: dict[str, Any]
) -> None:
    answer = as_seat(facilitator).post(url("add_seats", workshop), adding(workshop, **wrong))

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert Seat.objects.count() == 1


def test_another_workshops_side_gets_no_seat_here(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    theirs = make_constituency(make_workshop())

    answer = as_seat(facilitator).post(
        url("add_seats", workshop), adding(workshop, constituency=theirs.pk)
    )

    assert answer.status_code == 422
    with pytest.raises(PermissionDenied):
        actions.add_seats(role=Role.OBSERVER, constituency=theirs, count=1, seen=1, by=facilitator)
    assert Seat.objects.count() == 1


def test_a_workshop_has_an_end_of_seats(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    with patch.object(actions, "MOST_SEATS", 2):
        answer = as_seat(facilitator).post(url("add_seats", workshop), adding(workshop, count=2))

    assert answer.status_code == 409
    assert Seat.objects.count() == 1


def side(**more: str) -> dict[str, str]:
    return {"name": "Fishers", "label": "", "least_seats": "2", "required": "on"} | more


def test_a_side_is_added_at_the_end(as_seat: SignIn, workshop: Workshop, facilitator: Seat) -> None:
    make_constituency(workshop, position=4)

    answer = as_seat(facilitator).post(url("add_side", workshop), side())

    assert answer["Location"] == url("seats", workshop)
    added = workshop.constituencies.get(name="Fishers")
    assert (added.position, added.least_seats, added.required) == (5, 2, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 81},
        {"name": "a\x00b"},
        {"least_seats": "-1"},
        {"name": "farmers"},
    ],
)
def test_a_side_that_cannot_be_gets_a_sentence(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat, wrong: dict[str, str]
) -> None:
    make_constituency(workshop, name="Farmers")

    answer = as_seat(facilitator).post(url("add_side", workshop), side(**wrong))

    assert answer.status_code == 422
    assert workshop.constituencies.count() == 1


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.MODERATOR, Role.OBSERVER, Role.CONVENOR])
def test_nobody_else_changes_the_seats(as_seat: SignIn, workshop: Workshop, role: str) -> None:
    client = as_seat(make_seat(workshop, role))
    other = empty_seat(workshop)

    answers = [
        client.post(url("add_seats", workshop), adding(workshop)),
        client.post(url("add_side", workshop), side()),
        client.get(url("seat", workshop, other.pk)),
        client.post(url("seat", workshop, other.pk), {}),
        client.post(url("make_code", workshop, other.pk), {}),
        client.post(url("revoke", workshop, other.pk)),
        client.get(url("card", workshop, other.pk)),
        client.post(url("remove_seat", workshop, other.pk)),
    ]

    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert Seat.objects.count() == 2
    other.refresh_from_db()
    assert other.state == State.PREPARED


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.FACILITATOR, 200),
        (Role.CONVENOR, 200),
        (Role.PARTICIPANT, 403),
        (Role.MODERATOR, 403),
        (Role.OBSERVER, 403),
    ],
)
def test_the_plan_is_read_by_those_who_convene(
    as_seat: SignIn, workshop: Workshop, role: str, status: int
) -> None:
    assert as_seat(make_seat(workshop, role)).get(url("seats", workshop)).status_code == status


def test_the_plan_says_what_is_taken_offered_and_missing(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    table = make_constituency(workshop, name="Farmers", least_seats=4)
    make_seat(workshop, constituency=table, pseudonym="Plover")
    make_invitation(
        empty_seat(workshop, State.OFFERED, constituency=table), address="a@example.org"
    )
    empty_seat(workshop, State.REMOVED, constituency=table)

    page = as_seat(make_seat(workshop, Role.CONVENOR)).get(url("seats", workshop)).content.decode()

    assert "1 seat taken, 1 offered, <strong>3 missing</strong>" in page
    assert "Plover" in as_seat(facilitator).get(url("seats", workshop)).content.decode()
    assert "a@example.org" not in page


def test_the_address_is_shown_to_facilitators_on_the_offer_only(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    seat = empty_seat(workshop, State.OFFERED)
    make_invitation(seat, address="a@example.org")
    client = as_seat(facilitator)

    assert "a@example.org" in client.get(url("seat", workshop, seat.pk)).content.decode()
    assert "a@example.org" not in client.get(url("seats", workshop)).content.decode()


def test_the_plan_takes_the_same_number_of_queries_for_one_seat_and_thirty(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    client = as_seat(facilitator)

    def fill(tables: int) -> int:
        for _ in range(tables):
            table = make_constituency(workshop)
            make_seat(workshop, constituency=table)
            make_invitation(empty_seat(workshop, State.OFFERED, constituency=table))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url("seats", workshop)).status_code == 200
        return len(asked)

    assert fill(1) == fill(15)


def test_a_removed_seat_is_closed_at_once_and_forgets_who_sat_there(
    as_seat: SignIn,
    workshop: Workshop,
    facilitator: Seat,
    django_capture_on_commit_callbacks: Any,
) -> None:
    seat = make_seat(workshop)
    theirs = as_seat(seat)
    said = GlossaryTerm.objects.create(
        seat=seat,
        kind=Contribution.Kind.TERM,
        client_key=uuid.uuid4(),
        term="Delta",
        definition="x",
    )

    with patch.object(events, "send") as send, django_capture_on_commit_callbacks(execute=True):
        answer = as_seat(facilitator).post(url("remove_seat", workshop, seat.pk))

    assert answer["Location"] == url("seats", workshop)
    send.assert_called_once_with(
        events.group(workshop.pk), {"type": "access.changed", "seat": seat.pk}
    )
    name = seat.pseudonym
    seat.refresh_from_db()
    assert (seat.state, seat.participant, seat.pseudonym) == (State.REMOVED, None, name)
    assert theirs.get(workshop.get_absolute_url()).status_code == 404
    said.refresh_from_db()
    assert said.seat == seat


def test_removing_a_seat_ends_its_offer(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    seat = empty_seat(workshop, State.OFFERED)
    offer = make_invitation(seat, address="a@example.org")

    as_seat(facilitator).post(url("remove_seat", workshop, seat.pk))

    offer.refresh_from_db()
    assert (offer.state, offer.address) == (Invitation.State.REVOKED, "")


def test_looking_at_the_removal_removes_nothing(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    seat = make_seat(workshop)

    assert as_seat(facilitator).get(url("remove_seat", workshop, seat.pk)).status_code == 200
    seat.refresh_from_db()
    assert seat.state == State.TAKEN


def test_seats_are_taken_away_in_every_stage(as_seat: SignIn) -> None:
    workshop = make_workshop(StageKind.CONSENT)
    seat = make_seat(workshop)

    as_seat(make_seat(workshop, Role.FACILITATOR)).post(url("remove_seat", workshop, seat.pk))

    seat.refresh_from_db()
    assert seat.state == State.REMOVED


def test_nobody_removes_their_own_seat(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    answer = as_seat(facilitator).post(url("remove_seat", workshop, facilitator.pk))

    assert answer.status_code == 409
    facilitator.refresh_from_db()
    assert facilitator.state == State.TAKEN


@pytest.mark.parametrize("name", ["seat", "card", "remove_seat"])
def test_another_workshops_seat_is_not_there(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat, name: str
) -> None:
    theirs = make_seat(make_workshop(StageKind.CONVENING))
    client = as_seat(facilitator)

    found = client.get(url(name, workshop, theirs.pk))
    nowhere = client.get(url(name, workshop, 10**19))

    assert found.status_code == nowhere.status_code == 404
    assert found.content == nowhere.content
    assert client.post(url("remove_seat", workshop, theirs.pk)).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == State.TAKEN


def test_leaving_unlinks_the_person_at_once(
    as_seat: SignIn, workshop: Workshop, django_capture_on_commit_callbacks: Any
) -> None:
    seat = make_seat(workshop)
    client = as_seat(seat)

    assert client.get(url("leave", workshop)).status_code == 200
    with patch.object(events, "send") as send, django_capture_on_commit_callbacks(execute=True):
        answer = client.post(url("leave", workshop))

    assert answer["Location"] == reverse("home")
    send.assert_called_once()
    seat.refresh_from_db()
    assert (seat.state, seat.participant) == (State.LEFT, None)
    assert client.post(url("leave", workshop)).status_code == 404


def test_the_only_facilitator_stays(as_seat: SignIn, workshop: Workshop, facilitator: Seat) -> None:
    answer = as_seat(facilitator).post(url("leave", workshop))

    assert answer.status_code == 409
    assert "only facilitator" in answer.content.decode()
    facilitator.refresh_from_db()
    assert facilitator.state == State.TAKEN


def test_one_of_two_facilitators_may_leave(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    make_seat(workshop, Role.FACILITATOR)

    assert as_seat(facilitator).post(url("leave", workshop)).status_code == 302


def test_a_visitor_is_asked_to_sign_in(workshop: Workshop) -> None:
    for name in ("seats", "leave"):
        assert Client().get(url(name, workshop)).status_code == 302


# --- the picture of the table -----------------------------------------------------------------


def test_the_table_shows_chairs_taken_offered_empty_and_still_to_be_added() -> None:
    workshop = make_workshop(StageKind.CONVENING)
    villages = make_constituency(workshop, least_seats=5)
    guests = make_constituency(workshop, least_seats=1)
    make_seat(workshop, constituency=villages)
    for state in (Seat.State.PREPARED, Seat.State.OFFERED):
        empty = empty_seat(workshop, state=state, constituency=villages)
    make_invitation(empty)
    make_seat(workshop, Role.FACILITATOR)

    drawn = seating.picture(seating.plan(workshop))

    assert [[chair.state for chair in group.chairs] for group in drawn] == [
        ["taken", "offered", "empty", "lacking", "lacking"],
        ["lacking"],
    ]
    assert guests.least_seats == 1
    places = [(chair.x, chair.y) for group in drawn for chair in group.chairs]
    assert len(set(places)) == len(places)
    assert all(0 < x < seating.WIDTH and 0 < y < seating.HEIGHT for x, y in places)


@pytest.mark.parametrize("attribution", Workshop.Attribution.values)
def test_the_plan_names_nobody_to_a_convenor_unless_all_go_by_their_names(
    as_seat: SignIn, attribution: str
) -> None:
    workshop = make_workshop(StageKind.CONVENING, attribution=attribution)
    make_seat(workshop, constituency=make_constituency(workshop), pseudonym="Kestrel")
    convenor = make_seat(workshop, Role.CONVENOR, pseudonym="Olive")
    facilitator = make_seat(workshop, Role.FACILITATOR)
    url = reverse("workshops:seats", args=[workshop.slug])

    read = as_seat(convenor).get(url).content.decode()

    assert ("Kestrel" in read) == (attribution == Workshop.Attribution.NAMED)
    assert 'fill="currentColor"' in read
    assert "Kestrel" in as_seat(facilitator).get(url).content.decode()


def test_a_workshop_without_sides_has_no_table(as_seat: SignIn) -> None:
    workshop = make_workshop(StageKind.CONVENING)
    facilitator = make_seat(workshop, Role.FACILITATOR)

    page = as_seat(facilitator).get(reverse("workshops:seats", args=[workshop.slug]))

    assert "table-says" not in page.content.decode()


# --- another role --------------------------------------------------------------------------


def test_a_seat_gets_another_role_and_open_pages_hear_of_it(
    as_seat: SignIn,
    workshop: Workshop,
    facilitator: Seat,
    django_capture_on_commit_callbacks: Any,
) -> None:
    seat = make_seat(workshop, Role.OBSERVER)

    with (
        patch.object(events, "send") as told,
        django_capture_on_commit_callbacks(execute=True),
    ):
        answer = as_seat(facilitator).post(
            url("change_role", workshop, seat.pk), {"role": Role.MODERATOR}
        )

    assert answer["Location"] == url("seat", workshop, seat.pk)
    seat.refresh_from_db()
    assert seat.role == Role.MODERATOR
    assert told.call_args.args[1] == {"type": "access.changed", "seat": seat.pk}
    written = workshop.audit_entries.get().facts
    assert (written["what"], written["before"], written["role"]) == (
        "role",
        "observer",
        "moderator",
    )


def test_some_roles_are_not_a_facilitators_to_give_or_take(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    client = as_seat(facilitator)
    observer, convenor = make_seat(workshop, Role.OBSERVER), make_seat(workshop, Role.CONVENOR)

    def give(seat: Seat, role: str) -> int:
        return client.post(url("change_role", workshop, seat.pk), {"role": role}).status_code

    assert give(observer, Role.CONVENOR) == 422
    assert give(observer, "king") == 422
    assert give(convenor, Role.OBSERVER) == 409
    assert give(facilitator, Role.OBSERVER) == 409
    assert give(observer, Role.PARTICIPANT) == 409  # at no side
    assert give(empty_seat(workshop), Role.OBSERVER) == 409
    assert give(make_seat(make_workshop(), Role.OBSERVER), Role.MODERATOR) == 404
    roles = {seat.pk: seat.role for seat in workshop.seats.all()}
    assert (roles[observer.pk], roles[convenor.pk], roles[facilitator.pk]) == (
        Role.OBSERVER,
        Role.CONVENOR,
        Role.FACILITATOR,
    )
    assert not workshop.audit_entries.exists()
