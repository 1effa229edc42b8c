import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.db import connection, connections

from config.asgi import application
from scenarios.live.hall import hall
from tests.scenarios.live.pages import Closed, Page
from tests.scenarios.live.table import Table, lay_table
from workshops.models import Seat

T = TypeVar("T")


async def rows(work: Callable[[], T]) -> T:
    """Django's rows from an async test, leaving no connection behind."""

    def working() -> T:
        try:
            return work()
        finally:
            connection.close()

    return await asyncio.to_thread(working)


class Doors:
    """Opens pages on the table's draft, through the whole server but the network."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def socket(
        self, seat: Seat | None, draft: int | None = None, **headers: str
    ) -> WebsocketCommunicator:
        fields = {"host": "127.0.0.1", "origin": "http://127.0.0.1"} | headers
        if seat is not None:
            fields.setdefault("cookie", self.table.cookie(seat))
        return WebsocketCommunicator(
            application,
            f"/ws/drafts/{self.table.draft.pk if draft is None else draft}/",
            headers=[(name.encode(), value.encode()) for name, value in fields.items()],
        )

    async def open(self, seat: Seat, page: Page | None = None) -> Page:
        """A page that was welcomed; or, given a page, the same one over a new connection."""
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

        page = page or Page()
        page.connect(send, receive, socket.disconnect)
        await page.hello()
        return page

    async def refused(self, seat: Seat | None, draft: int | None = None) -> int:
        """The code a page is closed with right after the door opens."""
        socket = self.socket(seat, draft)
        assert (await socket.connect())[0]
        message = await socket.receive_output(timeout=5)
        assert message["type"] == "websocket.close"
        return int(message["code"])


@pytest.fixture
async def empty_hall(transactional_db: None) -> AsyncIterator[None]:
    """Afterwards nothing is left running, and no thread holds on to the database."""
    yield
    await hall().close()
    await database_sync_to_async(connections.close_all)()


@pytest.fixture
def table(empty_hall: None) -> Table:
    return lay_table()


@pytest.fixture
def doors(table: Table) -> Doors:
    return Doors(table)
