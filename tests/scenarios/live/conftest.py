import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import connection, connections
from django.test import Client

from config.asgi import application
from scenarios.live.hall import hall
from scenarios.models import Draft
from tests.factories import make_scenario, make_seat, make_workshop
from tests.scenarios.live.pages import Page
from workshops.models import Role, Seat, Workshop

T = TypeVar("T")


async def rows(work: Callable[[], T]) -> T:
    """Django's rows from an async test, leaving no connection behind."""

    def working() -> T:
        try:
            return work()
        finally:
            connection.close()

    return await asyncio.to_thread(working)


def cookie(seat: Seat) -> str:
    """The seat's person, signed in."""
    browser = Client()
    assert seat.participant is not None
    browser.force_login(seat.participant)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


@dataclass
class Table:
    """A workshop at its drafting stage, with a draft and those around it, each signed in."""

    workshop: Workshop
    draft: Draft
    heron: Seat
    plover: Seat
    facilitator: Seat
    moderator: Seat
    observer: Seat
    stranger: Seat  # sits in another workshop
    sessions: dict[int, str]

    def socket(
        self, seat: Seat | None, draft: int | None = None, **headers: str
    ) -> WebsocketCommunicator:
        fields = {"host": "127.0.0.1", "origin": "http://127.0.0.1"}
        if seat is not None:
            fields["cookie"] = f"{settings.SESSION_COOKIE_NAME}={self.sessions[seat.pk]}"
        return WebsocketCommunicator(
            application,
            f"/ws/drafts/{self.draft.pk if draft is None else draft}/",
            headers=[(name.encode(), value.encode()) for name, value in (fields | headers).items()],
        )

    async def page(self, seat: Seat, page: Page | None = None) -> Page:
        """Open and welcomed; or, with a page, the same page over a new connection."""
        socket = self.socket(seat)
        connected, _ = await socket.connect()
        assert connected

        async def receive() -> str:
            message = await socket.receive_output(timeout=5)
            if message["type"] == "websocket.close":
                raise Closed(message["code"])
            return str(message["text"])

        async def send(frame: str) -> None:
            await socket.send_to(text_data=frame)

        if page is None:
            page = Page(send, receive)
        else:
            page.reconnect(send, receive)
        page.leave = socket.disconnect  # type: ignore[attr-defined]
        await page.hello()
        return page


class Closed(Exception):
    @property
    def code(self) -> int:
        return int(self.args[0])


@pytest.fixture
async def empty_hall(transactional_db: None) -> AsyncIterator[None]:
    """Afterwards nothing is left running, and no thread holds on to the database."""
    yield
    await hall().close()
    await database_sync_to_async(connections.close_all)()


@pytest.fixture
def table(empty_hall: None) -> Table:
    workshop = make_workshop()
    draft = make_scenario(workshop).draft
    seats: dict[str, Any] = {
        "heron": make_seat(workshop, pseudonym="Heron"),
        "plover": make_seat(workshop, pseudonym="Plover", language="ar"),
        "facilitator": make_seat(workshop, Role.FACILITATOR),
        "moderator": make_seat(workshop, Role.MODERATOR),
        "observer": make_seat(workshop, Role.OBSERVER),
        "stranger": make_seat(make_workshop()),
    }
    sessions = {seat.pk: cookie(seat) for seat in seats.values()}
    return Table(workshop, draft, sessions=sessions, **seats)
