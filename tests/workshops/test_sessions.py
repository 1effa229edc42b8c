import uuid
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from participants import post
from participants.models import Delivery, KeptMail, Participant
from tests.factories import make_person, make_seat, make_session, make_workshop
from tests.workshops.conftest import SignIn
from tests.workshops.test_pages import queries
from workshops import calendars, reminders
from workshops.actions import sessions as actions
from workshops.actions.sessions import Item
from workshops.asks import asked_of
from workshops.models import Role, Seat, Session, Workshop
from workshops.permissions import abilities, open_stage

pytestmark = pytest.mark.django_db


def url(name: str, workshop: Workshop, *more: int) -> str:
    return reverse(f"workshops:{name}", args=[workshop.slug, *more])


def posted(**more: Any) -> dict[str, Any]:
    return {
        "title": "First meeting",
        "starts_at": "2099-01-02T10:00",
        "stage": "",
        "agenda": "15 Welcome\n\n 40  What has changed ",
        "client_key": str(uuid.uuid4()),
    } | more


@pytest.fixture
def workshop() -> Workshop:
    return make_workshop()


@pytest.fixture
def host(workshop: Workshop) -> Seat:
    person = make_person(time_zone="Asia/Kathmandu")
    return make_seat(workshop, Role.FACILITATOR, participant=person)


# --- the schedule -----------------------------------------------------------------------------


def test_a_session_is_planned_by_the_hosts_own_clock(as_seat: SignIn, host: Seat) -> None:
    answer = as_seat(host).post(url("new_session", host.workshop), posted())

    session = Session.objects.get()
    assert answer["Location"] == url("session", host.workshop, session.pk)
    assert session.starts_at == datetime(2099, 1, 2, 4, 15, tzinfo=UTC)
    agenda = session.agenda.values_list("minutes", "title")
    assert list(agenda) == [(15, "Welcome"), (40, "What has changed")]
    page = as_seat(make_seat(host.workshop, Role.OBSERVER)).get(url("sessions", host.workshop))
    assert "First meeting" in page.content.decode()


def test_pressing_twice_plans_one(as_seat: SignIn, host: Seat) -> None:
    once = posted()
    for _twice in range(2):
        as_seat(host).post(url("new_session", host.workshop), once)

    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "a\x00b"},
        {"starts_at": "2001-01-01T10:00"},
        {"starts_at": "9999-12-31T23:59"},
        {"starts_at": "soon"},
        {"stage": "9" * 30},
        {"agenda": "Welcome"},
        {"agenda": "0 Welcome"},
        {"agenda": "999 Welcome"},
        {"agenda": "10 " + "x" * 121},
        {"agenda": "\n".join(["5 Talk"] * 31)},
        {"agenda": ""},
        {"client_key": "x"},
    ],
)
def test_what_cannot_be_planned_gets_a_sentence(
    as_seat: SignIn, host: Seat, wrong: dict[str, str]
) -> None:
    answer = as_seat(host).post(url("new_session", host.workshop), posted(**wrong))

    assert answer.status_code == 422
    assert not Session.objects.exists()


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.MODERATOR, Role.OBSERVER, Role.CONVENOR])
def test_nobody_else_plans_changes_or_calls_off(as_seat: SignIn, host: Seat, role: str) -> None:
    session = make_session(host.workshop)
    client = as_seat(make_seat(host.workshop, role))

    answers = [
        client.post(url("new_session", host.workshop), posted()),
        client.post(url("edit_session", host.workshop, session.pk), posted()),
        client.post(url("call_off_session", host.workshop, session.pk)),
        client.post(url("cockpit", host.workshop, session.pk), {}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    session.refresh_from_db()
    assert (session.cancelled_at, session.revision) == (None, 0)


def test_a_session_is_changed_until_it_begins(as_seat: SignIn, host: Seat) -> None:
    session = make_session(host.workshop)
    change = url("edit_session", host.workshop, session.pk)

    as_seat(host).post(change, posted(title="Moved", agenda="5 Talk"))

    session.refresh_from_db()
    assert (session.title, session.revision, session.minutes) == ("Moved", 1, 5)
    Session.objects.update(begun_at=timezone.now())
    assert as_seat(host).post(change, posted(title="Late")).status_code == 422
    with pytest.raises(ValidationError):
        actions.call_off(session, by=host)


def test_a_session_that_is_called_off_stays_in_sight(as_seat: SignIn, host: Seat) -> None:
    session = make_session(host.workshop, title="First meeting")

    as_seat(host).post(url("call_off_session", host.workshop, session.pk))

    page = as_seat(make_seat(host.workshop)).get(url("sessions", host.workshop)).content.decode()
    assert "First meeting" in page
    assert "called off" in page


def test_another_workshops_session_is_not_there(as_seat: SignIn, host: Seat) -> None:
    theirs = make_session(make_workshop())
    client = as_seat(host)

    names = ("session", "session_act", "session_notes", "cockpit", "edit_session")
    answers = {client.post(url(name, host.workshop, theirs.pk)).status_code for name in names[1:]}
    answers |= {client.get(url(names[0], host.workshop, theirs.pk)).status_code}
    answers |= {client.get(url("session_calendar", host.workshop, theirs.pk)).status_code}

    assert answers == {404}


def test_a_long_schedule_costs_no_more_queries(as_seat: SignIn, host: Seat) -> None:
    client = as_seat(host)
    for hours in (3, -50):
        make_session(host.workshop, starts_at=timezone.now() + timedelta(hours=hours))
    few = queries(lambda: client.get(url("sessions", host.workshop)))
    for hours in (1, 2, -30, -40):
        make_session(host.workshop, starts_at=timezone.now() + timedelta(hours=hours))

    assert queries(lambda: client.get(url("sessions", host.workshop))) == few


def test_the_next_session_is_asked_of_those_who_meet(host: Seat) -> None:
    workshop = host.workshop
    make_session(workshop, title="Soon", starts_at=timezone.now() + timedelta(days=3))
    make_session(workshop, title="Far", starts_at=timezone.now() + timedelta(days=20))
    live = make_session(workshop, title="Now", begun_at=timezone.now())

    def asked(seat: Seat) -> list[str]:
        asks = asked_of(seat, abilities(seat), open_stage(workshop))
        return [ask.title for ask in asks if "/sessions/" in ask.url]

    assert asked(make_seat(workshop)) == ["“Now” is going on", "“Soon”, in 3 days"]
    assert asked(make_seat(workshop, Role.OBSERVER)) == []
    Session.objects.filter(pk=live.pk).update(ended_at=timezone.now())
    assert asked(host) == ["“Soon”, in 3 days"]


# --- calendar files ---------------------------------------------------------------------------


def test_a_calendar_file_is_in_its_readers_own_zone(as_seat: SignIn, host: Seat) -> None:
    session = actions.schedule(
        title="Réunion; première, 1",
        starts_at=datetime(2099, 7, 2, 4, 15, tzinfo=UTC),
        stage=None,
        agenda=[Item(15, "Welcome"), Item(30, "Talk")],
        client_key=uuid.uuid4(),
        by=host,
    )

    answer = as_seat(host).get(url("session_calendar", host.workshop, session.pk))

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content.decode())
    event = next(iter(calendar.walk("VEVENT")))
    assert event["dtstart"].params["TZID"] == "Asia/Kathmandu"
    assert event["dtstart"].dt.isoformat() == "2099-07-02T10:00:00+05:45"
    assert (event["dtend"].dt - event["dtstart"].dt) == timedelta(minutes=45)
    assert str(event["summary"]) == "Réunion; première, 1"
    assert [zone["tzid"] for zone in calendar.walk("VTIMEZONE")] == ["Asia/Kathmandu"]


def test_neutral_readers_get_a_neutral_entry_and_a_call_off_says_so(host: Seat) -> None:
    session = make_session(host.workshop, title="The dam", cancelled_at=timezone.now())
    reader = make_person(mail=Participant.Mail.NEUTRAL)

    said = calendars.calendar_file(session, reader).decode()

    assert "The dam" not in said
    assert host.workshop.slug not in said
    assert "STATUS:CANCELLED" in said


# --- reminders --------------------------------------------------------------------------------


def test_everyone_is_reminded_a_day_and_an_hour_before_and_once_each(host: Seat) -> None:
    start = timezone.now() + timedelta(days=3)
    make_session(host.workshop, title="First meeting", starts_at=start)
    make_seat(host.workshop, Role.OBSERVER)
    make_seat(host.workshop, participant=None, pseudonym="", state=Seat.State.PREPARED)

    queued = [
        reminders.queue_due(start - before)
        for before in (
            timedelta(days=2),
            timedelta(hours=23),
            timedelta(hours=22),
            timedelta(minutes=50),
            timedelta(minutes=10),
            -timedelta(minutes=1),
        )
    ]

    assert queued == [0, 2, 0, 2, 0, 0]


def test_a_reminder_says_when_by_the_readers_clock(host: Seat) -> None:
    start = timezone.now().replace(microsecond=0) + timedelta(hours=20)
    make_session(host.workshop, title="First meeting", starts_at=start)
    reminders.queue_due()

    post.sweep()

    mail = message_from_bytes(bytes(KeptMail.objects.get().raw), policy=default)
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    local = start + timedelta(hours=5, minutes=45)
    assert "Asia/Kathmandu" in text
    assert local.strftime("%H:%M") in text


@pytest.mark.parametrize("became", ["moved", "called off", "begun", "left"])
def test_a_reminder_that_no_longer_holds_is_not_sent(host: Seat, became: str) -> None:
    session = make_session(host.workshop, starts_at=timezone.now() + timedelta(hours=20))
    reminders.queue_due()
    match became:
        case "moved":
            Session.objects.update(starts_at=session.starts_at + timedelta(days=2))
        case "called off":
            Session.objects.update(cancelled_at=timezone.now())
        case "begun":
            Session.objects.update(begun_at=timezone.now())
        case _:
            Seat.objects.update(state=Seat.State.LEFT)

    post.sweep()

    assert Delivery.objects.get().state == Delivery.State.SKIPPED
