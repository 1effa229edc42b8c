"""The socket of a session's room: who is let in, what it says, and who is sent away."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.db import connections
from django.utils import timezone

from config.asgi import application
from tests.factories import make_session
from tests.scenarios.live.conftest import rows
from tests.scenarios.live.table import Table, lay_table
from workshops.actions import meeting as actions
from workshops.models import Attendance, Seat, Session

HERE = '{"t":"here"}'


@pytest.fixture
async def _nobody_holds_on(transactional_db: None) -> AsyncIterator[None]:
    yield
    await database_sync_to_async(connections.close_all)()


@pytest.fixture(name="table")
def laid(_nobody_holds_on: None) -> Table:
    return lay_table()


@pytest.fixture
async def session(table: Table) -> Session:
    return await rows(lambda: make_session(table.workshop, starts_at=timezone.now()))


def door(table: Table, session: int, seat: Seat | None, **headers: str) -> WebsocketCommunicator:
    fields = {"host": "127.0.0.1", "origin": "http://127.0.0.1"} | headers
    if seat is not None:
        fields["cookie"] = table.cookie(seat)
    return WebsocketCommunicator(
        application,
        f"/ws/sessions/{session}/",
        headers=[(name.encode(), value.encode()) for name, value in fields.items()],
    )


async def told(socket: WebsocketCommunicator, frame: str | None = HERE) -> Any:
    """The next thing it says: a frame, or the code it closes with."""
    if frame is not None:
        await socket.send_to(text_data=frame)
    message = await socket.receive_output(timeout=5)
    return message["code"] if message["type"] == "websocket.close" else json.loads(message["text"])


async def test_it_tells_the_servers_time_and_that_something_changed(
    table: Table,
    session: Session,
) -> None:
    heron, plover = (door(table, session.pk, seat) for seat in (table.heron, table.plover))
    assert (await heron.connect())[0]
    first = await told(heron)
    assert first.keys() == {"t", "now", "pulse"}
    assert abs(first["now"] - timezone.now().timestamp()) < 5

    assert (await plover.connect())[0]
    second = await told(plover)
    heard = await told(heron, None)
    assert second["pulse"] == heard["pulse"] == first["pulse"] + 1

    await plover.disconnect()
    assert (await told(heron, None))["pulse"] == first["pulse"] + 2
    there = await rows(lambda: list(session.attendance.present().values_list("seat", flat=True)))
    assert there == [table.heron.pk]
    await heron.disconnect()


async def test_a_page_that_was_loaded_again_stays_there(table: Table, session: Session) -> None:
    old, new = (door(table, session.pk, table.heron) for _page in range(2))
    for socket in (old, new):
        assert (await socket.connect())[0]
        await told(socket)

    await old.disconnect()

    assert await rows(lambda: session.attendance.present().count()) == 1
    await new.disconnect()
    assert await rows(lambda: session.attendance.present().count()) == 0


async def test_an_observer_hears_and_is_not_counted(table: Table, session: Session) -> None:
    socket = door(table, session.pk, table.observer)
    assert (await socket.connect())[0]

    assert (await told(socket))["t"] == "now"
    assert not await rows(Attendance.objects.exists)
    await socket.disconnect()


@pytest.mark.parametrize("frame", ['{"t":"go_on"}', "{}", "[]", "here", '{"t":"here"} '])
async def test_it_takes_nothing_but_that_one_is_here(
    table: Table,
    session: Session,
    frame: str,
) -> None:
    socket = door(table, session.pk, table.facilitator)
    assert (await socket.connect())[0]

    assert await told(socket, frame) == 4400


async def test_whoever_talks_too_fast_is_sent_away(table: Table, session: Session) -> None:
    socket = door(table, session.pk, table.heron)
    assert (await socket.connect())[0]
    for _time in range(70):
        await socket.send_to(text_data=HERE)

    said = [await told(socket, None)]
    while isinstance(said[-1], dict):
        said.append(await told(socket, None))

    assert said[-1] == 4429


async def test_another_site_opens_none(table: Table, session: Session) -> None:
    socket = door(table, session.pk, table.heron, origin="http://elsewhere.example")

    assert (await socket.connect())[0] is False


@pytest.mark.parametrize(("event", "code"), [("removed", 4403), ("rules", 4403), ("out", 4401)])
async def test_whoever_may_not_read_any_more_is_sent_away_within_moments(
    table: Table,
    session: Session,
    event: str,
    code: int,
) -> None:
    socket = door(table, session.pk, table.heron)
    assert (await socket.connect())[0]
    await told(socket)

    def happen() -> None:
        from django.contrib.sessions.models import Session as Browser

        match event:
            case "removed":
                Seat.objects.filter(pk=table.heron.pk).update(state=Seat.State.REMOVED)
            case "rules":
                type(table.workshop).objects.update(rules_version=7)
            case _:
                Browser.objects.filter(session_key=table.sessions[table.heron.pk]).delete()

    await rows(happen)
    said = await told(socket, None)

    assert said == code


async def test_a_lost_hint_is_found_by_looking(
    table: Table,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    socket = door(table, session.pk, table.heron)
    assert (await socket.connect())[0]
    before = (await told(socket))["pulse"]
    monkeypatch.setattr("workshops.events.send", lambda *_hint: None)

    await rows(lambda: actions.raise_hand(session, up=True, by=table.plover))

    assert (await told(socket, None))["pulse"] == before + 1
    await socket.disconnect()
