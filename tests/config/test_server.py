"""What strangers may send to the server itself: over real connections, and under a clock of our own."""

import asyncio
import json
import signal
import socket
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.sync.client import ClientConnection, connect

from config import server as server_module
from config.frontdoor import MAX_BODY
from config.server import Channel, Door, Server
from scenarios.live.protocol import Close
from tests.campaigns.frames import A_SECOND, Seen, over_sockets, tables_of
from tests.processes import WebServer, embedded_server
from tests.scenarios.live.writers import laid_table

# --- over real connections ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with embedded_server(tmp_path_factory.mktemp("server")) as running:
        yield running
        assert "Traceback" not in running.log()


@pytest.fixture(scope="module")
def laid(server: WebServer) -> dict[str, Any]:
    return laid_table(server)


def ask(server: WebServer, request: bytes, *, host: bytes | None = None) -> int:
    """The status of the answer; 0 for a line that was cut."""
    host = f"127.0.0.1:{server.port}".encode() if host is None else host
    first, _, rest = request.partition(b"\r\n")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        try:
            line.sendall(first + b"\r\nHost: " + host + b"\r\nConnection: close\r\n" + rest)
            answer = line.recv(100)
        except ConnectionError:
            return 0
    return int(answer.split()[1]) if answer else 0


CHUNK = b"80000\r\n" + b"x" * 0x80000 + b"\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\n\r\n", 200),
        (b"POST / HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000, 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK * 5 + b"0\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n" + b"x" * 20_000_000, 0),
        (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\nCookie: " + b"a" * 20_000 + b"\r\n\r\n", 0),
        (b"G\xc3\x89T / HTTP/1.1\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00garbage\r\n\r\n", 400),
        (b"GET /ws/drafts/1/ HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", 400),
    ],
)
def test_requests_that_make_no_sense_are_refused(
    server: WebServer, request_: bytes, status: int
) -> None:
    assert ask(server, request_) == status


def test_a_request_for_another_site_is_refused(server: WebServer) -> None:
    assert ask(server, b"GET / HTTP/1.1\r\n\r\n", host=b"evil.example") == 400


def test_nobody_chooses_where_our_addresses_begin(server: WebServer) -> None:
    request = b"GET /accounts/login/ HTTP/1.1\r\nDaphne-Root-Path: /evil\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(request.replace(b"\r\nD", f"\r\nHost: 127.0.0.1:{server.port}\r\nD".encode()))
        assert b"/evil" not in line.recv(100_000)


@contextmanager
def open_socket(
    server: WebServer,
    laid: dict[str, Any],
    *,
    hello: bool = True,
    origin: str = "",
    cookie: str = "",
    **options: Any,
) -> Iterator[ClientConnection]:
    headers = {"Cookie": cookie or laid["cookies"]["heron"], "Origin": origin or server.url}
    url = f"ws://127.0.0.1:{server.port}{laid['path']}"
    options = {"compression": None} | options
    with connect(url, additional_headers=headers, **options) as opened:
        if hello:
            opened.send(json.dumps({"t": "hello", "client": "abcdefgh", "v": None}))
            assert json.loads(opened.recv(5))["t"] == "welcome"
        yield opened


def code_after(opened: ClientConnection, wire: bytes) -> int:
    """How the server closes when it gets these bytes; 1006 if it just cuts the line."""
    with suppress(OSError):  # it may have heard enough before the end
        opened.socket.sendall(wire)
    return closing_code(opened)


def closing_code(opened: ClientConnection) -> int:
    try:
        while True:
            opened.recv(5)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


def frame(opcode: Opcode, data: bytes = b"", *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin=fin).serialize(mask=True)


def compressed(data: bytes) -> bytes:
    wire = frame(Opcode.TEXT, zlib.compress(data, wbits=-15))
    return bytes([wire[0] | 0x40]) + wire[1:]


EMPTY = frame(Opcode.CONT, fin=False)
TEXT = frame(Opcode.TEXT, b"{", fin=False)
HUGE = struct.pack("!BBQ4s", 0x81, 0xFF, 2**62, b"mask")


KINDS = ["drafts", "sessions"]
FRAMES = {
    "nested lists": (frame(Opcode.TEXT, b"[" * 60_000), Close.MALFORMED),
    "nested objects": (frame(Opcode.TEXT, b'{"t":' * 10_000), Close.MALFORMED),
    "half a character": (frame(Opcode.TEXT, b"\xed\xa0\x80"), 1006),
    "bytes": (frame(Opcode.BINARY, b'{"t":"ping"}'), Close.MALFORMED),
    "a long message": (frame(Opcode.TEXT, b"a" * 70_000), Close.TOO_LARGE),
    "an endless frame": (HUGE + b"a" * 1000, Close.TOO_LARGE),
    "a long message in pieces": (
        TEXT + frame(Opcode.CONT, b" " * 40_000, fin=False) * 2,
        Close.TOO_LARGE,
    ),
    "a flood of pieces": (TEXT + EMPTY * 100_000, Close.MALFORMED),
    "a compressed bomb": (compressed(b"a" * 10_000_000), 1006),
    "a piece of nothing": (frame(Opcode.CONT), 1006),
    "noise": (b"\xff" * 100, 1006),
    "a flood of pings": (frame(Opcode.PING, b"a") * 10_000, Close.TOO_FAST),
    "a flood of pongs": (frame(Opcode.PONG) * 10_000, Close.TOO_FAST),
    "a flood of frames": (frame(Opcode.TEXT, b'{"t":"ping"}') * 10_000, Close.TOO_FAST),
}


@pytest.mark.parametrize("what", FRAMES)
def test_frames_that_make_no_sense_end_their_socket(
    server: WebServer, laid: dict[str, Any], what: str
) -> None:
    wire, code = FRAMES[what]
    with open_socket(server, laid) as opened:
        assert code_after(opened, wire) == code
    with open_socket(server, laid) as again:
        again.send('{"t":"ping"}')


def test_whoever_goes_on_after_the_end_is_cut_off(server: WebServer, laid: dict[str, Any]) -> None:
    flood = b"\x81\xfe\xff\xff" * 5_000_000
    with open_socket(server, laid) as opened:
        code = code_after(opened, frame(Opcode.TEXT, b"a" * 70_000) + flood)
    assert code in {Close.TOO_LARGE, 1006}  # whether the word still comes through


def test_a_frame_before_anybody_is_known_is_not_heard(
    server: WebServer, laid: dict[str, Any]
) -> None:
    with open_socket(server, laid, hello=False, cookie="a=b") as nobody:
        assert code_after(nobody, frame(Opcode.TEXT, b"x" * 60_000)) == Close.SIGNED_OUT


@pytest.mark.parametrize(
    "path",
    ["/ws/", "/ws/drafts/0/", *(f"/ws/{what}/{'9' * n}/" for what in KINDS for n in (20, 5000))],
)
def test_a_socket_to_nothing_is_closed(server: WebServer, laid: dict[str, Any], path: str) -> None:
    assert ending(server, laid | {"path": path}) in {Close.NOT_FOUND, 403}


def ending(server: WebServer, laid: dict[str, Any]) -> int:
    try:
        with open_socket(server, laid, hello=False) as opened:
            return closing_code(opened)
    except InvalidStatus as refused:
        return refused.response.status_code


@pytest.mark.parametrize(
    "origin", ["null", "http://[", "http://127.0.0.1:x", "x" * 5000, "http://\xff"]
)
def test_an_origin_that_is_none_is_a_refusal(
    server: WebServer, laid: dict[str, Any], origin: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        open_socket(server, laid, origin=origin).__enter__()
    assert refused.value.response.status_code in {400, 403}


def test_broken_frames_change_nothing_and_hold_nobody_up(
    server: WebServer, laid: dict[str, Any]
) -> None:
    hello, ping = '{"t":"hello","client":"abcdefgh","v":null}', '{"t":"ping"}'
    push = '{"t":"push","v":0,"edits":[{"s":1,"c":[[0,"a"]]},{"s":2,"c":[[0,"é"],1]}]}'
    seen, before = Seen(), tables_of(server)
    asyncio.run(over_sockets(server, laid, [hello, push, push, ping], 300, seed="1", seen=seen))

    assert seen.frames >= 300
    assert seen.slowest < A_SECOND
    assert tables_of(server) == before


def test_compression_is_not_offered(server: WebServer, laid: dict[str, Any]) -> None:
    with open_socket(server, laid, compression="deflate") as opened:
        assert not opened.protocol.extensions


def test_on_a_restart_pages_are_asked_to_come_back(server: WebServer, laid: dict[str, Any]) -> None:
    """The last one to need the server."""
    assert server.process is not None
    with open_socket(server, laid) as opened:
        server.process.send_signal(signal.SIGTERM)
        assert closing_code(opened) == 1012

    assert server.process.wait(10) == 0


# --- under a clock of our own ---------------------------------------------------------------------


class Line:
    """A connection to a server that is not running."""

    def __init__(self) -> None:
        self.server = Server(None, host="127.0.0.1", port=0, ready=lambda: None)
        self.clock = Clock()
        self.door = Door(self.server)
        self.door.reactor = self.clock
        self.transport = StringTransport()
        self.channel = self.door.buildProtocol(None)
        self.channel.makeConnection(self.transport)

    def gone(self) -> bool:
        return bool(self.transport.disconnecting or self.transport.disconnected)


@pytest.fixture
def line() -> Line:
    return Line()


def test_headers_that_trickle_in_are_not_waited_for(line: Line) -> None:
    line.channel.dataReceived(b"GET / HTTP/1.1\r\n")
    for _ in range(int(server_module.HEADERS_WITHIN) - 1):
        line.clock.advance(1)
        line.channel.dataReceived(b"A: b\r\n")
    assert not line.gone()
    line.clock.advance(1)

    assert line.gone()
    assert line.transport.value().startswith(b"HTTP/1.1 408")


def test_a_body_that_trickles_in_is_waited_for_a_while(line: Line) -> None:
    line.channel.dataReceived(b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(int(server_module.BODY_WITHIN) // 10):
        line.clock.advance(10)
        line.channel.dataReceived(b"a")

    assert line.gone()


def test_whoever_says_nothing_is_let_go(line: Line) -> None:
    line.clock.advance(server_module.HEADERS_WITHIN)
    line.clock.advance(server_module.IDLE)

    assert line.gone()
    assert line.transport.value() == b""


def test_unfinished_bodies_fill_no_memory(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "UNFINISHED", MAX_BODY)
    line.channel.dataReceived(b"POST / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n")
    line.channel.dataReceived(b"a" * 1_500_000)
    assert (line.server.unfinished, line.gone()) == (1_500_000, False)
    line.server.unfinished += 1_000_000  # others
    line.channel.dataReceived(b"a")
    line.channel.connectionLost(None)

    assert line.gone()
    assert line.server.unfinished == 1_000_000


def test_there_are_only_so_many_connections(line: Line) -> None:
    line.server.connected = line.server.most
    assert line.door.buildProtocol(None) is None
    line.channel.connectionLost(None)
    assert line.door.buildProtocol(None) is not None
    assert isinstance(line.channel._channel, Channel)
