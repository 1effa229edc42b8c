"""Under a server that does what ASGI says and no more: uvicorn. Nothing is quicker there, and nothing is otherwise."""

import asyncio
import http.client
import json
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.processes import WebServer, environment, lay_out
from tests.scenarios.live.pages import Page
from tests.scenarios.live.posting import InTurn
from tests.scenarios.live.writers import Writer, closing_code, line, read, two_writers

UVICORN = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", "{port}"]
OPTIONS = ["--ws-max-size", "65536", "--lifespan", "off", "--no-access-log"]


class Uvicorn(WebServer):
    """With no worker beside it, it never calls itself healthy."""

    def health(self) -> int:
        return 200 if super().health() == 503 else 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    folder = tmp_path_factory.mktemp("uvicorn")
    lay_out(folder)
    env = environment(FLAMINGO_DATA_DIR=str(folder))
    with Uvicorn([*UVICORN, *OPTIONS], env, folder=folder) as running:
        yield running
        assert "Traceback" not in running.log(), running.log()


@pytest.fixture(scope="module")
def writers(server: WebServer) -> tuple[Writer, Writer]:
    return two_writers(server, server)


async def test_two_write_in_one_draft(server: WebServer, writers: tuple[Writer, Writer]) -> None:
    heron, plover = writers
    writing = asyncio.gather(heron.work(), plover.work())
    await asyncio.gather(heron.has_written(40), plover.has_written(40))
    heron.stop = plover.stop = True
    await asyncio.wait_for(writing, 20)
    text = await read(server, heron, plover)

    assert heron.page.text == plover.page.text == text
    assert sorted(text.split()) == sorted(heron.marks(heron.typed) + plover.marks(plover.typed))


async def test_where_no_socket_comes_through_posts_do(
    server: WebServer, writers: tuple[Writer, Writer]
) -> None:
    page, (heron, plover) = Page(), writers
    line = InTurn(page, heron.path, heron.cookie, server)
    await page.hello()
    page.type(0, "By posts ")
    await page.save(within=10)
    await line.leave()

    assert (await read(server, heron, plover)).startswith("By posts ")
    assert len(line.lines) == 1


HELLO = json.dumps({"t": "hello", "client": "another-server", "v": None})


@pytest.mark.parametrize(
    ("says", "codes"),
    [
        (["nonsense"], {4400}),
        ([HELLO, HELLO], {4400}),
        ([HELLO, "a" * 70_000], {4413, 1009}),
        ([HELLO, *['{"t":"ping"}'] * 70], {4429}),
    ],
)
async def test_what_makes_no_sense_ends_the_socket(
    server: WebServer, writers: tuple[Writer, Writer], says: list[str], codes: set[int]
) -> None:
    async with line(writers[0]) as socket:
        try:
            for frame in says:
                await socket.send(frame)
        except ConnectionClosed:
            pass
        assert await closing_code(socket) in codes


def test_a_long_body_is_refused_unread(server: WebServer) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as asking:
        asking.putrequest("POST", "/")
        asking.putheader("Content-Length", "3000000")
        asking.endheaders()
        assert asking.getresponse().status == 413


async def test_a_page_of_another_site_is_not_let_in(
    server: WebServer, writers: tuple[Writer, Writer]
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await line(writers[0], origin="http://evil.example")
    assert refused.value.response.status_code == 403


async def test_signing_out_closes_the_page(
    server: WebServer, writers: tuple[Writer, Writer]
) -> None:
    key = writers[1].cookie.partition("=")[2]
    async with line(writers[1]) as socket:
        await socket.send(HELLO.replace("another", "plovers"))
        await socket.recv()
        with closing(sqlite3.connect(server.folder / "flamingo.sqlite3")) as database, database:
            database.execute("DELETE FROM django_session WHERE session_key = ?", [key])
        assert await closing_code(socket, within=3) == 4401


async def test_on_a_restart_pages_are_asked_to_come_back(
    server: WebServer, writers: tuple[Writer, Writer]
) -> None:
    """The last one to need the server."""
    assert server.process is not None
    async with line(writers[0]) as socket:
        await socket.send(HELLO)
        await socket.recv()
        server.process.send_signal(signal.SIGTERM)
        assert await closing_code(socket) == 1012
