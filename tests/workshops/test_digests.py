import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from participants import post
from participants.models import Delivery, KeptMail, Participant, Refusal
from tests.factories import make_assumption, make_seat, make_workshop
from workshops import digests
from workshops.models import Activity, Contribution, DigestPreference, Seat

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def reader_of_a_workshop(**facts: object) -> Seat:
    seat = make_seat(make_workshop())
    DigestPreference.objects.create(
        seat=seat, **{"covered_until": timezone.now() - timedelta(days=2)} | facts
    )
    return seat


def somebody_put_something_in(seat: Seat, state: str = Contribution.State.PUBLISHED) -> None:
    other = make_seat(seat.workshop)
    assumption = make_assumption(other, state=state)
    Activity.objects.create(
        workshop=seat.workshop,
        seat=other,
        verb=Activity.Verb.CONTRIBUTED,
        contribution=assumption,
        at=timezone.now() - timedelta(days=1, hours=1),
    )


def test_the_period_ends_when_the_readers_own_clock_strikes() -> None:
    preference = DigestPreference(rhythm="daily", hour=7)

    tehran = digests.period_end(preference, ZoneInfo("Asia/Tehran"), MONDAY)
    auckland = digests.period_end(preference, ZoneInfo("Pacific/Auckland"), MONDAY)

    assert tehran == datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
    assert auckland == datetime(2026, 3, 1, 18, 0, tzinfo=UTC)


def test_a_weekly_period_ends_on_the_chosen_day() -> None:
    preference = DigestPreference(rhythm="weekly", hour=7, weekday=4)

    end = digests.period_end(preference, ZoneInfo("UTC"), MONDAY)

    assert end == datetime(2026, 2, 27, 7, 0, tzinfo=UTC)


def test_an_hour_that_the_clock_change_skips_still_ends_a_period() -> None:
    preference = DigestPreference(rhythm="daily", hour=2)
    berlin = ZoneInfo("Europe/Berlin")
    changed = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)

    ends = [digests.period_end(preference, berlin, changed + timedelta(days=d)) for d in (-1, 0, 1)]

    assert len(set(ends)) == 3


def test_a_digest_says_what_others_did_and_is_sent_once() -> None:
    seat = reader_of_a_workshop()
    somebody_put_something_in(seat)

    assert digests.queue_due() == 1
    assert digests.queue_due() == 0
    post.sweep()

    mail = KeptMail.objects.get()
    assert seat.workshop.title in mail.subject
    assert Delivery.objects.get().state == Delivery.State.SENT


def test_a_digest_with_nothing_new_is_skipped_with_a_reason() -> None:
    reader_of_a_workshop()

    digests.queue_due()
    post.sweep()

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == (Delivery.State.SKIPPED, "Nothing is new.")
    assert not KeptMail.objects.exists()


def test_a_digest_never_tells_of_what_a_moderator_holds_or_took_down() -> None:
    seat = reader_of_a_workshop()
    for state in ("held", "returned", "redacted", "withdrawn"):
        somebody_put_something_in(seat, state)

    digests.queue_due()
    post.sweep()

    assert Delivery.objects.get().state == Delivery.State.SKIPPED


def test_a_digest_never_tells_the_reader_what_they_did() -> None:
    seat = reader_of_a_workshop()
    Activity.objects.create(
        workshop=seat.workshop,
        seat=seat,
        verb=Activity.Verb.TOOK_SEAT,
        at=timezone.now() - timedelta(days=1, hours=1),
    )

    digests.queue_due()
    post.sweep()

    assert Delivery.objects.get().state == Delivery.State.SKIPPED


@pytest.mark.parametrize("how", ["off", "left"])
def test_no_digest_is_queued_for_who_wants_none_or_left(how: str) -> None:
    seat = reader_of_a_workshop(rhythm="off" if how == "off" else "daily")
    if how == "left":
        Seat.objects.filter(pk=seat.pk).update(state="left", participant=None)
    somebody_put_something_in(seat)

    assert digests.queue_due() == 0


def test_a_digest_is_asked_again_when_it_is_sent() -> None:
    seat = reader_of_a_workshop()
    somebody_put_something_in(seat)
    digests.queue_due()
    DigestPreference.objects.update(rhythm="off")

    post.sweep()

    assert Delivery.objects.get().state == Delivery.State.SKIPPED


def test_what_a_failed_digest_would_have_said_is_in_the_next_one() -> None:
    seat = reader_of_a_workshop()
    start = DigestPreference.objects.get().covered_until
    somebody_put_something_in(seat)
    digests.queue_due()
    failed = Delivery.objects.get()
    failed.state = Delivery.State.FAILED
    failed.save()

    digests.settled(failed)

    assert DigestPreference.objects.get().covered_until == start
    assert digests.queue_due() == 0, "the same period is not tried twice"
    assert digests.queue_due(timezone.now() + timedelta(days=1)) == 1


def test_a_neutral_reader_sees_no_title_and_no_name() -> None:
    seat = reader_of_a_workshop()
    Participant.objects.filter(seats=seat).update(mail="neutral")
    somebody_put_something_in(seat)

    digests.queue_due()
    post.sweep()

    mail = KeptMail.objects.get()
    assert seat.workshop.title not in mail.subject + bytes(mail.raw).decode()
    assert seat.workshop.slug not in bytes(mail.raw).decode(), "its words are the title's"


def test_after_an_unsubscription_the_page_says_that_none_comes() -> None:
    seat = reader_of_a_workshop(rhythm="daily")
    client = Client()
    assert seat.participant is not None
    client.force_login(seat.participant)
    page = reverse("workshops:digest", args=[seat.workshop.slug])

    def chosen() -> list[str]:
        return re.findall(
            r'name="rhythm" value="(\w+)"[^>]* checked', client.get(page).content.decode()
        )

    assert chosen() == ["daily"]
    Refusal.objects.create(stream=digests.stream(seat.pk), participant=seat.participant)
    assert chosen() == ["off"]


def test_choosing_a_rhythm_undoes_an_unsubscription() -> None:
    seat = reader_of_a_workshop()
    Refusal.objects.create(stream=digests.stream(seat.pk), participant=seat.participant)

    digests.prefer(rhythm="weekly", hour=9, weekday=2, by=seat)

    assert not Refusal.objects.exists()
    seat.digest.refresh_from_db()
    assert (seat.digest.rhythm, seat.digest.hour, seat.digest.weekday) == ("weekly", 9, 2)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"rhythm": "hourly", "hour": 7, "weekday": 0},
        {"rhythm": "daily", "hour": 24, "weekday": 0},
    ],
)
def test_a_malformed_choice_is_a_sentence_and_changes_nothing(data: dict[str, object]) -> None:
    seat = reader_of_a_workshop()
    client = Client()
    assert seat.participant is not None
    client.force_login(seat.participant)

    response = client.post(reverse("workshops:digest", args=[seat.workshop.slug]), data)

    assert response.status_code == 422
    seat.digest.refresh_from_db()
    assert seat.digest.rhythm == "daily"
