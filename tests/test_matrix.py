"""Role × stage × action: whoever can, does; whoever cannot is refused, and not a row is written.

The table of rights says who can. `ACTS` has at least one act for every right, over HTTP; the sockets of drafts come after.
"""

import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from scenarios.live.posted import Saved, save_text
from scenarios.models import ConsentItem, DotRound, Edit, Question, Seed
from tests.factories import (
    make_assumption,
    make_force,
    make_person,
    make_revision,
    make_scenario,
    make_seat,
    make_session,
    make_stage,
    make_workshop,
    move_to,
)
from tests.scenarios.live.conftest import Doors, doors, empty_hall, rows, table  # noqa: F401 (fixtures)
from tests.scenarios.live.pages import Closed
from tests.scenarios.live.table import Table, sign_in
from workshops.models import Contribution, Role, Seat, Stage, StageKind, Workshop
from workshops.permissions import Can, rights

STAGES: list[StageKind | None] = [*StageKind, None]
WRITES = ("INSERT", "UPDATE", "DELETE")


class World:
    """One workshop with one of everything, and somebody in each role."""

    def __init__(self) -> None:
        self.workshop = make_workshop(StageKind.DRAFTING, rules_version=0)
        for kind in StageKind:
            if kind != StageKind.DRAFTING:
                make_stage(self.workshop, kind, Stage.State.PENDING)
        self.seats = {role: make_seat(self.workshop, role) for role in Role}
        participant = self.seats[Role.PARTICIPANT]
        self.offered = make_seat(
            self.workshop, participant=None, pseudonym="", state=Seat.State.PREPARED, taken_at=None
        )
        self.scenario = make_scenario(self.workshop)
        self.other = make_scenario(self.workshop)
        draft = self.scenario.draft
        words: dict[str, Any] = {
            "base_version": 0,
            "text": "# 2030\n\nIt could rain.",
            "client_key": key(),
        }
        assert save_text(draft, **words, by=participant) == Saved(1)
        self.revision = make_revision(participant, self.other, state=Contribution.State.PUBLISHED)
        self.assumption = make_assumption(participant)
        self.element = make_assumption(participant, nature="predetermined")
        self.held = make_assumption(participant, state=Contribution.State.HELD)
        self.seed = Seed.objects.create(
            seat=participant,
            client_key=key(),
            kind=Contribution.Kind.SEED,
            title="A dry spring",
            text="It could not rain.",
        )
        DotRound.objects.create(workshop=self.workshop, dots=3)
        self.forces = [make_force(participant) for _ in range(2)]
        self.question = Question.objects.create(
            seat=participant,
            client_key=key(),
            kind=Contribution.Kind.QUESTION,
            scenario=self.scenario,
            text="Who drills?",
        )
        objected = make_assumption(participant)
        state = ConsentItem.State
        self.item, self.repair = (
            ConsentItem.objects.create(workshop=self.workshop, assumption=about, state=now)
            for about, now in ((self.assumption, state.OPEN), (objected, state.REPAIR))
        )

        self.session = make_session(self.workshop)

    def client(self, role: str) -> Client:
        client = Client(raise_request_exception=False)
        participant = self.seats[Role(role)].participant
        assert participant is not None
        client.force_login(participant)
        return client

    def open(self, kind: StageKind | None) -> None:
        self.workshop.stages.update(state=Stage.State.PENDING)
        if kind is not None:
            move_to(self.workshop, kind)

    def another_stage(self) -> int:
        """One that is still to come."""
        coming = self.workshop.stages.filter(state=Stage.State.PENDING)
        return int(coming.values_list("pk", flat=True)[0])


def key() -> uuid.UUID:
    return uuid.uuid4()


Facts = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Act:
    """What somebody sends; `ids` are what the address needs beside the workshop. Without `data` it is a look."""

    can: Can
    route: str
    ids: Callable[[World], list[Any]] = lambda world: []
    data: Facts | None = None
    instead: Can | None = None  # another right that allows it too

    def do(self, world: World, client: Client) -> int:
        url = reverse(self.route, args=[world.workshop.slug, *self.ids(world)])
        if self.data is None:
            return int(client.get(url).status_code)
        return int(client.post(url, self.data(world)).status_code)


ACTS = [
    Act(Can.READ, "scenarios:seeds"),
    Act(Can.READ_OPEN, "scenarios:groups"),
    Act(Can.SEE_SEATS, "workshops:seats"),
    Act(
        Can.MOVE_STAGES,
        "workshops:stage_closing",
        data=lambda world: {
            "stage": world.another_stage(),
            "closes_at": "2036-01-01T10:00",
        },
    ),
    Act(
        Can.MOVE_STAGES,
        "workshops:stage_moderation",
        data=lambda world: {"stage": world.another_stage(), "when": "pre"},
    ),
    Act(
        Can.EDIT_SETUP,
        "workshops:setup",
        data=lambda world: {
            "title": "The valley",
            "focal_question": "What could come?",
            "base_year": 2026,
            "horizon_year": 2036,
            "language": "en",
            "visibility": "public",
            "ground_rules": "Speak of what could happen.",
        },
    ),
    Act(
        Can.INVITE,
        "workshops:add_side",
        data=lambda world: {"name": "Upper village", "label": "", "least_seats": 2},
    ),
    Act(
        Can.UNSEAT,
        "workshops:change_role",
        lambda world: [world.seats[Role.MODERATOR].pk],
        lambda world: {"role": "observer"},
    ),
    Act(Can.UNSEAT, "workshops:remove_seat", lambda world: [world.offered.pk], lambda world: {}),
    Act(
        Can.PROPOSE,
        "scenarios:propose",
        data=lambda world: {
            "statement": "It could rain.",
            "nature": "fact",
            "language": "en",
            "client_key": key(),
        },
    ),
    Act(
        Can.RESPOND,
        "scenarios:respond",
        lambda world: [world.assumption.pk],
        lambda world: {"answer": "agree", "version": 1},
    ),
    Act(
        Can.FORCE,
        "scenarios:propose_force",
        data=lambda world: {
            "name": "Price of bread",
            "category": "economic",
            "language": "en",
            "client_key": key(),
        },
    ),
    Act(
        Can.MERGE,
        "scenarios:propose_merge",
        data=lambda world: {"into": world.forces[0].pk, "others": [world.forces[1].pk]},
    ),
    Act(
        Can.RATE,
        "scenarios:ranking",
        data=lambda world: {"force": world.forces[0].pk, "impact": 5, "uncertainty": 5},
    ),
    Act(Can.REVEAL, "scenarios:force_steps", data=lambda world: {"act": "reveal"}),
    Act(
        Can.SEED,
        "scenarios:sow",
        data=lambda world: {
            "title": "A dry spring",
            "text": "It could not rain.",
            "language": "en",
            "client_key": key(),
        },
    ),
    Act(
        Can.SORT,
        "scenarios:sort",
        lambda world: [world.seed.pk],
        lambda world: {"cluster": "", "new_cluster": "Water"},
    ),
    Act(Can.DOT, "scenarios:dot", lambda world: [world.seed.pk], lambda world: {"act": "give"}),
    Act(
        Can.FLAG,
        "scenarios:flag",
        data=lambda world: {
            "event": f"{world.scenario.pk}:2030:",
            "against": world.element.pk,
            "reason": "It could not.",
            "client_key": key(),
        },
    ),
    Act(
        Can.PLAN,
        "scenarios:add",
        data=lambda world: {"title": "Ostrich", "premise": "", "client_key": key()},
    ),
    Act(
        Can.CO_EDIT,
        "scenarios:draft",
        lambda world: [world.scenario.pk],
        lambda world: {"version": 1, "text": "It could pour.", "client_key": key()},
    ),
    Act(
        Can.COMMENT,
        "scenarios:comments",
        lambda world: [world.scenario.pk],
        lambda world: {"text": "Where?", "quote": "", "client_key": key()},
    ),
    Act(
        Can.SUBMIT,
        "scenarios:submit",
        lambda world: [world.scenario.pk],
        lambda world: {"version": 1, "summary": "First.", "client_key": key()},
    ),
    Act(
        Can.MODERATE,
        "workshops:decision",
        lambda world: [world.held.pk],
        lambda world: {"version": 1, "action": "publish"},
    ),
    Act(
        Can.REDACT,
        "workshops:decision",
        lambda world: [world.revision.pk],
        lambda world: {"version": 1, "action": "redact", "reason": "safety"},
        instead=Can.MODERATE,
    ),
    Act(
        Can.MODERATE,
        "scenarios:watch",
        lambda world: [world.scenario.pk],
        lambda world: {"act": "freeze", "because": "We talk first."},
    ),
    Act(Can.RELEASE, "scenarios:release", data=lambda world: {"act": "release"}),
    Act(
        Can.CHALLENGE,
        "scenarios:challenge",
        lambda world: [world.scenario.pk],
        lambda world: {"relevant": 5, "challenging": 4, "plausible": 3, "clear": 2},
    ),
    Act(
        Can.ANSWER,
        "scenarios:answer",
        lambda world: [world.question.pk],
        lambda world: {"reply": "answered", "answer": "We do.", "seen": ""},
    ),
    Act(Can.RUN_CONSENT, "scenarios:consent", data=lambda world: {"act": f"close-{world.item.pk}"}),
    Act(
        Can.CONSENT,
        "scenarios:positions",
        data=lambda world: {"item": world.item.pk, "round": 1, "stance": "consent"},
    ),
    # The facilitator only holds words out here, by another right; the author's words change.
    Act(
        Can.REPAIR,
        "scenarios:consent_item",
        lambda world: [world.repair.pk],
        lambda world: {"statement": "It could rain less."},
        instead=Can.RUN_CONSENT,
    ),
    Act(
        Can.MEET,
        "workshops:session_act",
        lambda world: [world.session.pk],
        lambda world: {"act": "hand"},
    ),
    Act(
        Can.HOST,
        "workshops:call_off_session",
        lambda world: [world.session.pk],
        lambda world: {},
    ),
]


def test_every_right_is_tried() -> None:
    held = {can for role in Role for kind in STAGES for can in rights(role, kind)}

    assert held <= {act.can for act in ACTS}


@pytest.fixture
def _quietly() -> Iterator[None]:
    """A thousand refusals need not be told of one by one."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def _note_writes(wrote: list[str], execute: Any, sql: str, *more: Any) -> Any:
    if sql.startswith(WRITES):
        wrote.append(sql)
    return execute(sql, *more)


@pytest.mark.django_db
@pytest.mark.usefixtures("_quietly")
@pytest.mark.parametrize("role", Role.values)
def test_each_role_in_each_stage_does_what_the_table_says_and_nothing_else(role: str) -> None:
    world = World()
    client = world.client(role)
    wrong = []
    for kind in STAGES:
        world.open(kind)
        held = rights(role, kind)
        for act in ACTS:
            may = act.can in held or act.instead in held
            point = transaction.savepoint()
            wrote: list[str] = []
            with connection.execute_wrapper(partial(_note_writes, wrote)):
                status = act.do(world, client)
            if Edit.objects.count() != 1:  # drafts are written past Django's cursor
                wrote.append("a draft")
            transaction.savepoint_rollback(point)
            if may:
                right = status == 200 if act.data is None else status == 302 and wrote
            else:
                right = status in {403, 404} and not wrote
            if not right:
                wrong.append((str(kind), str(act.can), may, status, wrote[:1]))
    assert wrong == []


# --- over the sockets of drafts -------------------------------------------------------------------


@pytest.mark.parametrize("role", Role.values)
async def test_over_a_socket_each_role_in_each_stage_reads_and_writes_as_the_table_says(
    role: str, table: Table, doors: Doors
) -> None:
    seat = await rows(lambda: _seated(table, Role(role)))
    found, expected = {}, {}
    for kind in STAGES:
        await rows(partial(_open, table.workshop, kind))
        held = rights(role, kind)
        reads, writes = Can.READ_OPEN in held, Can.CO_EDIT in held
        expected[kind] = (reads, writes, int(writes))
        found[kind] = await _tried(doors, table, seat)
    assert found == expected


def _seated(table: Table, role: Role) -> Seat:
    seat = make_seat(table.workshop, role, participant=make_person(email=None))
    table.sessions[seat.pk] = sign_in(seat)
    return seat


def _open(workshop: Workshop, kind: StageKind | None) -> None:
    if kind is None:
        workshop.stages.update(state=Stage.State.CLOSED)
    else:
        move_to(workshop, kind)


async def _tried(doors: Doors, table: Table, seat: Seat) -> tuple[bool, bool, int]:
    """Whether the door opened, whether writing was offered, and how many edits a push stored."""
    before = await rows(Edit.objects.count)
    try:
        page = await doors.open(seat)
    except Closed as closed:
        if closed.code != 4403:
            raise
        return False, False, await rows(Edit.objects.count) - before
    page.type(0, "It could rain. ")
    await page.push()
    async for frame in _heard(page):
        if frame["t"] == "refused" or not page.waiting:
            break
    welcome = next(frame for frame in page.heard if frame["t"] == "welcome")
    await page.leave()
    return True, welcome["may"] == "write", await rows(Edit.objects.count) - before


async def _heard(page: Any) -> Any:
    while True:
        yield await page.hear()
