"""Who may read and write a draft now. Asked when a page opens, with every batch, and every so often in between."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from participants.models import Participant
from scenarios.live.masks import Mask
from scenarios.live.protocol import Close, Peer, Standing, Why
from scenarios.live.reader import Holder
from scenarios.live.room import Standings
from scenarios.live.words import sentence
from scenarios.models import Draft
from workshops.models import Seat, Workshop
from workshops.models.seats import SeatQuerySet
from workshops.permissions import Can, abilities_during, in_another_stage, open_stage, refusal


@dataclass(frozen=True, slots=True)
class Admission:
    """Who is let in to a draft, and as what."""

    seat: int
    workshop: int
    peer: Peer
    standing: Standing
    mask: Mask | None


def admit(draft_id: int, person_id: int) -> Admission | Close:
    if draft_id >= 2**63:  # no row can have it
        return Close.NOT_FOUND
    seat = _seats(draft_id).taken().filter(participant=person_id).first()
    if seat is None:
        return Close.NOT_FOUND
    standing = _standings(draft_id, [seat])[seat.pk]
    if not standing.may_read:
        return Close.NOT_ALLOWED
    peer = Peer(seat.pk, seat.pseudonym, seat.hue, seat.role)
    mask = _mask(draft_id, seat.workshop) if seat.workshop.unnamed else None
    return Admission(seat.pk, seat.workshop_id, peer, standing, mask)


def _mask(draft_id: int, workshop: Workshop) -> Mask:
    @cache
    def number(seat: int) -> int:
        digest = salted_hmac("scenarios.live.masks", f"{draft_id}:{seat}", algorithm="sha256")
        return int.from_bytes(digest.digest()[:6])

    with translation.override(workshop.language):
        return Mask(number, _("Somebody"))


def standings_of(draft_id: int, seats: Collection[int]) -> dict[int, Standing]:
    """By seat; one that is not of this workshop may do nothing."""
    nothing = Standing(may_write=False, may_read=False, why=Why.NOT_ALLOWED)
    return dict.fromkeys(seats, nothing) | _standings(
        draft_id, _seats(draft_id).filter(pk__in=seats)
    )


def look(draft_id: int, holders: Collection[Holder]) -> tuple[int, Standings]:
    """The draft's version, and what those may do who have it open, or why they must go."""
    version = Draft.objects.filter(pk=draft_id).values_list("version", flat=True).first()
    if version is None:
        return 0, dict.fromkeys(holders, Close.NOT_FOUND)
    seats = {
        seat.pk: seat
        for seat in _seats(draft_id)
        .filter(pk__in={holder.seat for holder in holders})
        .select_related("participant")
    }
    standings = _standings(draft_id, seats.values())
    sessions = _sessions({holder.session for holder in holders})

    def verdict(holder: Holder) -> Standing | Close:
        seat = seats.get(holder.seat)
        if seat is None or seat.participant is None or seat.participant.pk != holder.person:
            return Close.NOT_ALLOWED
        if not _is_signed_in(seat.participant, sessions.get(holder.session, {})):
            return Close.SIGNED_OUT
        return standings[seat.pk]

    return version, {holder: verdict(holder) for holder in holders}


def _seats(draft_id: int) -> SeatQuerySet:
    return Seat.objects.filter(workshop__scenarios__draft=draft_id).select_related("workshop")


def _standings(draft_id: int, seats: Iterable[Seat]) -> dict[int, Standing]:
    seats = list(seats)
    if not seats:
        return {}
    stage = open_stage(seats[0].workshop)
    frozen = Draft.objects.filter(pk=draft_id, frozen=True).exists()
    return {seat.pk: _standing(seat, abilities_during(seat, stage), frozen) for seat in seats}


def _standing(seat: Seat, held: frozenset[Can], frozen: bool) -> Standing:
    with translation.override(seat.language):
        may_read = Can.READ_OPEN in held
        if not may_read or Can.CO_EDIT not in held:
            why = Why.NOT_ALLOWED
            if may_read and in_another_stage(seat, Can.CO_EDIT):
                why = Why.STAGE_CLOSED
            return Standing(False, may_read, why, refusal(seat, Can.CO_EDIT), seat.language)
        if frozen:
            return Standing(False, True, Why.FROZEN, sentence(Why.FROZEN), seat.language)
    return Standing(language=seat.language)


def _sessions(keys: Collection[str]) -> dict[str, dict[str, Any]]:
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    return {row.session_key: row.get_decoded() for row in rows}


def _is_signed_in(person: Participant, session: dict[str, Any]) -> bool:
    """As Django asks at each request: a changed password ends other sessions too."""
    return session.get(SESSION_KEY) == str(person.pk) and constant_time_compare(
        session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()
    )
