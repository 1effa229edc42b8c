"""The one table of rights: role × open stage → what a seat can do.

Only this module compares a role or a stage. There is no superuser, and no right without a seat.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import NoReturn

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils.translation import gettext as _

from workshops.models import Role, Seat, Stage, StageKind, Workshop
from workshops.models.seats import SeatQuerySet


class Can(StrEnum):
    READ = "read"  # the workshop's pages and what was published in it
    READ_OPEN = "read_open"  # also what stages still open have gathered, and living drafts
    SEE_SEATS = "see_seats"  # the seating plan
    MOVE_STAGES = "move_stages"
    EDIT_SETUP = "edit_setup"
    INVITE = "invite"  # add seats and offer them
    UNSEAT = "unseat"  # take back an offer or a seat, or give it another role
    PROPOSE = "propose"  # assumptions and glossary terms
    RESPOND = "respond"
    FORCE = "force"  # propose driving forces
    MERGE = "merge"  # propose to merge forces, freeze their list
    RATE = "rate"  # forces, by impact and uncertainty
    REVEAL = "reveal"  # show to all what was put in blind
    SEED = "seed"
    SORT = "sort"  # seeds into clusters
    DOT = "dot"  # choose the seeds to go on with
    PLAN = "plan"  # the logic, and which scenarios there are
    FLAG = "flag"  # mark an event that contradicts what is predetermined
    CO_EDIT = "co_edit"
    COMMENT = "comment"  # on drafts, also those of others: comments, suggestions, reactions
    SUBMIT = "submit"  # hand in a revision
    MODERATE = "moderate"  # publish, return, redact, restore
    REDACT = "redact"  # redact and restore only
    RELEASE = "release"
    CHALLENGE = "challenge"  # rate and question a story that is not one's own
    ANSWER = "answer"  # the questions put to one's own story
    RUN_CONSENT = "run_consent"  # open and close what is consented to
    CONSENT = "consent"  # take positions
    MEET = "meet"  # in sessions: be present, raise a hand, answer polls, be ready, write notes
    HOST = "host"  # schedule sessions and run them
    REPAIR = "repair"  # word anew what met an objection


_FACILITATOR, _MODERATOR, _PARTICIPANT = Role.FACILITATOR, Role.MODERATOR, Role.PARTICIPANT

ALWAYS: dict[str, set[Can]] = {
    Role.CONVENOR: {Can.READ, Can.SEE_SEATS, Can.MEET},
    Role.FACILITATOR: {
        Can.READ,
        Can.READ_OPEN,
        Can.SEE_SEATS,
        Can.MOVE_STAGES,
        Can.UNSEAT,
        Can.MEET,
        Can.HOST,
    },
    Role.MODERATOR: {Can.READ, Can.READ_OPEN, Can.MEET},
    Role.PARTICIPANT: {Can.READ, Can.READ_OPEN, Can.MEET},
    Role.OBSERVER: {Can.READ},
}

# Seats may still be offered while texts are written: people come late, and drop out.
# Assumptions stay open through drafting: writing is when the unspoken ones come to light.
WHILE_OPEN: dict[str, dict[str, set[Can]]] = {
    StageKind.CONVENING: {_FACILITATOR: {Can.INVITE, Can.EDIT_SETUP}},
    StageKind.SITUATION: {
        _FACILITATOR: {Can.INVITE},
        _MODERATOR: {Can.MODERATE},
        _PARTICIPANT: {Can.PROPOSE, Can.RESPOND},
    },
    StageKind.FORCES: {
        _FACILITATOR: {Can.INVITE, Can.MERGE, Can.REVEAL},
        _MODERATOR: {Can.MODERATE},
        _PARTICIPANT: {Can.PROPOSE, Can.RESPOND, Can.FORCE},
    },
    StageKind.RANKING: {
        _FACILITATOR: {Can.INVITE, Can.REVEAL},
        _PARTICIPANT: {Can.RATE},
    },
    StageKind.LOGIC: {
        _FACILITATOR: {Can.INVITE, Can.PLAN, Can.SORT},
        _MODERATOR: {Can.MODERATE},
        _PARTICIPANT: {Can.PROPOSE, Can.RESPOND, Can.SEED, Can.SORT, Can.DOT},
    },
    StageKind.DRAFTING: {
        _FACILITATOR: {Can.INVITE, Can.PLAN, Can.FLAG, Can.CO_EDIT, Can.COMMENT, Can.SUBMIT},
        _MODERATOR: {Can.MODERATE},
        _PARTICIPANT: {Can.PROPOSE, Can.RESPOND, Can.FLAG, Can.CO_EDIT, Can.COMMENT, Can.SUBMIT},
    },
    StageKind.CHALLENGE: {
        _MODERATOR: {Can.MODERATE},
        _PARTICIPANT: {Can.CHALLENGE, Can.ANSWER, Can.FLAG},
    },
    # Whoever opens and closes the items changes no word of theirs.
    StageKind.CONSENT: {
        _FACILITATOR: {Can.RUN_CONSENT},
        _MODERATOR: {Can.MODERATE},
        _PARTICIPANT: {Can.CONSENT, Can.REPAIR},
    },
    StageKind.IMPLICATIONS: {},
    StageKind.PUBLICATION: {
        _FACILITATOR: {Can.RELEASE},
        _MODERATOR: {Can.REDACT},
        Role.CONVENOR: {Can.RELEASE},
    },
    StageKind.MONITORING: {},
}

# At a story with a drafting group: what only its members do, and what only the others do.
OF_ITS_GROUP = frozenset({Can.CO_EDIT, Can.SUBMIT, Can.ANSWER})
OF_THE_OTHERS = frozenset({Can.CHALLENGE})
# What comes back to its writers while a story is put right after an objection.
WHILE_REPAIRED = frozenset({Can.CO_EDIT, Can.SUBMIT})


class RulesChanged(PermissionDenied):
    """The seat has yet to accept the ground rules in force."""

    def __init__(self, why: str, slug: str) -> None:
        super().__init__(why)
        self.slug = slug


def has_accepted_rules(seat: Seat) -> bool:
    return seat.rules_version >= seat.workshop.rules_version


def open_stage(workshop: Workshop) -> Stage | None:
    return Stage.objects.filter(workshop=workshop, state=Stage.State.OPEN).first()


def hold_stage(workshop: Workshop) -> Stage | None:
    """The open stage, kept open until the transaction ends: what commits before the close was in time.

    Whoever closes a stage waits for this, and whoever comes after the close finds it closed. Taken before
    any other lock. SQLite lets one transaction write at a time, from its beginning.
    """
    if connection.vendor != "postgresql" or not connection.in_atomic_block:
        return open_stage(workshop)
    query = """SELECT * FROM workshops_stage WHERE workshop_id = %s AND state = 'open' FOR SHARE"""
    for _try in range(
        2
    ):  # who waited for a close sees what was opened after it only by asking again
        for stage in Stage.objects.raw(query, [workshop.pk]):
            return stage
    return None


def rights(role: str, kind: str | None) -> frozenset[Can]:
    """What the table says for a role while a stage of this kind is open (None: no stage is)."""
    held = ALWAYS[role]
    if kind is not None:
        held = held | WHILE_OPEN[kind].get(role, set())
    return frozenset(held)


def going_on(can: Can, stage: Stage | None) -> bool:
    """Whether the stage that is open is one in which somebody does this."""
    return stage is not None and any(can in held for held in WHILE_OPEN[stage.kind].values())


def abilities(seat: Seat) -> frozenset[Can]:
    """Everything this seat can do now; costs one query."""
    return abilities_during(seat, open_stage(seat.workshop))


def abilities_during(seat: Seat, stage: Stage | None) -> frozenset[Can]:
    """Everything this seat can do while that stage is open; for who asks for many seats at once."""
    if seat.state != Seat.State.TAKEN or not has_accepted_rules(seat):
        return frozenset()
    return rights(seat.role, stage.kind if stage else None)


def require(seat: Seat, can: Can) -> None:
    """Raise PermissionDenied, with a sentence for the person, unless the seat can.

    Inside a transaction, a right that the stage gives stays until the transaction ends.
    """
    stage = open_stage(seat.workshop) if can in ALWAYS[seat.role] else hold_stage(seat.workshop)
    if can not in abilities_during(seat, stage):
        refuse(seat, can)


def moderators(workshop: Workshop) -> SeatQuerySet:
    return Seat.objects.taken().filter(workshop=workshop, role=_MODERATOR)


def facilitators(workshop: Workshop) -> SeatQuerySet:
    return Seat.objects.taken().filter(workshop=workshop, role=_FACILITATOR)


def refuse(seat: Seat, can: Can) -> NoReturn:
    why = refusal(seat, can)
    if seat.state == Seat.State.TAKEN and not has_accepted_rules(seat):
        raise RulesChanged(why, seat.workshop.slug)
    raise PermissionDenied(why)


def require_unreleased(workshop: Workshop) -> None:
    """A report was released as it was read then; no later stage, opened again, changes its words or readers."""
    if workshop.published_at is not None:
        raise PermissionDenied(_("The report is out as it was released. This stands as it is."))


def at_story(
    seat: Seat, held: frozenset[Can], *, group: Collection[int], repaired: bool = False
) -> frozenset[Can]:
    """What is left of the rights of the moment at one story.

    `group`: the seats of its drafting group; where it has none, it is everybody's. A facilitator co-edits every
    story, with a visible mark. `repaired`: it met an objection, and its writers put it right.
    """
    if repaired and Can.REPAIR in held:
        held = held | WHILE_REPAIRED
    if not group or seat.role == _FACILITATOR:
        return held
    return held - (OF_THE_OTHERS if seat.pk in group else OF_ITS_GROUP)


def refusal_at_story(seat: Seat, can: Can, held: frozenset[Can]) -> str:
    """Why not at this story, in a sentence; `held` are the rights of the moment elsewhere."""
    if can not in held:
        return refusal(seat, can)
    if can in OF_THE_OTHERS:
        return _("This is your own group's story. Take one of the others.")
    return _("Another group writes this story. You can read it.")


def in_another_stage(seat: Seat, can: Can) -> bool:
    """Whether the role includes it while some stage is open."""
    return any(can in held.get(seat.role, ()) for held in WHILE_OPEN.values())


def refusal(seat: Seat, can: Can) -> str:
    """Why not, in a sentence."""
    if seat.state != Seat.State.TAKEN:
        return _("You no longer have a seat in this workshop.")
    if not has_accepted_rules(seat):
        return _("The ground rules have changed. Read and accept them, then go on.")
    if in_another_stage(seat, can):
        return _("This is not open now. The workshop is in another stage.")
    return _("Your role in this workshop does not include this.")
