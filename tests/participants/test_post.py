import smtplib
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from participants import post
from participants.models import Delivery, Participant, Refusal
from participants.unsubscribing import Subscription, hash_address
from tests.participants.conftest import Wishes
from tests.participants.sink import HANG_UP, Sink

State = Delivery.State
pytestmark = pytest.mark.django_db


def queue(
    key: str = "news:1", kind: str = "news", address: str = "wren@example.org", **facts: Any
) -> Delivery:
    facts.setdefault("context", {"title": "Mont Fleur"})
    return post.queue(kind=kind, key=key, address=address, **facts)


def deliver_now(delivery: Delivery) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk, state=State.PENDING).update(due_at=timezone.now())
    post.deliver(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def forget_the_worker(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )


def test_a_queued_mail_reaches_its_reader(sink: Sink, wishes: Wishes) -> None:
    delivery = deliver_now(queue(language="ar"))

    assert (delivery.state, delivery.attempts, delivery.reason) == (State.SENT, 1, "")
    assert sink.recipients == [["wren@example.org"]]
    assert sink.mails[0]["Subject"] == "News of Mont Fleur"
    assert sink.mails[0]["Message-ID"] == delivery.message_id
    body = sink.mails[0].get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith("ar UTC 1 ")
    assert wishes.settled == [State.SENT]


def test_nothing_of_a_sent_mail_stays(sink: Sink, wishes: Wishes) -> None:
    delivery = deliver_now(queue())

    assert (delivery.message, delivery.address, delivery.lease) == (None, "", None)


def test_the_same_key_is_the_same_mail(sink: Sink, wishes: Wishes) -> None:
    first = queue()
    second = queue(address="other@example.org")

    assert first == second
    assert post.sweep() == 1
    assert sink.recipients == [["wren@example.org"]]


def test_a_mail_vanishes_with_the_transaction_that_wanted_it(wishes: Wishes) -> None:
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)

    assert Delivery.objects.count() == 0


def test_a_mail_is_not_sent_before_it_is_due(sink: Sink, wishes: Wishes) -> None:
    delivery = queue(due_at=timezone.now() + timedelta(hours=1))

    post.deliver(delivery.pk)

    assert post.sweep() == 0
    assert sink.raw == []


@pytest.mark.parametrize(
    "address",
    [
        "a@b,c@d.org",
        "a@b.org\nBcc: c@d.org",
        "a@b.org\r\n",
        "a\x00@b.org",
        "a@b.org\u2028",
        "Ann <a@b.org>",
        "a@",
        "@b",
        "a b@c.org",
    ],
)
def test_an_address_that_is_none_is_refused_before_a_row_is_written(
    wishes: Wishes, address: str
) -> None:
    with pytest.raises(ValidationError):
        queue(address=address)

    assert Delivery.objects.count() == 0


def test_a_title_with_line_breaks_adds_no_header(sink: Sink, wishes: Wishes) -> None:
    deliver_now(queue(context={"title": "Peace\r\nBcc: spy@example.org\r\n\r\nHello\u2028"}))

    assert sink.recipients == [["wren@example.org"]]
    assert sink.mails[0]["Bcc"] is None
    assert sink.mails[0]["Subject"] == "News of Peace Bcc: spy@example.org Hello"


def test_a_mail_about_a_workshop_carries_what_lists_carry(sink: Sink, wishes: Wishes) -> None:
    deliver_now(queue(context={"title": "T", "seat": 7}))

    mail = sink.mails[0]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<news.7.127.0.0.1>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = Subscription.of("news", "news:7", None, "wren@example.org").url
    assert (
        mail["List-Unsubscribe"].strip().split("/unsubscribe/")[0]
        == "<" + url.split("/unsubscribe/")[0]
    )


# --- what the mail server may answer ---------------------------------------------------------


def test_a_mail_that_is_put_off_goes_out_later_byte_for_byte(sink: Sink, wishes: Wishes) -> None:
    sink.answers = ["451 greylisted"]
    before = timezone.now()
    delivery = deliver_now(queue())
    assert (delivery.state, delivery.reason) == (State.PENDING, "The mail server put it off (451).")
    assert timedelta(seconds=60) <= delivery.due_at - before <= timedelta(seconds=75)
    waiting = bytes(delivery.message or b"")

    delivery = deliver_now(delivery)

    assert (delivery.state, delivery.attempts) == (State.SENT, 2)
    assert sink.raw == [waiting]
    assert wishes.rendered == 1


def test_a_mail_that_is_refused_is_not_tried_again(sink: Sink, wishes: Wishes) -> None:
    sink.answers = ["554 no"]
    delivery = deliver_now(queue())

    assert (delivery.state, delivery.reason) == (State.FAILED, "The mail server refused it (554).")
    assert (delivery.message, delivery.address) == (None, "")
    assert post.sweep() == 0
    assert wishes.settled == [State.FAILED]


def test_an_address_the_server_refuses_fails_and_its_name_is_kept_nowhere(
    sink: Sink, wishes: Wishes, caplog: pytest.LogCaptureFixture
) -> None:
    sink.rcpt_answer = "550 <wren@example.org> unknown"
    delivery = deliver_now(queue())

    assert (delivery.state, delivery.reason) == (State.FAILED, "The mail server refused it (550).")
    assert "wren" not in caplog.text


def test_a_server_that_is_away_is_tried_after_growing_pauses(
    wishes: Wishes, settings: LazySettings
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = nobody.getsockname()
        delivery = queue()
        pauses = []
        for _ in range(5):
            before = timezone.now()
            delivery = deliver_now(delivery)
            assert delivery.state == State.PENDING
            pauses.append((delivery.due_at - before) // timedelta(minutes=1))
        assert [
            pause // wait for pause, wait in zip(pauses, (1, 5, 30, 120, 720), strict=True)
        ] == [1] * 5

        delivery = deliver_now(delivery)

    assert delivery.state == State.FAILED
    assert delivery.reason == "The mail server could not be reached (ConnectionRefusedError)."


def test_a_sweep_knocks_once_where_nobody_answers(wishes: Wishes, settings: LazySettings) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = nobody.getsockname()
        for number in range(3):
            queue(f"news:{number}")

        assert post.sweep() == 1

    assert Delivery.objects.filter(attempts=0).count() == 2


def test_an_invitation_lost_after_the_final_dot_is_sent_again_identical(
    sink: Sink, wishes: Wishes
) -> None:
    sink.answers = [HANG_UP]
    delivery = deliver_now(queue())
    assert delivery.state == State.PENDING

    delivery = deliver_now(delivery)

    assert delivery.state == State.SENT
    assert len(sink.raw) == 2
    assert sink.raw[0] == sink.raw[1]


def test_a_digest_lost_after_the_final_dot_is_left_to_the_next(sink: Sink, wishes: Wishes) -> None:
    sink.answers = [HANG_UP]
    delivery = deliver_now(queue(kind="summary"))

    assert (delivery.state, delivery.reason) == (State.FAILED, post.DOUBTFUL)
    assert post.sweep() == 0
    assert len(sink.raw) == 1


# --- workers that die, and workers that meet ---------------------------------------------------


def test_what_a_lost_worker_had_leased_is_taken_up_again(sink: Sink, wishes: Wishes) -> None:
    delivery = queue()
    post._lease(delivery.pk)
    assert post.sweep() == 0
    forget_the_worker(delivery)

    assert post.sweep() == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.SENT, 2)


@pytest.mark.parametrize(
    ("kind", "state", "copies"), [("news", State.SENT, 2), ("summary", State.FAILED, 1)]
)
def test_a_worker_that_dies_after_handing_over_leaves_a_doubtful_mail(
    sink: Sink, wishes: Wishes, monkeypatch: pytest.MonkeyPatch, kind: str, state: str, copies: int
) -> None:
    delivery = queue(kind=kind)
    with monkeypatch.context() as death:
        death.setattr(post, "_settle", _die)
        with pytest.raises(SystemExit):
            post.deliver(delivery.pk)
    forget_the_worker(delivery)

    post.sweep()

    delivery.refresh_from_db()
    assert delivery.state == state
    assert len(sink.raw) == copies
    assert len(set(sink.raw)) == 1


def _die(*args: Any) -> None:
    raise SystemExit


def test_a_worker_that_comes_back_too_late_changes_nothing(wishes: Wishes) -> None:
    delivery = queue()
    taken = post._lease(delivery.pk)
    assert taken is not None
    forget_the_worker(delivery)
    assert post._lease(delivery.pk) is not None

    assert not post._hand_over(taken[0])
    post._settle(taken[0], None, State.FAILED, "too late")

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (State.LEASED, "")


def test_a_mail_that_kills_every_worker_is_given_up(wishes: Wishes) -> None:
    delivery = queue()
    Delivery.objects.filter(pk=delivery.pk).update(attempts=6)

    delivery = deliver_now(delivery)

    assert (delivery.state, delivery.reason) == (State.FAILED, "Too many tries.")


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_sends(
    sink: Sink, wishes: Wishes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "_nudge", lambda delivery_id: None)
    deliveries = [queue(f"news:{number}").pk for number in range(5)]

    def work(delivery_id: int) -> None:
        try:
            post.deliver(delivery_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(work, deliveries * 8))

    assert len(sink.raw) == 5
    assert set(Delivery.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


# --- asked again when it is sent --------------------------------------------------------------


def test_a_mail_no_longer_wanted_is_skipped_with_the_reason(sink: Sink, wishes: Wishes) -> None:
    delivery = queue()
    wishes.unwanted = "The invitation was taken back."

    delivery = deliver_now(delivery)

    assert (delivery.state, delivery.reason) == (State.SKIPPED, "The invitation was taken back.")
    assert sink.raw == []
    assert wishes.settled == [State.SKIPPED]


def test_it_is_asked_again_before_every_try(sink: Sink, wishes: Wishes) -> None:
    sink.answers = ["451 later"]
    delivery = deliver_now(queue())
    wishes.unwanted = "The seat is taken."

    delivery = deliver_now(delivery)

    assert delivery.state == State.SKIPPED
    assert sink.raw == []


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"mail": "none"}, "The reader wants no mail."),
        ({"is_active": False}, "The account is closed."),
        ({"email": None}, "There is no address."),
    ],
)
def test_a_reader_who_cannot_or_will_not_read_gets_no_mail(
    sink: Sink, wishes: Wishes, facts: dict[str, Any], reason: str
) -> None:
    person = Participant.objects.create_user("wren@example.org")
    delivery = queue(address="", participant=person)
    Participant.objects.filter(pk=person.pk).update(**facts)

    delivery = deliver_now(delivery)

    assert (delivery.state, delivery.reason) == (State.SKIPPED, reason)
    assert sink.raw == []


def test_an_address_that_belongs_to_an_account_follows_its_wishes(
    sink: Sink, wishes: Wishes
) -> None:
    Participant.objects.create_user("Wren@Example.org", mail="neutral", language="ar")

    deliver_now(queue(language="en"))

    assert sink.mails[0]["Subject"] == "News from Flamingo"
    assert sink.raw[0].count(b"Mont Fleur") == 0
    assert b"ar UTC 1 " in sink.raw[0]


def test_a_reader_who_moved_gets_it_at_the_new_address(sink: Sink, wishes: Wishes) -> None:
    person = Participant.objects.create_user("old@example.org")
    delivery = queue(address="", participant=person)
    person.email = "new@example.org"
    person.save()

    deliver_now(delivery)

    assert sink.recipients == [["new@example.org"]]


@pytest.mark.parametrize("with_account", [True, False])
def test_a_stopped_stream_stops_and_others_go_on(
    sink: Sink, wishes: Wishes, with_account: bool
) -> None:
    if with_account:
        person = Participant.objects.create_user("wren@example.org")
        Refusal.objects.create(stream="news:7", participant=person)
    else:
        Refusal.objects.create(stream="news:7", address_hash=hash_address("wren@example.org"))

    stopped = deliver_now(queue("a", context={"title": "T", "seat": 7}))
    other = deliver_now(queue("b", context={"title": "T", "seat": 8}))

    assert (stopped.state, stopped.reason) == (State.SKIPPED, "The reader stopped these mails.")
    assert other.state == State.SENT


def test_what_was_stopped_before_there_was_an_account_stays_stopped(
    sink: Sink, wishes: Wishes
) -> None:
    Refusal.objects.create(stream="news:1", address_hash=hash_address("wren@example.org"))
    person = Participant.objects.create_user("wren@example.org")

    assert deliver_now(queue(address="", participant=person)).state == State.SKIPPED


def test_a_mail_nobody_can_write_waits_and_says_so(sink: Sink, wishes: Wishes) -> None:
    delivery = deliver_now(queue(context={}))

    assert (delivery.state, delivery.reason) == (State.PENDING, "It could not be written.")
    assert sink.raw == []


def test_a_mail_is_written_in_the_language_and_the_hours_of_its_reader(
    sink: Sink, wishes: Wishes
) -> None:
    Participant.objects.create_user(
        "wren@example.org", language="ar", time_zone="Africa/Johannesburg"
    )

    with translation.override("en"):
        deliver_now(queue())

    assert b"ar Africa/Johannesburg 1 " in sink.raw[0]


def test_what_became_of_a_mail_stays_true_when_its_app_cannot_note_it(
    sink: Sink, wishes: Wishes
) -> None:
    wishes.fails_to_note = True

    delivery = deliver_now(queue())

    assert (delivery.state, delivery.lease, delivery.message) == (State.SENT, None, None)
    assert post.sweep() == 0


def test_a_kind_nobody_knows_fails(wishes: Wishes) -> None:
    assert deliver_now(queue(kind="pigeon")).reason == "Nobody knows this kind of mail."


# --- the queue ----------------------------------------------------------------------------------


def test_the_worker_is_woken_only_after_the_commit(
    wishes: Wishes,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(post, "_nudge", woken.append)
    with django_capture_on_commit_callbacks(execute=True):
        delivery = queue()
        queue("later", due_at=timezone.now() + timedelta(hours=1))
        assert woken == []

    assert woken == [delivery.pk]


def test_a_queue_that_is_away_harms_nobody(
    wishes: Wishes,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
    sink: Sink,
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(post, "signature", away)
    with django_capture_on_commit_callbacks(execute=True):
        delivery = queue()

    assert post.sweep() == 1
    delivery.refresh_from_db()
    assert delivery.state == State.SENT


# --- what the database itself refuses -----------------------------------------------------------


@pytest.mark.parametrize(
    "facts",
    [
        {"state": "flown"},
        {"state": "leased"},
        {"state": "sent", "message": b"still here"},
    ],
)
def test_the_database_refuses_impossible_deliveries(facts: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        Delivery.objects.create(key="k", kind="news", message_id="<1@x>", **facts)


def test_a_name_error_tells_nothing_of_the_address() -> None:
    refused = smtplib.SMTPRecipientsRefused(
        {"wren@example.org": (550, b"wren@example.org unknown")}
    )

    assert post._name(refused) == "SMTPRecipientsRefused"
