"""What would become of each line of a list of people."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models import Participant
from workshops.invited import opted_out
from workshops.lists import Line
from workshops.models import Constituency, Invitation, Role, Seat, Workshop

MOST_SEATS: Final = 500


class Verdict(models.TextChoices):
    NEW = "new", _("will be invited")
    SEATED = "seated", _("is invited or seated here already")
    TWICE = "twice", _("stands in the list before")
    NO_ADDRESS = "no_address", _("not one plain address")
    OPTED_OUT = "opted_out", _("wants no such mail")
    NO_SIDE = "no_side", _("of a side that this workshop does not have")
    OVER = "over", _("one more than there are seats for")


@dataclass(frozen=True)
class Terms:
    """What holds for every line that does not say otherwise."""

    role: str
    side: Constituency | None
    language: str
    neutral: bool


@dataclass(frozen=True)
class Judged:
    line: Line
    verdict: Verdict
    side: Constituency | None
    language: str


def judge(workshop: Workshop, lines: list[Line], terms: Terms) -> list[Judged]:
    """The same few queries for every list, whoever is on it."""
    asked = {line.address.lower() for line in lines if line.plain}
    here = _here(workshop, asked)
    refused = opted_out(asked)
    sides = {side.name.casefold(): side for side in workshop.constituencies.all()}
    languages = dict(settings.LANGUAGES)
    room, free = _room(workshop, terms.role)
    seen: set[str] = set()
    judged = []
    for line in lines:
        side = sides.get(line.side.casefold()) if line.side else terms.side
        address = line.address.lower()
        verdict = Verdict.NEW
        if not line.plain:
            verdict = Verdict.NO_ADDRESS
        elif address in seen:
            verdict = Verdict.TWICE
        elif address in here:
            verdict = Verdict.SEATED
        elif address in refused:
            verdict = Verdict.OPTED_OUT
        elif side is None and (line.side or terms.role == Role.PARTICIPANT):
            verdict = Verdict.NO_SIDE
        else:
            at = side.pk if side else None
            if free.get(at, 0):
                free[at] -= 1
            elif room:
                room -= 1
            else:
                verdict = Verdict.OVER
        seen.add(address)
        language = line.language.lower()
        judged.append(
            Judged(line, verdict, side, language if language in languages else terms.language)
        )
    return judged


def _here(workshop: Workshop, asked: set[str]) -> set[str]:
    """Those who sit here or have an offer that can still be answered."""
    offers = Invitation.objects.acceptable().filter(seat__workshop=workshop, address__in=asked)
    seated = Participant.objects.filter(
        email__in=asked, seats__workshop=workshop, seats__state=Seat.State.TAKEN
    )
    return set(offers.values_list("address", flat=True)) | {
        str(email) for email in seated.values_list("email", flat=True)
    }


def _room(workshop: Workshop, role: str) -> tuple[int, dict[int | None, int]]:
    """How many seats can still be added, and how many stand empty at each side."""
    free: dict[int | None, int] = {}
    empty = workshop.seats.filter(state=Seat.State.PREPARED, role=role)
    for side in empty.values_list("constituency", flat=True):
        free[side] = free.get(side, 0) + 1
    return max(0, MOST_SEATS - workshop.seats.count()), free
