"""The sessions of the demonstration workshop: held ones with their notes, and those to come."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from scenarios.demo.room import Room
from workshops.models import AgendaItem, Attendance, Poll, PollAnswer, Session


def hold_sessions(room: Room, data: list[dict[str, Any]]) -> None:
    for said in data:
        starts = room.at(said["starts"])
        held = said.get("held", False)
        length = timedelta(minutes=sum(minutes for minutes, _title in said["agenda"]))
        session = Session.objects.create(
            workshop=room.workshop,
            stage=room.stages[said["stage"]],
            title=said["title"],
            starts_at=starts,
            notes=said.get("notes", "").strip(),
            notes_version=1 if "notes" in said else 0,
            begun_at=starts if held else None,
            ended_at=starts + length if held else None,
            client_key=uuid4(),
        )
        AgendaItem.objects.bulk_create(
            AgendaItem(session=session, position=place, minutes=minutes, title=title)
            for place, (minutes, title) in enumerate(said["agenda"], start=1)
        )
        Attendance.objects.bulk_create(
            Attendance(session=session, seat=room.seats[name], spoke_at=starts)
            for name in said.get("spoke", [])
        )
        if "poll" in said:
            _poll(room, session, said)


def _poll(room: Room, session: Session, said: dict[str, Any]) -> None:
    poll = Poll.objects.create(
        session=session,
        question=said["poll"],
        options=said["options"],
        closed_at=session.ended_at,
        client_key=uuid4(),
    )
    PollAnswer.objects.bulk_create(
        PollAnswer(poll=poll, seat=seat, choice=int(choice))
        for seat, choice in zip(room.seats.values(), said["answers"], strict=False)
    )
