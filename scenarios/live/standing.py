"""Who may read and write a draft now. Asked when a page opens, with every batch, and every so often in between.

What was found stands until the draft's epoch moves (epochs.py), or a session ends.
"""

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
from scenarios.groups import story_of
from scenarios.live import rows
from scenarios.live.masks import Mask
from scenarios.live.protocol import Close, Peer, Standing, Verdict, Why
from scenarios.live.reader import Holder
from scenarios.live.replica import Replica
from scenarios.live.room import Glance, Standings
from scenarios.live.rows import Row
from scenarios.live.words import sentence
from scenarios.models import Draft
from workshops.models import Seat, Workshop
from workshops.models.seats import SeatQuerySet
from workshops.permissions import (
    Can,
    abilities_during,
    in_another_stage,
    open_stage,
    refusal_at_story,
)


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
    mask = mask_of(draft_id, seat.workshop) if seat.workshop.unnamed else None
    return Admission(seat.pk, seat.workshop_id, peer, standing, mask)


def mask_of(draft_id: int, workshop: Workshop) -> Mask:
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


def ask(replica: Replica, draft: Row, holders: Collection[Holder]) -> Standings:
    """With every batch, in its transaction, in which `draft` is locked: whoever takes rights away needs that row too."""
    if replica.verdicts_of != (draft.epoch, draft.frozen):
        replica.verdicts.clear()
        replica.verdicts_of = draft.epoch, draft.frozen
    known = replica.verdicts
    new = [holder for holder in holders if holder not in known]
    if new:
        known.update(_verdicts(draft.pk, new))
    return {
        holder: Close.SIGNED_OUT if holder.session in draft.ended else known[holder]
        for holder in holders
    }


def look(draft_id: int, holders: Collection[Holder]) -> tuple[Glance, Standings]:
    """The draft's row, and what those may do who have it open, or why they must go."""
    glances = glance([draft_id], ())  # first, so that what moves meanwhile is found the next time
    if not glances:
        return Glance(0, None), dict.fromkeys(holders, Close.NOT_FOUND)
    return glances[draft_id], _verdicts(draft_id, holders)


def glance(drafts: Collection[int], sessions: Collection[str]) -> dict[int, Glance]:
    """Those of these drafts that there are."""
    found = Draft.objects.filter(pk__in=drafts).values_list(
        "pk", "version", "epoch", "frozen", "redacted_version"
    )
    ended = rows.ended(sessions)
    return {
        pk: Glance(version, (epoch, frozen), ended, redacted)
        for pk, version, epoch, frozen, redacted in found
    }


def _verdicts(draft_id: int, holders: Collection[Holder]) -> dict[Holder, Verdict]:
    seats = {
        seat.pk: seat
        for seat in _seats(draft_id).filter(pk__in={holder.seat for holder in holders})
    }
    standings = _standings(draft_id, seats.values())
    sessions = _sessions({holder.session for holder in holders})

    def verdict(holder: Holder) -> Verdict:
        seat = seats.get(holder.seat)
        if seat is None:
            return Close.NOT_ALLOWED
        if seat.state == Seat.State.TAKEN:
            person = seat.participant
            if person is None or person.pk != holder.person:
                return Close.NOT_ALLOWED
            if not _is_signed_in(person, sessions.get(holder.session, {})):
                return Close.SIGNED_OUT
        return standings[seat.pk]

    return {holder: verdict(holder) for holder in holders}


def _seats(draft_id: int) -> SeatQuerySet:
    return Seat.objects.filter(workshop__scenarios__draft=draft_id).select_related(
        "workshop", "participant"
    )


def _standings(draft_id: int, seats: Iterable[Seat]) -> dict[int, Standing]:
    seats = list(seats)
    if not seats:
        return {}
    stage = open_stage(seats[0].workshop)
    because = (
        Draft.objects.filter(pk=draft_id, frozen=True)
        .values_list("frozen_because", flat=True)
        .first()
    )
    story = story_of(draft_id)

    def standing(seat: Seat) -> Standing:
        held = abilities_during(seat, stage)
        return _standing(seat, held, story.abilities(seat, held), because)

    return {seat.pk: standing(seat) for seat in seats}


def _standing(
    seat: Seat, held: frozenset[Can], here: frozenset[Can], because: str | None
) -> Standing:
    """`held` anywhere in the workshop, `here` at this story; `because`: why it is frozen, if it is."""
    # As their pages: in the language of the person, not that of the invitation.
    language = seat.participant.language if seat.participant else seat.language
    with translation.override(language):
        may_read = Can.READ_OPEN in here
        if not may_read or Can.CO_EDIT not in here:
            why = Why.NOT_ALLOWED
            if may_read and Can.CO_EDIT not in held and in_another_stage(seat, Can.CO_EDIT):
                why = Why.STAGE_CLOSED
            say = refusal_at_story(seat, Can.CO_EDIT, held)
            return Standing(False, may_read, why, say, language)
        if because is not None:
            say = f"{sentence(Why.FROZEN)} {because}".strip()
            return Standing(False, True, Why.FROZEN, say, language)
    return Standing(language=language)


def _sessions(keys: Collection[str]) -> dict[str, dict[str, Any]]:
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    return {row.session_key: row.get_decoded() for row in rows}


def _is_signed_in(person: Participant, session: dict[str, Any]) -> bool:
    """As Django asks at each request: a changed password ends other sessions too."""
    return (
        person.is_active
        and session.get(SESSION_KEY) == str(person.pk)
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    )
