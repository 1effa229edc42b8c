"""What people do in the room of a session. Each act changes rows; open pages are told that something did."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from workshops import events, meeting
from workshops.models import Attendance, Poll, PollAnswer, Seat, Session
from workshops.permissions import Can, abilities, refuse, require

MOST_POLLS = 30


class NotesChanged(Exception):
    """Somebody wrote in the notes since they were read."""


@transaction.atomic
def arrive(session: Session, *, by: Seat) -> datetime:
    """Be there for another while; open pages are told when somebody was not there before. Returns since when."""
    require(by, Can.MEET)
    was_there = session.attendance.present().filter(seat=by).exists()
    now = timezone.now()
    _mine(session, by, seen_at=now)
    if not was_there:
        _stir(session)
    return now


@transaction.atomic
def go_away(session: Session, *, since: datetime, by: Seat) -> None:
    """A page was closed. Nothing happens if another, or the same loaded again, was heard of after it."""
    mine = Attendance.objects.filter(session=session, seat=by, seen_at=since)
    if mine.update(seen_at=None):
        _stir(session)


@transaction.atomic
def go_on(session: Session, *, seen: int | None, by: Seat) -> Session:
    """Begin, go on to the next item, or end after the last. Whoever presses second moves nothing further.

    Facilitators at any time; anybody who meets, once half of those present are ready.
    """
    require(by, Can.MEET)
    session = _lock(session, by)
    _going_on(session, by)
    if (session.item_id or 0) != (seen or 0):
        raise _overtaken()
    if Can.HOST not in abilities(by) and not meeting.is_ready(session):
        raise PermissionDenied(_("Half of those who are here should be ready first."))
    now = timezone.now()
    coming = meeting.next_item(session)
    if session.begun_at is None:
        session.begun_at = now
    session.item, session.left = coming, None
    session.runs_out_at = now + timedelta(minutes=coming.minutes) if coming else None
    if coming is None:
        session.ended_at = now
    session.save(update_fields=["begun_at", "ended_at", "item", "runs_out_at", "left"])
    session.attendance.filter(ready=True).update(ready=False)
    session.polls.filter(closed_at=None).update(closed_at=now)
    _stir(session)
    return session


@transaction.atomic
def pause(session: Session, *, seen: int | None, by: Seat) -> None:
    """Stop the clock, or let it run on."""
    session = _timed(session, seen, by)
    now = timezone.now()
    if session.runs_out_at is not None:
        session.left = int((session.runs_out_at - now).total_seconds())
        session.runs_out_at = None
    else:
        session.runs_out_at, session.left = now + timedelta(seconds=session.left or 0), None
    session.save(update_fields=["runs_out_at", "left"])
    _stir(session)


@transaction.atomic
def extend(session: Session, *, minutes: int, seen: int | None, by: Seat) -> None:
    """More time from where the clock stands; from now, where it has run out."""
    session = _timed(session, seen, by)
    more = timedelta(minutes=minutes)
    if session.runs_out_at is not None:
        session.runs_out_at = max(session.runs_out_at, timezone.now()) + more
    else:
        session.left = max(session.left or 0, 0) + int(more.total_seconds())
    session.save(update_fields=["runs_out_at", "left"])
    _stir(session)


@transaction.atomic
def raise_hand(session: Session, *, up: bool, by: Seat) -> None:
    """A hand that is up already keeps its place."""
    require(by, Can.MEET)
    _going_on(session, by)
    mine = _mine(session, by)
    if up is (mine.hand_at is None):
        Attendance.objects.filter(pk=mine.pk).update(hand_at=timezone.now() if up else None)
        _stir(session)


@transaction.atomic
def speak(session: Session, *, seat_id: int, by: Seat) -> None:
    """That a raised hand was heard: for facilitators, any; for everybody, one's own."""
    require(by, Can.MEET if seat_id == by.pk else Can.HOST)
    _going_on(session, by)
    raised = session.attendance.filter(seat=seat_id).exclude(hand_at=None)
    if not raised.update(hand_at=None, spoke_at=timezone.now()):
        raise ValidationError(_("This hand is down already."))
    _stir(session)


@transaction.atomic
def be_ready(session: Session, *, ready: bool, seen: int | None, by: Seat) -> None:
    require(by, Can.MEET)
    session = _lock(session, by)
    _going_on(session, by)
    if (session.item_id or 0) != (seen or 0):
        raise _overtaken()
    _mine(session, by, ready=ready, seen_at=timezone.now())
    _stir(session)


@transaction.atomic
def ask(
    session: Session, *, question: str, options: Sequence[str], client_key: UUID, by: Seat
) -> Poll:
    require(by, Can.HOST)
    session = _lock(session, by)
    found = Poll.objects.filter(client_key=client_key).first()
    if found is not None and found.session_id == session.pk:
        return found
    if found is not None:
        raise ValidationError(_("This was sent before. Begin again with a new page."))
    if session.polls.count() >= MOST_POLLS:
        raise ValidationError(_("This session has had many polls already. Talk instead."))
    poll = Poll.objects.create(
        session=session, question=question, options=list(options), client_key=client_key
    )
    _stir(session)
    return poll


@transaction.atomic
def answer(session: Session, *, poll_id: int, choice: int, by: Seat) -> None:
    """Once and for good: an answer that moved to and fro would tell what the others answered."""
    require(by, Can.MEET)
    _going_on(session, by)
    poll = session.polls.select_for_update().filter(pk=poll_id).first()
    if poll is None or poll.closed_at is not None:
        raise ValidationError(_("This poll is closed."))
    if not 0 <= choice < len(poll.options):
        raise ValidationError(_("Choose one of the answers."))
    try:
        with transaction.atomic():
            PollAnswer.objects.create(poll=poll, seat=by, choice=choice)
    except IntegrityError:
        raise ValidationError(_("You have answered already.")) from None


@transaction.atomic
def close_poll(session: Session, *, poll_id: int, by: Seat) -> None:
    require(by, Can.HOST)
    _going_on(session, by, or_over=True)
    if not session.polls.filter(pk=poll_id, closed_at=None).update(closed_at=timezone.now()):
        raise ValidationError(_("This poll is closed."))
    _stir(session)


@transaction.atomic
def write_notes(session: Session, *, text: str, version: int, by: Seat) -> None:
    """On the version that was read; raises NotesChanged, with nothing written, when there is a newer one."""
    require(by, Can.MEET)
    session = _lock(session, by)
    if session.notes == text:
        return
    if session.notes_version != version:
        raise NotesChanged
    session.notes, session.notes_version = text, version + 1
    session.save(update_fields=["notes", "notes_version"])
    _stir(session)


def _lock(session: Session, by: Seat) -> Session:
    locked = Session.objects.select_for_update().get(pk=session.pk)
    _going_on(locked, by, or_over=True)
    return locked


def _going_on(session: Session, by: Seat, *, or_over: bool = False) -> None:
    if session.workshop_id != by.workshop_id:
        refuse(by, Can.MEET)
    if session.cancelled_at is not None or (session.ended_at is not None and not or_over):
        raise ValidationError(_("This session is over."))


def _timed(session: Session, seen: int | None, by: Seat) -> Session:
    require(by, Can.HOST)
    session = _lock(session, by)
    if session.item_id is None or session.item_id != seen:
        raise _overtaken()
    return session


def _mine(session: Session, by: Seat, **facts: Any) -> Attendance:
    mine, _new = Attendance.objects.update_or_create(session=session, seat=by, defaults=facts)
    return mine


def _stir(session: Session) -> None:
    """Tell open pages, after the commit, that what is in the room has changed."""
    Session.objects.filter(pk=session.pk).update(pulse=F("pulse") + 1)
    message = {"type": "session.stirred"}
    transaction.on_commit(lambda: events.send(meeting.group(session.pk), message))


def _overtaken() -> ValidationError:
    return ValidationError(_("The room has gone on meanwhile. Look again."), code="overtaken")
