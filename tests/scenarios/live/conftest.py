import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.db import connection, connections

from config.asgi import application, exchanges
from scenarios.live.hall import hall
from tests.scenarios.live.pages import Closed, Page
from tests.scenarios.live.posting import PostLine
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

    async def post(
        self,
        seat: Seat | None,
        body: Any,
        draft: int | None = None,
        path: str = "",
        **headers: str,
    ) -> tuple[int, Any]:
        """Status and answer of one post to the draft's address."""
        token = "c" * 32
        fields = {"host": "127.0.0.1", "origin": "http://127.0.0.1", "x-csrftoken": token} | headers
        cookie = f"csrftoken={token}"
        if seat is not None:
            cookie = f"{self.table.cookie(seat)}; {cookie}"
        path = path or f"/ws/drafts/{self.table.draft.pk if draft is None else draft}/"
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [
                (name.encode(), value.encode("latin-1"))
                for name, value in ({"cookie": cookie} | fields).items()
            ],
        }
        post: Any = ApplicationCommunicator(application, scope)  # type: ignore[no-untyped-call]
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        await post.send_input({"type": "http.request", "body": sent, "more_body": False})
        start = await post.receive_output(timeout=25)
        answer = await post.receive_output(timeout=5)
        await post.wait()
        try:
            return start["status"], json.loads(answer["body"])
        except ValueError:
            return start["status"], answer["body"].decode()

    async def open_by_posts(self, seat: Seat, page: Page | None = None) -> Page:
        """As `open`, where no socket comes through."""
        line = Posts(self, seat)
        page = page or Page()
        page.connect(line.send, line.receive, line.leave)
        await page.hello()
        return page

    async def refused(self, seat: Seat | None, draft: int | None = None) -> int:
        """The code a page is closed with right after the door opens."""
        socket = self.socket(seat, draft)
        assert (await socket.connect())[0]
        message = await socket.receive_output(timeout=5)
        assert message["type"] == "websocket.close"
        return int(message["code"])


class Posts(PostLine):
    """To the application itself."""

    def __init__(self, doors: Doors, seat: Seat) -> None:
        super().__init__()
        self.doors, self.seat = doors, seat

    async def ask(self, said: Any) -> tuple[int, Any]:
        return await self.doors.post(self.seat, said)


@pytest.fixture
async def empty_hall(transactional_db: None) -> AsyncIterator[None]:
    """Afterwards nothing is left running, and no thread holds on to the database."""
    yield
    await exchanges.close()
    await hall().close()
    await database_sync_to_async(connections.close_all)()


@pytest.fixture
def table(empty_hall: None) -> Table:
    return lay_table()


@pytest.fixture
def doors(table: Table) -> Doors:
    return Doors(table)
