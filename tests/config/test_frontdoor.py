import asyncio
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.db import OperationalError

from config.frontdoor import ask_to_come_back, limit_bodies

HERE = (b"host", b"127.0.0.1:8000")


async def swallow(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def answer(headers: list[tuple[bytes, bytes]], chunks: list[bytes]) -> int:
    """The status our door gives to a request with this body."""
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": n < len(chunks) - 1}
        for n, chunk in enumerate(chunks)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(limit_bodies(swallow, max_body=100)({"headers": [HERE, *headers]}, receive, send))
    return int(sent[0]["status"])


def test_a_body_within_the_limit_passes() -> None:
    assert answer([(b"content-length", b"100")], [b"x" * 100]) == 200


def test_an_announced_long_body_is_refused_unread() -> None:
    assert answer([(b"content-length", b"101")], []) == 413


def test_a_body_that_grows_beyond_the_limit_is_refused() -> None:
    assert answer([], [b"x" * 60, b"x" * 60]) == 413


def test_a_length_that_is_no_number_is_refused() -> None:
    assert answer([(b"content-length", b"-1")], []) == 413


@pytest.mark.parametrize(
    "kind",
    [
        b"multipart/form-data; boundary=x; charset=rot13",
        b"multipart/form-data; boundary=x; charset*=rot13''rot13",
        b"text/plain; charset=utf-16",
        b"text/plain; x*=bogus''%41",
        b"text/plain; charset*=hex''%41",
    ],
)
def test_a_body_that_is_not_utf_8_is_refused(kind: bytes) -> None:
    assert answer([(b"content-type", kind)], [b"--x--"]) == 415


@pytest.mark.parametrize(
    "kind", [b"multipart/form-data; boundary=x", b"application/json; charset=UTF-8", b"\xff"]
)
def test_a_body_of_any_other_kind_passes(kind: bytes) -> None:
    assert answer([(b"content-type", kind)], [b"--x--"]) == 200


@pytest.mark.parametrize("host", [b"evil.example", b"", b"\xff", b"127.0.0.1.evil.example", b"a b"])
def test_a_request_for_another_site_is_refused(host: bytes) -> None:
    assert answer([(b"host", host)], [b""]) == 400


async def test_a_socket_that_opens_while_the_database_is_away_is_asked_to_come_back() -> None:
    async def without_database(*connection: Any) -> None:
        raise OperationalError

    socket = WebsocketCommunicator(ask_to_come_back(without_database), "/ws/drafts/1/")

    assert await socket.connect() == (True, None)
    assert await socket.receive_output() == {"type": "websocket.close", "code": 4408}
