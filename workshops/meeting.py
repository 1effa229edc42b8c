"""The room of a session as one seat sees it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from workshops.models import AgendaItem, Attendance, Poll, Seat, Session
from workshops.permissions import Can


def group(session_id: int) -> str:
    """Where open pages of one session are told of changes."""
    return f"session.{session_id}"


def next_item(session: Session) -> AgendaItem | None:
    coming = session.agenda.all()
    if session.item is not None:
        coming = coming.filter(position__gt=session.item.position)
    return coming.first() if session.ended_at is None else None


def is_ready(session: Session) -> bool:
    """Whether half of those who are there say so."""
    there = list(session.attendance.present().values_list("ready", flat=True))
    return 0 < len(there) <= 2 * sum(there)


@dataclass(frozen=True)
class Count:
    option: str
    number: int | None  # None where fewer than k chose it, perhaps nobody


@dataclass(frozen=True)
class Shown:
    """A poll to one reader. While it is open nobody learns a number, whoever has answered or asked."""

    poll: Poll
    choices: list[tuple[int, str]]  # to answer with; none, once answered or closed
    answered: bool
    counts: list[Count]


def polls(session: Session, seat: Seat) -> list[Shown]:
    rows = list(session.polls.prefetch_related("answers"))
    return [_shown(poll, seat) for poll in rows]


def _shown(poll: Poll, seat: Seat) -> Shown:
    answers = list(poll.answers.all())
    answered = any(answer.seat_id == seat.pk for answer in answers)
    is_open = poll.closed_at is None
    return Shown(
        poll=poll,
        choices=list(enumerate(poll.options)) if is_open and not answered else [],
        answered=answered,
        counts=[]
        if is_open
        else counted(poll.options, [answer.choice for answer in answers], seat.workshop.small_cell),
    )


def counted(options: list[str], choices: list[int], k: int) -> list[Count]:
    """Only what at least k people chose. How many answered in all is said nowhere, or one cell would follow."""
    numbers = Counter(choices)
    return [
        Count(option, numbers[place] if numbers[place] >= k else None)
        for place, option in enumerate(options)
    ]


@dataclass(frozen=True)
class Room:
    session: Session
    now: datetime
    agenda: list[AgendaItem]
    coming: AgendaItem | None
    present: list[Attendance]
    hands: list[Attendance]
    mine: Attendance | None
    offered: bool  # the next item, to this reader
    polls: list[Shown]

    @property
    def left(self) -> int | None:
        """Seconds of the current item; less than none once they ran out."""
        if self.session.runs_out_at is not None:
            return round((self.session.runs_out_at - self.now).total_seconds())
        return self.session.left

    @property
    def clock(self) -> str:
        left = self.left or 0
        minutes, seconds = divmod(abs(left), 60)
        return f"{'−' if left < 0 else ''}{minutes}:{seconds:02d}"


def room(session: Session, seat: Seat, can: frozenset[Can]) -> Room:
    """Costs the same queries however many are there."""
    there = list(
        session.attendance.present().select_related("seat").order_by("seat__pseudonym", "pk")
    )
    hands = session.attendance.exclude(hand_at=None).filter(seat__state=Seat.State.TAKEN)
    coming = next_item(session)
    half = 0 < len(there) <= 2 * sum(one.ready for one in there)
    return Room(
        session=session,
        now=timezone.now(),
        agenda=list(session.agenda.all()),
        coming=coming,
        present=there,
        hands=list(hands.select_related("seat").order_by("hand_at", "pk")),
        mine=session.attendance.filter(seat=seat).first(),
        offered=Can.HOST in can or (Can.MEET in can and half),
        polls=polls(session, seat),
    )


def admit(session_id: int, person: Any) -> tuple[Session, Seat] | None:
    """The session and this person's seat in its workshop; nothing, when either is not there."""
    session = Session.objects.filter(pk=session_id).first() if session_id < 2**63 else None
    if session is None:
        return None
    seat = (
        Seat.objects.taken()
        .of(person)
        .filter(workshop=session.workshop_id)
        .select_related("workshop", "participant")
        .first()
    )
    return (session, seat) if seat is not None else None
