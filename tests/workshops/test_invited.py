import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from participants import post
from participants.mailbox import open_mail
from participants.models import Delivery, KeptMail, Participant, Refusal
from participants.unsubscribing import hash_address
from tests.factories import make_invitation, make_person, make_seat, make_workshop
from tests.workshops.conftest import SignIn
from workshops import tokens
from workshops.actions import invitations, invited
from workshops.invited import Show, Step, listed, opted_out, reach
from workshops.models import AuditEntry, Invitation, Role, Seat, StageKind, Workshop

pytestmark = pytest.mark.django_db
State = Invitation.State


@pytest.fixture
def workshop() -> Workshop:
    return make_workshop(StageKind.CONVENING)


@pytest.fixture
def facilitator(workshop: Workshop) -> Seat:
    return make_seat(workshop, Role.FACILITATOR)


def offer(workshop: Workshop, address: str = "ana@example.org", **facts: Any) -> Invitation:
    """An offer in some state, sent two days ago."""
    seat = make_seat(
        workshop, participant=None, pseudonym="", state=Seat.State.OFFERED, taken_at=None
    )
    values = {"state": State.SENT, "sent_at": timezone.now() - timedelta(days=2)} | facts
    return make_invitation(seat, address=address, **values)


def prepared(workshop: Workshop, facilitator: Seat, address: str = "") -> Invitation:
    """A real offer, with a token that works."""
    seat = make_seat(
        workshop, participant=None, pseudonym="", state=Seat.State.PREPARED, taken_at=None
    )
    key = uuid.uuid4()
    return invitations.invite(seat, address=address, language="en", client_key=key, by=facilitator)


def url(workshop: Workshop, name: str = "invited") -> str:
    return reverse(f"workshops:{name}", args=[workshop.slug])


def test_each_seat_stands_in_the_list_with_its_last_invitation_and_where_that_stands(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    lapsed = timezone.now() - timedelta(days=1)
    made = {state: offer(workshop, f"{state}@example.org", state=state) for state in State}
    late = offer(workshop, "late@example.org", expires_at=lapsed)
    make_invitation(late.seat, address="", state=State.DECLINED, answered_at=lapsed)
    make_invitation(make_seat(make_workshop()), address="else@example.org", state=State.SENT)

    page = as_seat(facilitator).get(url(workshop)).content.decode()

    assert all(f"{state}@example.org" in page for state in made)
    assert "late@example.org" not in page
    assert "else@example.org" not in page
    shown = {show: set(listed(workshop, show).values_list("state", flat=True)) for show in Show}
    assert shown[Show.WAITING] == {State.QUEUED, State.SENT, State.OPENED}
    assert shown[Show.LOST] == {State.BOUNCED, State.SKIPPED}
    assert [shown[show] for show in (Show.EXPIRED, Show.ACCEPTED, Show.DECLINED, Show.REVOKED)] == [
        {State.EXPIRED},
        {State.ACCEPTED},
        {State.DECLINED},
        {State.REVOKED},
    ]


def test_the_list_costs_the_same_however_long(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    client = as_seat(facilitator)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url(workshop), {"show": "waiting"}).status_code == 200
        return len(queries)

    offer(workshop)
    few = cost()
    for _more in range(5):
        offer(workshop)

    assert cost() == few


@pytest.mark.parametrize("show", ["", "x\x00", "9" * 40])
def test_an_unknown_filter_shows_all(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat, show: str
) -> None:
    assert as_seat(facilitator).get(url(workshop), {"show": show}).status_code == 200


def test_the_page_before_a_reminder_says_who_is_reached_and_why_others_are_not(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    now = timezone.now()
    reached = [
        offer(workshop, "sent@example.org"),
        offer(workshop, "begun@example.org", state=State.OPENED),
    ]
    left = [
        offer(workshop, "", state=State.ACCEPTED),
        offer(workshop, "", state=State.DECLINED),
        offer(workshop, "late@example.org", expires_at=now),
        offer(workshop, "twice@example.org", reminders=2),
        offer(workshop, "today@example.org", reminders=1, reminded_at=now),
        offer(workshop, "queued@example.org", state=State.QUEUED),
        offer(workshop, "gone@example.org", state=State.BOUNCED),
        offer(workshop, ""),
        offer(workshop, "stop@example.org"),
    ]
    Refusal.objects.create(stream="invitations", address_hash=hash_address("stop@example.org"))
    chosen: Any = [one.pk for one in reached + left]
    client = as_seat(facilitator)

    found = reach(workshop, Step.REMIND, chosen)
    page = client.get(url(workshop, "invited_step"), {"step": ["remind"], "chosen": chosen})
    client.post(url(workshop, "invited_step"), {"step": "remind", "chosen": chosen})

    assert set(found.reached) == set(reached)
    assert {one.pk for one, why in found.left_out if why} == {one.pk for one in left}
    assert page.status_code == 200
    assert sorted(Delivery.objects.values_list("address", flat=True)) == [
        "begun@example.org",
        "sent@example.org",
    ]
    assert AuditEntry.objects.get().facts == {"what": "reminded", "count": 2}


def test_pressing_twice_reminds_once_and_a_third_time_never(
    workshop: Workshop, facilitator: Seat
) -> None:
    waiting = offer(workshop)
    reached = []
    for _day in range(4):
        reached.append(invited.take(Step.REMIND, [waiting.pk], by=facilitator))
        assert invited.take(Step.REMIND, [waiting.pk], by=facilitator) == 0
        Invitation.objects.update(reminded_at=timezone.now() - timedelta(days=2))

    assert reached == [1, 1, 0, 0]
    assert Delivery.objects.count() == 2


def test_a_reminder_is_the_same_link_once_more_and_an_answer_keeps_it_back(
    workshop: Workshop, facilitator: Seat, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "participants.mailbox.KeepBackend"
    settings.EMBEDDED = True
    made = [prepared(workshop, facilitator, f"{name}@example.org") for name in ("ana", "ben")]
    post.sweep()
    KeptMail.objects.all().delete()
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=2))
    assert invited.take(Step.REMIND, [one.pk for one in made], by=facilitator) == 2
    invitations.decline(tokens.token_of(made[0].nonce))

    post.sweep()

    mail = KeptMail.objects.get()
    assert mail.address == made[1].address
    text = open_mail(bytes(mail.raw)).text
    assert tokens.token_of(made[1].nonce) in text
    assert "still kept for you" in text


def test_sending_anew_and_taking_back_in_bulk(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    lost, held = offer(workshop, state=State.BOUNCED, neutral=True, language="ar"), offer(workshop)
    client = as_seat(facilitator)

    client.post(url(workshop, "invited_step"), {"step": "resend", "chosen": [lost.pk]})
    client.post(url(workshop, "invited_step"), {"step": "revoke", "chosen": [held.pk]})

    lost.refresh_from_db()
    held.refresh_from_db()
    anew = lost.seat.invitations.first()
    assert anew is not None
    assert (anew.state, anew.address, anew.language, anew.neutral) == (
        State.QUEUED,
        "ana@example.org",
        "ar",
        True,
    )
    assert [lost.state, held.state, held.address] == [State.REVOKED, State.REVOKED, ""]
    assert held.ended_at is not None
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"step": "remind"},
        {"step": "burn", "chosen": ["1"]},
        {"step": "remind", "chosen": ["x"]},
        {"step": "remind", "chosen": ["\u0663"]},
        {"step": "remind", "chosen": ["1\x00"]},
        {"step": "remind", "chosen": ["9" * 40]},
        {"step": "remind", "chosen": ["1"] * 501},
    ],
)
def test_a_step_that_cannot_be_gets_a_sentence(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat, wrong: dict[str, Any]
) -> None:
    answer = as_seat(facilitator).post(url(workshop, "invited_step"), wrong)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_another_workshops_invitations_are_out_of_reach(
    workshop: Workshop, facilitator: Seat
) -> None:
    theirs = offer(make_workshop(StageKind.CONVENING))

    assert [invited.take(step, [theirs.pk], by=facilitator) for step in Step] == [0, 0, 0]


def test_after_the_texts_are_written_offers_are_only_taken_back(as_seat: SignIn) -> None:
    workshop = make_workshop(StageKind.CONSENT)
    client, held = as_seat(make_seat(workshop, Role.FACILITATOR)), offer(workshop)
    to = url(workshop, "invited_step")

    answers = [
        client.post(to, {"step": step, "chosen": [held.pk]}).status_code
        for step in ("remind", "resend", "revoke")
    ]

    assert answers == [403, 403, 302]


def test_a_reader_who_wants_no_mail_shows_as_not_written_to_and_the_code_still_works(
    workshop: Workshop, facilitator: Seat
) -> None:
    make_person("quiet@example.org", mail=Participant.Mail.NONE)
    made = prepared(workshop, facilitator, "quiet@example.org")

    post.sweep()

    made.refresh_from_db()
    assert made.state == State.SKIPPED
    assert made.ended_at is not None
    assert Invitation.objects.acceptable().get() == made


def test_one_answer_covers_every_reason_to_want_no_mail() -> None:
    make_person("quiet@example.org", mail=Participant.Mail.NONE)
    make_person("closed@example.org", is_active=False)
    person = make_person("known@example.org")
    Refusal.objects.create(stream="invitations", participant=person)
    Refusal.objects.create(stream="invitations", address_hash=hash_address("new@example.org"))
    make_person("glad@example.org")
    asked = ["Quiet@example.org", "closed@example.org", "known@example.org", "new@example.org"]

    assert opted_out([*asked, "glad@example.org"]) == {address.lower() for address in asked}


def test_looking_leaves_no_trace_and_typing_the_code_does(
    workshop: Workshop, facilitator: Seat
) -> None:
    made = prepared(workshop, facilitator)
    token = tokens.token_of(made.nonce)

    for _scanner in range(3):
        Client().get(reverse("workshops:invitation", args=[token]))
        Client().head(reverse("workshops:invitation", args=[token]))
    made.refresh_from_db()
    assert made.state == State.SENT
    Client().post(reverse("workshops:invitations"), {"code": token})

    made.refresh_from_db()
    assert made.state == State.OPENED
    assert made.opened_at is not None


@pytest.mark.parametrize(("how", "to"), [("new", "account_signup"), ("known", "account_login")])
def test_setting_out_for_an_account_notes_that_an_answer_was_begun(
    workshop: Workshop, facilitator: Seat, how: str, to: str
) -> None:
    made = prepared(workshop, facilitator)
    token = tokens.token_of(made.nonce)

    answer = Client().post(reverse("workshops:begin", args=[token]), {"how": how})

    back = quote(reverse("workshops:invitation", args=[token]), safe="")
    assert answer["Location"].split("?") == [reverse(to), f"next={back}"]
    made.refresh_from_db()
    assert made.state == State.OPENED
