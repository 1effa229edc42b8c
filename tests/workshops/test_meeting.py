"""The room of a session: the clock, hands, who is ready, polls, notes, who was heard."""

import threading
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import make_constituency, make_person, make_seat, make_session, make_workshop
from tests.workshops.conftest import SignIn
from tests.workshops.test_pages import queries
from workshops import meeting, voices
from workshops.actions import meeting as actions
from workshops.models import Attendance, PollAnswer, Role, Seat, Session, Workshop

K = 5


@pytest.fixture
def session(db: None) -> Session:
    return make_session(make_workshop(small_cell=K), starts_at=timezone.now())


@pytest.fixture
def host(session: Session) -> Seat:
    return make_seat(session.workshop, Role.FACILITATOR, pseudonym="Kestrel")


def sit(session: Session, count: int = 1) -> list[Seat]:
    """Participants who are in the room."""
    seats = [make_seat(session.workshop) for _seat in range(count)]
    for seat in seats:
        actions.arrive(session, by=seat)
    return seats


def current(session: Session) -> int | None:
    session.refresh_from_db()
    return session.item_id


def press(client: Client, session: Session, **facts: Any) -> Any:
    url = reverse("workshops:session_act", args=[session.workshop.slug, session.pk])
    return client.post(url, facts)


def read(client: Client, session: Session) -> str:
    url = reverse("workshops:session", args=[session.workshop.slug, session.pk])
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


# --- going on ---------------------------------------------------------------------------------


def test_the_host_begins_goes_on_and_ends(as_seat: SignIn, session: Session, host: Seat) -> None:
    client, first, second = as_seat(host), *session.agenda.all()

    press(client, session, act="go_on", seen="")
    assert current(session) == first.pk
    assert session.runs_out_at is not None
    assert 595 < (session.runs_out_at - timezone.now()).total_seconds() <= 600
    press(client, session, act="go_on", seen=first.pk)
    assert current(session) == second.pk
    press(client, session, act="go_on", seen=second.pk)
    assert current(session) is None
    assert session.ended_at is not None
    assert press(client, session, act="go_on", seen="").status_code == 409


def test_pressing_twice_goes_on_once(as_seat: SignIn, session: Session, host: Seat) -> None:
    client = as_seat(host)
    answers = [press(client, session, act="go_on", seen="").status_code for _twice in range(2)]

    assert answers == [302, 409]
    assert current(session) == session.agenda.get(position=1).pk


def test_without_a_host_the_room_goes_on_when_half_are_ready(
    as_seat: SignIn, session: Session
) -> None:
    first, second, third = sit(session, 3)
    client = as_seat(first)
    assert press(client, session, act="go_on", seen="").status_code == 403

    press(client, session, act="ready", seen="")
    assert press(client, session, act="go_on", seen="").status_code == 403
    assert "act-go-on" not in read(client, session)
    press(as_seat(second), session, act="ready", seen="")

    assert "act-go-on" in read(as_seat(third), session)
    assert press(as_seat(third), session, act="go_on", seen="").status_code == 302
    assert current(session) is not None
    assert not session.attendance.filter(ready=True).exists()


def test_whoever_went_away_holds_nobody_up(as_seat: SignIn, session: Session) -> None:
    first, *others = sit(session, 5)
    long_ago = timezone.now() - timedelta(minutes=5)
    Attendance.objects.filter(seat__in=others).update(seen_at=long_ago)

    press(as_seat(first), session, act="ready", seen="")

    assert meeting.is_ready(session)


def test_nobody_is_ready_in_an_empty_room(session: Session) -> None:
    assert not meeting.is_ready(session)


def test_being_ready_is_about_the_item_that_was_seen(as_seat: SignIn, session: Session) -> None:
    (seat,) = sit(session)
    actions.be_ready(session, ready=True, seen=None, by=seat)
    actions.go_on(session, seen=None, by=seat)

    answer = press(as_seat(seat), session, act="ready", seen="")

    assert answer.status_code == 409
    assert not session.attendance.filter(ready=True).exists()


def test_the_clock_stops_runs_on_and_gets_more_time(session: Session, host: Seat) -> None:
    actions.go_on(session, seen=None, by=host)
    item = current(session)

    actions.pause(session, seen=item, by=host)
    session.refresh_from_db()
    assert session.runs_out_at is None
    assert 590 < (session.left or 0) <= 600
    actions.extend(session, minutes=5, seen=item, by=host)
    session.refresh_from_db()
    assert 890 < (session.left or 0) <= 900
    actions.pause(session, seen=item, by=host)
    session.refresh_from_db()
    assert session.left is None
    Session.objects.update(runs_out_at=timezone.now() - timedelta(minutes=3))
    actions.extend(session, minutes=5, seen=item, by=host)
    more = Session.objects.get().runs_out_at
    assert more is not None
    assert 295 < (more - timezone.now()).total_seconds() <= 300


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.MODERATOR, Role.CONVENOR])
def test_only_hosts_touch_the_clock_and_the_polls(
    as_seat: SignIn, session: Session, host: Seat, role: str
) -> None:
    actions.go_on(session, seen=None, by=host)
    poll = actions.ask(
        session, question="So?", options=["a", "b"], client_key=uuid.uuid4(), by=host
    )
    item = current(session)
    before = Session.objects.values().get()
    client = as_seat(make_seat(session.workshop, role))

    answers = [
        press(client, session, act=act, seen=item, poll=poll.pk).status_code
        for act in ("pause", "extend", "close", "go_on")
    ]

    assert answers == [403] * 4
    assert Session.objects.values().get() == before


def test_an_observer_looks_on(as_seat: SignIn, session: Session, host: Seat) -> None:
    observer = make_seat(session.workshop, Role.OBSERVER)
    client = as_seat(observer)

    page = read(client, session)

    assert "Raise my hand" not in page
    assert press(client, session, act="hand").status_code == 403
    assert not Attendance.objects.filter(seat=observer).exists()


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"act": "dance"},
        {"act": "go_on", "seen": "9" * 40},
        {"act": "extend", "minutes": "-5"},
        {"act": "answer", "poll": "x\x00"},
        {"spoke": "x"},
    ],
)
def test_a_press_that_cannot_be_gets_a_sentence(
    as_seat: SignIn, session: Session, host: Seat, facts: dict[str, str]
) -> None:
    before = Session.objects.values().get()

    answer = press(as_seat(host), session, **facts)

    assert answer.status_code == 422
    assert "Use one of the buttons on this page." in answer.content.decode()
    after = Session.objects.values().get()
    assert before | {"pulse": 0} == after | {"pulse": 0}


# --- presence and hands -----------------------------------------------------------------------


def test_opening_the_page_is_being_there_by_pseudonym(as_seat: SignIn, session: Session) -> None:
    seat = make_seat(session.workshop, pseudonym="Heron")

    read(as_seat(seat), session)
    page = read(as_seat(make_seat(session.workshop, pseudonym="Plover")), session)

    assert page.count("Heron") == 1
    assert "Plover" in page


def test_long_before_it_begins_nobody_is_there(as_seat: SignIn, session: Session) -> None:
    Session.objects.update(starts_at=timezone.now() + timedelta(hours=2))

    read(as_seat(make_seat(session.workshop)), session)

    assert not Attendance.objects.exists()


def test_hands_are_heard_in_the_order_in_which_they_were_raised(
    as_seat: SignIn, session: Session, host: Seat
) -> None:
    seats = sit(session, 3)
    for seat in (seats[2], seats[0], seats[2]):
        press(as_seat(seat), session, act="hand")

    def raised() -> list[int]:
        return [one.seat_id for one in meeting.room(session, host, frozenset()).hands]

    assert raised() == [seats[2].pk, seats[0].pk]
    press(as_seat(host), session, spoke=seats[2].pk)
    assert raised() == [seats[0].pk]
    press(as_seat(seats[0]), session, act="lower")
    assert raised() == []
    spoke = Attendance.objects.exclude(spoke_at=None).values_list("seat", flat=True)
    assert list(spoke) == [seats[2].pk]


def test_only_a_host_says_that_another_has_spoken(as_seat: SignIn, session: Session) -> None:
    first, second = sit(session, 2)
    actions.raise_hand(session, up=True, by=first)

    assert press(as_seat(second), session, spoke=first.pk).status_code == 403
    assert press(as_seat(first), session, spoke=first.pk).status_code == 302
    assert press(as_seat(first), session, spoke=first.pk).status_code == 409


@pytest.mark.django_db
def test_under_the_chatham_house_rule_the_room_names_nobody(as_seat: SignIn) -> None:
    workshop = make_workshop(attribution=Workshop.Attribution.CHATHAM, small_cell=K)
    session = make_session(workshop, starts_at=timezone.now())
    heron = make_seat(workshop, pseudonym="Heron")
    actions.arrive(session, by=heron)
    actions.raise_hand(session, up=True, by=heron)
    host = make_seat(workshop, Role.FACILITATOR)

    page = read(as_seat(host), session)

    assert "Heron" not in page
    assert "Somebody" in page
    assert "fewer than 5" in page
    sit(session, 3)
    assert "5 people" in read(as_seat(host), session)


def test_a_full_room_costs_no_more_queries(as_seat: SignIn, session: Session, host: Seat) -> None:
    client = as_seat(host)
    sit(session, 2)
    for _poll in range(2):
        actions.ask(session, question="So?", options=["a", "b"], client_key=uuid.uuid4(), by=host)
    read(client, session)
    few = queries(lambda: read(client, session))
    for seat in sit(session, 6):
        actions.raise_hand(session, up=True, by=seat)

    assert queries(lambda: read(client, session)) == few


# --- polls ------------------------------------------------------------------------------------


def test_no_number_is_told_before_a_poll_closes_and_none_below_k_after(
    as_seat: SignIn, session: Session, host: Seat
) -> None:
    poll = actions.ask(
        session, question="Go on?", options=["Yes", "No"], client_key=uuid.uuid4(), by=host
    )
    for place, seat in enumerate(sit(session, 9)):
        actions.answer(session, poll_id=poll.pk, choice=0 if place < 6 else 1, by=seat)
    pages = {"host": as_seat(host), "reader": as_seat(make_seat(session.workshop))}

    early = [meeting.polls(session, seat)[0].counts for seat in Seat.objects.all()]
    for client in pages.values():
        assert "Nobody sees a number before the poll is closed." in read(client, session)
    press(pages["host"], session, act="close", poll=poll.pk)
    late = [meeting.polls(session, seat)[0].counts for seat in Seat.objects.all()]

    assert early == [[]] * len(early)
    assert {tuple((one.option, one.number) for one in counts) for counts in late} == {
        (("Yes", 6), ("No", None))
    }
    assert "fewer than 5" in read(pages["reader"], session)


def test_an_answer_is_given_once_and_to_an_open_poll(session: Session, host: Seat) -> None:
    (seat,) = sit(session)
    poll = actions.ask(
        session, question="So?", options=["a", "b"], client_key=uuid.uuid4(), by=host
    )

    actions.answer(session, poll_id=poll.pk, choice=1, by=seat)
    for choice in (0, 1):
        with pytest.raises(ValidationError, match="already"):
            actions.answer(session, poll_id=poll.pk, choice=choice, by=seat)
    with pytest.raises(ValidationError, match="Choose one"):
        actions.answer(session, poll_id=poll.pk, choice=2, by=host)
    actions.close_poll(session, poll_id=poll.pk, by=host)
    with pytest.raises(ValidationError, match="closed"):
        actions.answer(session, poll_id=poll.pk, choice=1, by=host)

    assert PollAnswer.objects.get().choice == 1


def test_going_on_closes_what_was_asked(session: Session, host: Seat) -> None:
    poll = actions.ask(
        session, question="So?", options=["a", "b"], client_key=uuid.uuid4(), by=host
    )

    actions.go_on(session, seen=None, by=host)

    poll.refresh_from_db()
    assert poll.closed_at is not None


@pytest.mark.parametrize("options", ["One", "a\na", "a\nb\nc\nd\ne\nf\ng", "", "a\x00\nb"])
def test_a_poll_needs_two_to_six_answers(
    as_seat: SignIn, session: Session, host: Seat, options: str
) -> None:
    url = reverse("workshops:cockpit", args=[session.workshop.slug, session.pk])
    form = {"question": "So?", "options": options, "client_key": str(uuid.uuid4())}

    assert as_seat(host).post(url, form).status_code == 422
    good = as_seat(host).post(url, form | {"options": "a\nb"})
    again = as_seat(host).post(url, form | {"options": "a\nb"})
    assert (good.status_code, again.status_code) == (302, 302)
    assert session.polls.count() == 1


# --- notes ------------------------------------------------------------------------------------


def test_notes_written_on_an_older_version_are_kept_beside_the_newer(
    as_seat: SignIn, session: Session
) -> None:
    first, second = sit(session, 2)
    url = reverse("workshops:session_notes", args=[session.workshop.slug, session.pk])

    as_seat(first).post(url, {"text": "The dam *holds*.", "version": 0})
    clash = as_seat(second).post(url, {"text": "Mine.", "version": 0})
    both = as_seat(second).post(url, {"text": "The dam *holds*. Mine.", "version": 1})

    assert (clash.status_code, both.status_code) == (409, 302)
    assert "The dam *holds*." in clash.content.decode()
    assert "Mine.</textarea>" in clash.content.decode()
    session.refresh_from_db()
    assert (session.notes, session.notes_version) == ("The dam *holds*. Mine.", 2)
    assert "<em>holds</em>" in read(as_seat(first), session)


@pytest.mark.parametrize("facts", [{"text": "x" * 20_001}, {"text": "a\x00b"}, {"version": "x"}])
def test_notes_that_cannot_be_kept_get_a_sentence(
    as_seat: SignIn, session: Session, facts: dict[str, str]
) -> None:
    (seat,) = sit(session)
    url = reverse("workshops:session_notes", args=[session.workshop.slug, session.pk])

    answer = as_seat(seat).post(url, {"text": "So.", "version": "0"} | facts)

    assert answer.status_code == 422
    session.refresh_from_db()
    assert session.notes == ""


# --- who was heard ----------------------------------------------------------------------------


def test_the_cockpit_counts_who_was_not_heard_and_never_below_k(
    as_seat: SignIn, session: Session, host: Seat
) -> None:
    workshop = session.workshop
    sides = [make_constituency(workshop, name=name) for name in ("Upper", "Lower")]
    seats = [make_seat(workshop, constituency=side) for side in sides for _seat in range(6)]
    url = reverse("workshops:cockpit", args=[workshop.slug, session.pk])
    for seat in seats[:5]:
        actions.raise_hand(session, up=True, by=seat)
        actions.speak(session, seat_id=seat.pk, by=seat)

    assert voices.unheard(session, session.starts_at) == [voices.Tally("", 7)]
    assert "All sides together" in as_seat(host).get(url).content.decode()
    actions.raise_hand(session, up=True, by=seats[7])
    actions.speak(session, seat_id=seats[7].pk, by=host)
    assert voices.unheard(session, session.starts_at) == [voices.Tally("", 6)]


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from("ABCD"), st.lists(st.booleans(), max_size=14), max_size=4),
    st.integers(3, 6),
)
def test_what_is_told_of_who_was_heard_leaves_no_small_group(
    heard: dict[str, list[bool]], k: int
) -> None:
    told = voices.tallies(heard, k)
    everybody = [was for were in heard.values() for was in were]
    for tally in told:
        were = heard[tally.side] if tally.side else everybody
        if tally.silent is not None:
            assert tally.silent == were.count(False)
            assert tally.silent >= k
            assert len(were) - tally.silent >= k
    assert len({bool(tally.side) for tally in told}) == 1  # never a whole beside its parts


# --- races ------------------------------------------------------------------------------------


def at_once(acts: Sequence[Callable[[], object]]) -> list[str]:
    start, outcomes = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            outcomes.append("done")
        except (ValidationError, PermissionDenied, actions.NotesChanged):
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_go_on_once_answer_once_and_overwrite_nobody() -> None:
    session = make_session(make_workshop(), starts_at=timezone.now())
    host = make_seat(session.workshop, Role.FACILITATOR)
    seats = sit(session, 4)
    for seat in seats:
        actions.be_ready(session, ready=True, seen=None, by=seat)

    went = at_once(
        [partial(actions.go_on, session, seen=None, by=seat) for seat in seats],
    )
    assert went == ["done", "refused", "refused", "refused"]
    assert current(session) == session.agenda.get(position=1).pk

    poll = actions.ask(
        session, question="So?", options=["a", "b"], client_key=uuid.uuid4(), by=host
    )
    said = at_once(
        [
            partial(actions.answer, session, poll_id=poll.pk, choice=choice, by=seats[0])
            for choice in (0, 1, 0)
        ]
    )
    assert said == ["done", "refused", "refused"]

    wrote = at_once(
        [
            partial(actions.write_notes, session, text=text, version=0, by=host)
            for text in ("one", "two", "three")
        ]
    )
    assert wrote == ["done", "refused", "refused"]


@pytest.mark.django_db
def test_a_stranger_is_told_nothing(as_seat: SignIn, session: Session) -> None:
    client = as_seat(make_person())

    assert press(client, session, act="hand").status_code == 404
