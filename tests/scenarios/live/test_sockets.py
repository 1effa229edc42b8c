"""Pages open on drafts, through the whole server but the network."""

import asyncio
import json
import uuid
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from scenarios.actions import comments
from scenarios.live.hall import LOOK_EVERY
from scenarios.live.history import text_at
from scenarios.live.posted import save_text
from scenarios.live.protocol import Close
from scenarios.models import Draft, Edit
from tests.factories import make_scenario, move_to
from tests.scenarios.live.conftest import Doors, rows
from tests.scenarios.live.pages import Closed, Page
from tests.scenarios.live.table import Table
from workshops import events
from workshops.models import Role, Seat, Stage, StageKind, Workshop

SOON = 2.0
"""Seconds within which rights that are gone reach every open page."""


async def closed(page: Page, within: float = 5) -> int:
    """The code with which the server closes, whatever it says before."""
    async with asyncio.timeout(within):
        while True:
            try:
                await page.hear()
            except Closed as closing:
                return closing.code


# --- writing --------------------------------------------------------------------------------------


async def test_letters_reach_each_other(table: Table, doors: Doors) -> None:
    heron, plover = await doors.open(table.heron), await doors.open(table.plover)

    heron.type(0, "The rains could fail. ")
    await heron.save()
    await plover.until_true(lambda: plover.text == heron.text)
    plover.type(len(plover.units), "سلام 😀")
    await plover.save()
    await heron.until_true(lambda: heron.text == plover.text)

    assert heron.text == "The rains could fail. سلام 😀"
    assert await rows(lambda: text_at(table.draft.pk, 2)) == heron.text
    assert await rows(lambda: list(Edit.objects.values_list("seat", flat=True))) == [
        table.heron.pk,
        table.plover.pk,
    ]


async def test_six_pages_write_at_once_and_end_with_one_text(table: Table, doors: Doors) -> None:
    pages = [await doors.open(seat) for seat in (table.heron, table.plover, table.facilitator) * 2]

    async def write(page: Page, name: str) -> None:
        for number in range(20):
            page.type(len(page.units) // 2, f"{name}{number} ", delete=0)
            await page.push()
            while page.in_flight:
                await page.hear()

    await asyncio.gather(*(write(page, name) for page, name in zip(pages, "abcdef", strict=True)))
    for page in pages:
        await page.until_version(120)

    assert {page.text for page in pages} == {await rows(lambda: text_at(table.draft.pk, 120))}


async def test_an_edit_sent_again_is_stored_once_and_acknowledged(
    table: Table, doors: Doors
) -> None:
    heron = await doors.open(table.heron)
    heron.type(0, "once ")
    await heron.push()
    heron.in_flight = 0
    await heron.push()  # the answer is slow, the page sends it again
    await heron.until_true(lambda: not heron.waiting)
    heron.type(0, "and ")
    await heron.save()

    assert heron.text == await rows(lambda: text_at(table.draft.pk, 2)) == "and once "


async def test_a_page_that_lost_its_connection_resumes_and_loses_nothing(
    table: Table, doors: Doors
) -> None:
    heron, plover = await doors.open(table.heron), await doors.open(table.plover)
    heron.type(0, "seen ")
    await heron.push()  # stored, but the page never hears of it
    await plover.until_true(lambda: plover.text == "seen ")
    await heron.leave()
    heron.type(5, "unsent ")
    plover.type(0, "meanwhile ")
    await plover.save()

    await doors.open(table.heron, heron)
    assert "text" not in heron.heard[-1]
    await heron.save()
    await plover.until_true(lambda: plover.version == 3)

    assert heron.text == plover.text == "meanwhile seen unsent "


async def test_a_page_resumes_in_a_room_that_was_empty_meanwhile(
    table: Table, doors: Doors
) -> None:
    heron, plover = await doors.open(table.heron), await doors.open(table.plover)
    await plover.leave()
    for word in ("one ", "two ", "three "):
        heron.type(len(heron.units), word)
        await heron.save()
    await heron.leave()
    plover.type(0, "offline ")

    await doors.open(table.plover, plover)
    assert [len(frame["edits"]) for frame in plover.heard if "edits" in frame] == [3]
    await plover.save()

    assert plover.text == await rows(lambda: text_at(table.draft.pk, 4)) == "one two three offline "


async def test_what_a_form_saves_reaches_open_pages(table: Table, doors: Doors) -> None:
    heron = await doors.open(table.heron)
    key = uuid.uuid4()
    await rows(
        lambda: save_text(
            table.draft, base_version=0, text="From a form.", client_key=key, by=table.plover
        )
    )
    await heron.until_true(lambda: heron.text == "From a form.", within=LOOK_EVERY + 1)


async def test_what_is_said_and_accepted_elsewhere_reaches_open_pages(
    table: Table, doors: Doors
) -> None:
    heron = await doors.open(table.heron)
    heron.type(0, "It could rain.")
    await heron.save()
    about = await rows(
        lambda: comments.comment(
            table.draft,
            quote="rain",
            text="",
            replacement="pour",
            client_key=uuid.uuid4(),
            by=table.plover,
        )
    )
    await heron.until("noted")
    await rows(lambda: comments.accept(about, by=table.facilitator))
    await heron.until_true(lambda: heron.text == "It could pour.", within=LOOK_EVERY + 1)

    edit = await rows(lambda: Edit.objects.get(version=2))
    assert edit.seat_id == table.plover.pk


async def test_another_seats_client_cannot_be_used(table: Table, doors: Doors) -> None:
    heron, plover = await doors.open(table.heron), await doors.open(table.plover)
    heron.type(0, "mine ")
    await heron.save()
    await plover.leave()
    thief = Page()
    thief.client = heron.client

    with pytest.raises(Closed) as refused:
        await doors.open(table.plover, thief)
    assert refused.value.code == Close.MALFORMED


async def test_a_long_paste_is_one_edit(table: Table, doors: Doors) -> None:
    heron = await doors.open(table.heron)
    heron.type(0, "س" * 30_000)
    await heron.push()
    assert await closed(heron) == Close.TOO_LARGE
    heron.waiting.clear()
    heron.sequence, heron.units = 0, ""
    await doors.open(table.heron, heron)
    heron.type(0, "a" * 60_000)
    await heron.save()


# --- who may come in, and stay --------------------------------------------------------------------


async def test_nobody_learns_whether_there_is_a_draft_they_may_not_see(
    table: Table, doors: Doors
) -> None:
    assert await doors.refused(None) == Close.SIGNED_OUT
    assert await doors.refused(table.stranger) == Close.NOT_FOUND
    assert await doors.refused(table.heron, draft=table.draft.pk + 1000) == Close.NOT_FOUND
    assert await doors.refused(table.heron, draft=2**63) == Close.NOT_FOUND
    assert await doors.refused(table.observer) == Close.NOT_ALLOWED


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://evil.example",
        "https://127.0.0.1",
        "http://127.0.0.1:81",
        "http://127.0.0.1.evil.example",
        "\x00",
    ],
)
async def test_a_page_of_another_site_is_not_let_in(
    table: Table, doors: Doors, origin: str
) -> None:
    socket = doors.socket(table.heron, origin=origin)

    assert (await socket.connect())[0] is False


async def test_a_page_without_an_origin_or_with_a_wrong_host_is_not_let_in(
    table: Table, doors: Doors
) -> None:
    wrong_host = doors.socket(table.heron, host="evil.example", origin="http://evil.example")

    assert (await wrong_host.connect())[0] is False


@pytest.mark.parametrize("role", ["moderator", "heron"])
async def test_a_reader_sees_letters_and_cannot_write(
    table: Table, doors: Doors, role: str
) -> None:
    if role == "heron":
        await rows(lambda: move_to(table.workshop, StageKind.CHALLENGE))
    page = await doors.open(getattr(table, role))
    welcome = page.heard[-1]
    page.type(0, "no")
    await page.push()
    refused = await page.until("refused")

    assert (welcome["may"], bool(welcome["why"])) == ("read", True)
    assert refused["code"] == ("not_allowed" if role == "moderator" else "stage_closed")
    assert refused["s"] == 1
    assert await rows(Edit.objects.count) == 0


def remove(seat: Seat) -> None:
    Seat.objects.filter(pk=seat.pk).update(state=Seat.State.REMOVED)


def demote(seat: Seat) -> None:
    Seat.objects.filter(pk=seat.pk).update(role=Role.OBSERVER)


def sign_out(seat: Seat) -> None:
    for session in Session.objects.all():
        if session.get_decoded()[SESSION_KEY] == str(seat.participant_id):
            session.delete()


def change_password(seat: Seat) -> None:
    assert seat.participant is not None
    seat.participant.set_password("another")
    seat.participant.save()


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (remove, Close.NOT_ALLOWED),
        (demote, Close.NOT_ALLOWED),
        (sign_out, Close.SIGNED_OUT),
        (change_password, Close.SIGNED_OUT),
    ],
)
async def test_rights_that_are_gone_close_the_page_without_any_hint(
    table: Table, doors: Doors, happens: Any, code: Close
) -> None:
    heron, plover = await doors.open(table.heron), await doors.open(table.plover)
    await rows(lambda: happens(table.heron))

    assert await closed(heron, within=SOON) == code
    plover.type(0, "still here")
    await plover.save()


async def test_a_removed_writer_is_refused_on_the_next_push(table: Table, doors: Doors) -> None:
    heron, plover = await doors.open(table.heron), await doors.open(table.plover)
    await rows(lambda: remove(table.heron))
    heron.type(0, "no")
    await heron.push()

    assert await closed(heron, within=1) == Close.NOT_ALLOWED
    assert heron.heard[-1]["t"] == "refused"
    assert heron.heard[-1]["say"]
    assert plover.text == ""


async def test_a_closed_stage_makes_readers_of_writers_at_once(table: Table, doors: Doors) -> None:
    heron, plover = await doors.open(table.heron), await doors.open(table.plover)

    def close_stage() -> None:
        Stage.objects.update(state=Stage.State.CLOSED)
        events.announce(table.workshop.pk, events.StageMoved(stage=1))

    await rows(close_stage)
    told = [await page.until("may", within=SOON) for page in (heron, plover)]

    assert [frame["may"] for frame in told] == ["read", "read"]
    assert all(frame["why"] for frame in told)


async def test_a_frozen_draft_refuses_with_a_sentence(table: Table, doors: Doors) -> None:
    heron = await doors.open(table.heron)
    await rows(lambda: Draft.objects.update(frozen=True))
    heron.type(0, "no")
    await heron.push()
    refused = await heron.until("refused")

    assert (refused["code"], refused["s"]) == ("frozen", 1)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"seat": 1}, Close.ANOTHER_PERSON),
        ({"seat": "1"}, Close.MALFORMED),
        ({"p": 0}, Close.OUTDATED),
        ({"p": 2, "client": None}, Close.OUTDATED),
    ],
)
async def test_a_page_of_another_person_or_another_time_is_told_so(
    table: Table, doors: Doors, said: Any, code: Close
) -> None:
    socket = doors.socket(table.plover)
    await socket.connect()
    hello = {"t": "hello", "client": "a" * 16, "v": None, "p": 1} | said
    if "seat" in said and code == Close.ANOTHER_PERSON:
        hello["seat"] = table.heron.pk
    await socket.send_to(text_data=json.dumps(hello))

    assert (await socket.receive_output(timeout=5))["code"] == code


# --- limits ---------------------------------------------------------------------------------------


async def test_a_fifth_page_of_a_seat_lets_the_first_go(table: Table, doors: Doors) -> None:
    pages = [await doors.open(table.heron) for _ in range(5)]

    assert await closed(pages[0]) == Close.TAKEN_OVER
    pages[4].type(0, "here")
    await pages[4].save()
    await pages[1].until_true(lambda: pages[1].text == "here")


async def test_the_same_page_opened_twice_is_one(table: Table, doors: Doors) -> None:
    first = await doors.open(table.heron)
    second = Page()
    second.client = first.client
    await doors.open(table.heron, second)

    assert await closed(first) == Close.TAKEN_OVER


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", Close.MALFORMED),
        (json.dumps({"t": "hello", "client": "another-one", "v": None}), Close.MALFORMED),
        (json.dumps({"t": "ping", "x": "a" * 65536}), Close.TOO_LARGE),
    ],
)
async def test_garbage_ends_only_its_own_connection(
    table: Table, doors: Doors, frame: str, code: Close
) -> None:
    heron, plover = await doors.open(table.heron), await doors.open(table.plover)
    await heron._send(frame)

    assert await closed(heron) == code
    plover.type(0, "here")
    await plover.save()


async def test_before_hello_nothing_else_is_heard(table: Table, doors: Doors) -> None:
    socket = doors.socket(table.heron)
    await socket.connect()
    await socket.send_to(text_data=json.dumps({"t": "ping"}))

    assert (await socket.receive_output(timeout=5))["code"] == Close.MALFORMED


async def test_a_page_that_speaks_too_fast_is_closed(table: Table, doors: Doors) -> None:
    heron = await doors.open(table.heron)
    for _ in range(70):
        await heron.say("ping")

    assert await closed(heron) == Close.TOO_FAST


@pytest.mark.parametrize("changes", [[5, [0, "a"]], [[1]], [[1, "a"]]])
async def test_changes_that_do_not_fit_are_refused_with_a_sentence(
    table: Table, doors: Doors, changes: Any
) -> None:
    heron = await doors.open(table.heron)
    await heron.say("push", v=0, edits=[{"s": 1, "c": changes}])
    refused = await heron.until("refused")

    assert (refused["code"], refused["s"], bool(refused["say"])) == ("malformed", 1, True)
    assert await rows(Edit.objects.count) == 0


async def test_a_draft_that_is_full_refuses_more(table: Table, doors: Doors) -> None:
    key = uuid.uuid4()
    full = "a" * 1_000_000
    await rows(
        lambda: save_text(table.draft, base_version=0, text=full, client_key=key, by=table.plover)
    )
    heron = await doors.open(table.heron)
    heron.type(10, "b")
    await heron.push()
    refused = await heron.until("refused")

    assert refused["code"] == "too_large"
    assert await rows(lambda: text_at(table.draft.pk, 1)) == full


async def test_a_sequence_that_skips_is_refused(table: Table, doors: Doors) -> None:
    heron = await doors.open(table.heron)
    await heron.say("push", v=0, edits=[{"s": 2, "c": [[0, "a"]]}])

    assert (await heron.until("refused"))["code"] == "malformed"
    assert await rows(Edit.objects.count) == 0


# --- presence -------------------------------------------------------------------------------------


async def test_people_see_who_is_here_where_they_point_and_that_they_leave(
    table: Table, doors: Doors
) -> None:
    heron = await doors.open(table.heron)
    heron.type(0, "one two")
    await heron.save()
    plover = await doors.open(table.plover)
    arrived = await heron.until_peer(table.plover.pk)
    await plover.say("here", v=1, a=4, h=7)
    moved = await heron.until("moved")
    heron.type(0, "zero ")
    await heron.save()
    late = await doors.open(table.facilitator)
    seen = {peer["id"]: (peer["a"], peer["h"]) for peer in late.heard[-1]["peers"]}
    await plover.leave()
    left = await heron.until_gone(table.plover.pk)

    assert (arrived["name"], arrived["role"], arrived["colour"]) == (
        "Plover",
        "participant",
        table.plover.hue,
    )
    assert moved["at"] == [[table.plover.pk, 4, 7]]
    assert seen[table.plover.pk] == (9, 12)
    assert left["gone"] == [table.plover.pk]


async def test_under_the_chatham_house_rule_no_frame_says_who_writes(
    table: Table, doors: Doors
) -> None:
    await rows(lambda: Workshop.objects.update(attribution=Workshop.Attribution.CHATHAM))
    heron, plover = await doors.open(table.heron), await doors.open(table.plover)
    heron.type(0, "It could rain.")
    await heron.save()
    await plover.until("edits")
    await heron.say("here", v=1, a=3, h=3)
    moved = await plover.until("moved")
    late = await doors.open(table.facilitator)
    await heron.leave()
    left = await plover.until("peers")
    while not left["gone"]:
        left = await plover.until("peers")

    heard = [*plover.heard, *late.heard]
    people = [peer for frame in heard for peer in frame.get("peers", [])]
    assert {peer["name"] for peer in people} == {"Somebody"}
    seats = {table.heron.pk, table.plover.pk, table.facilitator.pk}
    numbers = {peer["id"] for peer in people}
    numbers |= {edit["seat"] for frame in heard for edit in frame.get("edits", [])}
    assert numbers.isdisjoint(seats)
    assert moved["at"] == [[heron.seat, 3, 3]]
    assert left["gone"] == [heron.seat]


async def test_a_place_outside_the_text_is_ignored(table: Table, doors: Doors) -> None:
    heron, plover = await doors.open(table.heron), await doors.open(table.plover)
    await heron.say("here", v=0, a=50, h=50)
    await heron.say("here", v=9, a=0, h=0)
    await heron.say("here", v=0, a=0, h=0)

    assert (await plover.until("moved"))["at"] == [[table.heron.pk, 0, 0]]


async def test_a_draft_of_another_workshop_hears_nothing(table: Table, doors: Doors) -> None:
    other = await rows(lambda: make_scenario(table.stranger.workshop).draft)
    table.draft, own = other, table.draft
    stranger = await doors.open(table.stranger)
    table.draft = own
    heron = await doors.open(table.heron)
    heron.type(0, "secret")
    await heron.save()
    await stranger.say("ping")
    await stranger.until("pong")

    assert {frame["t"] for frame in stranger.heard} <= {"welcome", "peers", "pong"}
    assert "secret" not in json.dumps(stranger.heard)
    assert all(peer["id"] == table.stranger.pk for peer in stranger.heard[0]["peers"])
