"""Inviting everybody on a list. The verdicts are made anew with the workshop locked: twice the same list invites once."""

import uuid

from django.db import transaction

from workshops import audit
from workshops.actions import invitations, lock_workshop
from workshops.lists import Line
from workshops.models import AuditEntry, Seat
from workshops.permissions import Can, require
from workshops.verdicts import Terms, Verdict, judge


@transaction.atomic
def invite_all(lines: list[Line], terms: Terms, *, by: Seat) -> int:
    workshop = lock_workshop(by)
    require(by, Can.INVITE)
    judged = [one for one in judge(workshop, lines, terms) if one.verdict == Verdict.NEW]
    free = list(workshop.seats.filter(state=Seat.State.PREPARED, role=terms.role).order_by("pk"))
    added = 0
    for one in judged:
        side = one.side.pk if one.side else None
        seat = next((seat for seat in free if seat.constituency_id == side), None)
        if seat is None:
            added += 1
            seat = Seat.objects.create(
                workshop=workshop, role=terms.role, constituency=one.side, language=one.language
            )
        else:
            free.remove(seat)
        invitations.invite(
            seat,
            address=one.line.address.lower(),
            language=one.language,
            neutral=terms.neutral,
            client_key=uuid.uuid4(),
            by=by,
        )
    if added:
        audit.record(workshop, AuditEntry.Act.SEATED, role=terms.role, what="added", count=added)
    return len(judged)
