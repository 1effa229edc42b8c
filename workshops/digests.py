"""Digests: what is new for one seat since the last one. Which are due, and what they say."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants import kinds, post
from participants.emails import Rendered, absolute
from participants.kinds import Letter
from participants.models import Delivery, Refusal
from workshops import activity, asks
from workshops.contributions import concrete, kind_of
from workshops.models import Activity, Decision, DigestPreference, Seat
from workshops.permissions import abilities, open_stage

Rhythm = DigestPreference.Rhythm
MOST = 20  # lines of each sort; the page has the rest


def period_end(preference: DigestPreference, zone: ZoneInfo, now: datetime) -> datetime:
    """The latest moment not after `now` at which this reader's clock struck the chosen hour (and weekday)."""
    day = now.astimezone(zone).date()
    while True:
        struck = datetime.combine(day, time(preference.hour), tzinfo=zone).astimezone(UTC)
        wanted = preference.rhythm != Rhythm.WEEKLY or day.weekday() == preference.weekday
        if wanted and struck <= now:
            return struck
        day -= timedelta(days=1)


@transaction.atomic
def prefer(*, rhythm: str, hour: int, weekday: int, by: Seat) -> DigestPreference:
    """Choose how often this seat hears what is new; choosing it again undoes an unsubscription."""
    preference, _new = DigestPreference.objects.update_or_create(
        seat=by, defaults={"rhythm": rhythm, "hour": hour, "weekday": weekday}
    )
    if rhythm != Rhythm.OFF:
        Refusal.objects.filter(stream=stream(by.pk), participant=by.participant).delete()
    return preference


def rhythm_of(seat: Seat, preference: DigestPreference) -> str:
    """How often digests really come: never, if the reader stopped them from a mail."""
    stopped = Refusal.objects.filter(stream=stream(seat.pk), participant=seat.participant)
    return Rhythm.OFF if stopped.exists() else preference.rhythm


def stream(seat_id: int) -> str:
    """The name under which a reader can stop one seat's digests."""
    return f"digest:{seat_id}"


def queue_due(now: datetime | None = None) -> int:
    """Queue the digest of everyone whose hour has come since their last one; returns how many."""
    now = now or timezone.now()
    waiting = (
        DigestPreference.objects.exclude(rhythm=Rhythm.OFF)
        .filter(seat__state=Seat.State.TAKEN, covered_until__lt=now - timedelta(minutes=1))
        .select_related("seat__participant")
    )
    return sum(_queue(preference, now) for preference in waiting.iterator())


@transaction.atomic
def _queue(preference: DigestPreference, now: datetime) -> bool:
    reader = preference.seat.participant
    if reader is None:
        return False
    start = preference.covered_until
    end = period_end(preference, ZoneInfo(reader.time_zone), now)
    if start >= end:
        return False
    key = f"digest:{preference.seat_id}:{start.isoformat()}:{end.isoformat()}"
    if Delivery.objects.filter(key=key).exists():
        return False  # it failed; what it would have said waits for the next hour
    # Two beats compete here: one moves the mark, the other finds it moved.
    won = DigestPreference.objects.filter(pk=preference.pk, covered_until=start).update(
        covered_until=end
    )
    if not won:
        return False
    post.queue(
        kind="digest",
        key=key,
        participant=reader,
        context={
            "seat": preference.seat_id,
            "start": start.isoformat(),
            "end": end.isoformat(),
        },
    )
    return True


@dataclass(frozen=True)
class Digest:
    seat: Seat
    asks: list[Any]
    decisions: list[Any]
    activity: list[Any]

    @property
    def empty(self) -> bool:
        """What is asked of someone is not news by itself."""
        return not (self.decisions or self.activity)


def compose(seat: Seat, start: datetime, end: datetime) -> Digest:
    """What happened in [start, end) that this seat may read and did not do itself."""
    workshop = seat.workshop
    decided = (
        Decision.objects.filter(contribution__seat=seat, created_at__gte=start, created_at__lt=end)
        .exclude(action=Decision.Action.KEEP)
        .select_related("contribution__seat__workshop")
        .order_by("created_at")[:MOST]
    )
    others = (
        Activity.objects.filter(workshop=workshop)
        .shown()
        .between(start, end)
        .exclude(seat=seat)
        .exclude(verb=Activity.Verb.DECIDED)
        .select_related("seat", "stage", "contribution__seat__workshop")[:MOST]
    )
    can, stage = abilities(seat), open_stage(workshop)
    return Digest(
        seat=seat,
        asks=asks.asked_of(seat, can, stage),
        decisions=[_decision(decision) for decision in decided],
        activity=activity.lines(workshop, others, can, stage),
    )


def _decision(decision: Decision) -> dict[str, Any]:
    own = concrete(decision.contribution)
    kind = kind_of(own)
    return {
        "title": kind.title(own),
        "link": absolute(kind.url(own)),
        "contribution": decision.contribution,
        "reason": decision.reason,
        "get_reason_display": decision.get_reason_display(),
    }


def _seat(letter: Letter) -> Seat | None:
    return (
        Seat.objects.taken()
        .filter(pk=letter.context["seat"])
        .select_related("workshop", "participant", "digest")
        .first()
    )


def _composed(letter: Letter, seat: Seat) -> Digest:
    start, end = (datetime.fromisoformat(letter.context[name]) for name in ("start", "end"))
    return compose(seat, start, end)


def unwanted(letter: Letter) -> str:
    seat = _seat(letter)
    if seat is None:
        return "The seat is empty."
    if not hasattr(seat, "digest") or seat.digest.rhythm == Rhythm.OFF:
        return "The reader wants no digest."
    return "Nothing is new." if _composed(letter, seat).empty else ""


def render(letter: Letter) -> Rendered:
    seat = _seat(letter)
    assert seat is not None  # `unwanted` was asked just before
    digest = _composed(letter, seat)
    return letter.render(
        "workshops/emails/digest.html",
        workshop=seat.workshop,
        asks=[{"title": ask.title, "link": absolute(ask.url)} for ask in digest.asks],
        decisions=digest.decisions,
        activity=[
            {"text": line.text, "link": absolute(line.url) if line.url else ""}
            for line in digest.activity
        ],
        url=absolute("/" if letter.neutral else seat.workshop.get_absolute_url()),
    )


def settled(delivery: Delivery) -> None:
    """A digest that could not be sent, or only may have been, rolls into the next one."""
    if delivery.state != Delivery.State.FAILED:
        return
    start = datetime.fromisoformat(delivery.context["start"])
    end = datetime.fromisoformat(delivery.context["end"])
    DigestPreference.objects.filter(seat=delivery.context["seat"], covered_until=end).update(
        covered_until=start
    )


def register() -> None:
    kinds.register(
        kinds.Kind(
            name="digest",
            label=_("Digest"),
            render=render,
            unwanted=unwanted,
            stream=lambda context: stream(context["seat"]),
            resend_when_doubtful=False,
            settled=settled,
        )
    )
