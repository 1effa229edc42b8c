"""Mails a day and an hour before a session."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants import kinds, post
from participants.emails import Rendered, absolute
from participants.kinds import Letter
from participants.models import Delivery, zone_of
from workshops.models import Seat, Session
from workshops.permissions import Can, abilities

# How long before; each counts until the next one's time.
AHEAD = {"day": timedelta(days=1), "hour": timedelta(hours=1)}


def queue_due(now: datetime | None = None) -> int:
    """Queue the reminders whose time has come; returns how many. Doing it again queues none twice."""
    now = now or timezone.now()
    soon = Session.objects.held().filter(
        begun_at=None, starts_at__gt=now, starts_at__lte=now + AHEAD["day"]
    )
    return sum(_queue(session, now) for session in soon.select_related("workshop"))


def _queue(session: Session, now: datetime) -> int:
    which = "hour" if session.starts_at <= now + AHEAD["hour"] else "day"
    starts = session.starts_at.isoformat()
    seats = Seat.objects.taken().filter(workshop=session.workshop_id).select_related("participant")
    keys = {f"session:{which}:{session.pk}:{seat.pk}:{starts}": seat for seat in seats}
    there = set(Delivery.objects.filter(key__in=keys).values_list("key", flat=True))
    for key in keys.keys() - there:
        post.queue(
            kind="session",
            key=key,
            participant=keys[key].participant,
            context={"session": session.pk, "seat": keys[key].pk, "starts": starts},
        )
    return len(keys.keys() - there)


def _session(letter: Letter) -> Session | None:
    return (
        Session.objects.filter(pk=letter.context["session"])
        .select_related("workshop")
        .prefetch_related("agenda")
        .first()
    )


def unwanted(letter: Letter) -> str:
    session = _session(letter)
    if session is None or session.cancelled_at is not None:
        return "The session was called off."
    if session.starts_at.isoformat() != letter.context["starts"]:
        return "The session was moved."
    if session.begun_at is not None or session.starts_at <= timezone.now():
        return "The session has begun."
    seat = Seat.objects.filter(pk=letter.context["seat"]).select_related("workshop").first()
    if seat is None or seat.state != Seat.State.TAKEN or Can.READ not in abilities(seat):
        return "The seat is empty, or has yet to accept the rules."
    return ""


def render(letter: Letter) -> Rendered:
    session = _session(letter)
    assert session is not None  # `unwanted` was asked just before
    assert letter.reader is not None
    address = reverse("workshops:session", args=[session.workshop.slug, session.pk])
    zone = zone_of(letter.reader)
    return letter.render(
        "workshops/emails/session.html",
        session=session,
        workshop=session.workshop,
        starts_at=session.starts_at.astimezone(zone),
        zone=str(zone),
        url=absolute("/" if letter.neutral else address),
    )


def register() -> None:
    kinds.register(
        kinds.Kind(
            name="session",
            label=_("Sessions"),
            render=render,
            unwanted=unwanted,
            stream=lambda context: "sessions",
            resend_when_doubtful=False,
        )
    )
