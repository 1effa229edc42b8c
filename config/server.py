"""Daphne, with limits that hold before anything is buffered or anybody is known, and with a goodbye.

Whoever connects has a while to say what they want, and may send so much; nobody's unfinished words fill the memory.
"""

import asyncio
import gc
import logging
import resource
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.server import Server as Daphne
from daphne.server import reactor
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.tcp import Server as Transport
from twisted.logger import LogLevel, globalLogBeginner
from twisted.web.http import HTTPChannel, _GenericHTTPChannelProtocol

from config.frontdoor import MAX_BODY
from scenarios.live.allowance import Allowance
from scenarios.live.protocol import FRAME_BYTES, Close

logger = logging.getLogger(__name__)

CONNECTIONS: Final = 5000
"""At once, if the system gives us as many files."""

SPARE_FILES: Final = 100

HEADERS_WITHIN: Final = 10
"""Seconds, from the first byte of a request or from the connection, however slowly they trickle in."""

BODY_WITHIN: Final = 300
IDLE: Final = 30
"""Seconds without a byte, in the middle of a request and between two."""

SWALLOWED: Final = 8 * MAX_BODY
"""Of a body that is too long so much is read and thrown away, so that whoever sends it hears the answer."""

UNFINISHED: Final = 64 * 1024 * 1024
"""Bytes of unfinished requests and frames, of everybody together."""

FRAGMENTS: Final = 64
"""Of one message; browsers send one."""

WAITING: Final = 100
"""Frames of one socket that are not yet looked at."""

LAST_WORDS: Final = 1024 * 1024
"""Bytes a socket may send after we closed it, while its own goodbye is on the way."""

SWITCH_WITHIN: Final = 0.0005
"""Seconds for which whoever stores something waits for the loop. It has to, several times a commit."""

SERVICE_RESTART: Final = 1012
GOODBYE_WITHIN: Final = 1.0
"""Seconds for pages to answer our goodbye."""


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection, while it speaks HTTP."""

    maxHeaders = 100
    _deadline: Any = None
    _began = False

    def connectionMade(self) -> None:
        self.server.connected += 1
        super().connectionMade()
        self._wait(HEADERS_WITHIN)

    def connectionLost(self, reason: Any) -> None:
        self.server.connected -= 1
        self._wait(None)
        super().connectionLost(reason)

    def dataReceived(self, data: bytes) -> None:
        self._began = True
        if self._deadline is None and not self._handlingRequest:
            self._wait(HEADERS_WITHIN)
        super().dataReceived(data)

    def allHeadersReceived(self) -> None:
        self._wait(BODY_WITHIN)
        super().allHeadersReceived()

    def allContentReceived(self) -> None:
        self._wait(None)
        super().allContentReceived()

    @property
    def server(self) -> "Server":
        return self.factory.server  # type: ignore[no-any-return]

    def _wait(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.callLater(seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._deadline = None
        self.setTimeout(None)
        if self._began:
            self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n")
        self.timeoutConnection()


class Request(WebRequest):  # type: ignore[misc]
    """Keeps of a body what may be kept, and forgets the rest; the front door then says the words."""

    method: bytes
    _received = _kept = 0

    def handleContentChunk(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > SWALLOWED or self.server.unfinished + len(data) > UNFINISHED:
            self.channel.transport.abortConnection()
        elif self._received <= MAX_BODY:
            self._keep(len(data))
            super().handleContentChunk(data)

    def process(self) -> Any:
        self._keep(-self._kept)
        if self._received > MAX_BODY:  # it came in chunks, or else it says so itself
            self.requestHeaders.setRawHeaders(b"content-length", [b"%d" % self._received])
            self.channel.persistent = False
        # The first is for a proxy that is part of Daphne's set-up, the other fails on an odd letter; we use neither.
        for name in (b"daphne-root-path", b"sec-websocket-protocol"):
            self.requestHeaders.removeHeader(name)
        if not (self.method.isascii() and self.method.isalpha()):
            self.method = b"GET"  # as which it is answered
            self.basic_error(400, b"Bad Request", "Invalid method")
            return None
        return super().process()

    def connectionLost(self, reason: Any) -> None:
        self._keep(-self._kept)
        super().connectionLost(reason)

    def _keep(self, more: int) -> None:
        self._kept += more
        self.server.unfinished += more


class Socket(WebSocketProtocol):  # type: ignore[misc]
    """One connection, since it speaks frames."""

    _fragments = _kept = _after_closing = 0
    listener: Callable[[str], None] | None = None
    """Who hears text at once. Without one, or while something waits for the application, it waits for its turn there."""

    def write(self, wire: bytes) -> None:
        """A frame as it goes over the wire, at once if nothing waits before it: Twisted would come back for it twice."""
        if self.state != self.STATE_OPEN:
            return
        transport = self.transport
        if type(transport) is Transport and not (transport.dataBuffer or transport._tempDataBuffer):
            try:
                wire = wire[transport.socket.send(wire) :]
            except BlockingIOError:
                pass
            except OSError:
                return  # the connection is lost; Twisted is about to say so
        if wire:
            transport.write(wire)

    def onConnect(self, request: Any) -> Any:
        self._control = Allowance(reactor.seconds())
        return super().onConnect(request)

    def connectionLost(self, reason: Any) -> None:
        self.factory.server_class.connected -= 1
        self._keep(-self._kept)
        super().connectionLost(reason)

    def dataReceived(self, data: bytes) -> None:
        if self.state == self.STATE_CLOSING:
            self._after_closing += len(data)
            if self._after_closing > LAST_WORDS:
                self.transport.abortConnection()
                return
        self._dataReceived(data)  # around which there are only words for a log
        unfinished = len(self.data or b"")
        if self.state == self.STATE_OPEN and self.inside_message:
            unfinished += self.message_data_total_length
        self._keep(unfinished - self._kept)
        if self.factory.server_class.unfinished > UNFINISHED:
            self.transport.abortConnection()

    def onMessageBegin(self, isBinary: bool) -> None:
        self._fragments = 0
        super().onMessageBegin(isBinary)

    def onMessageFrameBegin(self, length: int) -> None:
        self._fragments += 1
        if self._fragments > FRAGMENTS:
            self.end(Close.MALFORMED)
        super().onMessageFrameBegin(length)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.state != self.STATE_OPEN:
            return
        if self.listener is not None and not isBinary and self.application_queue.empty():
            self.last_ping = time.time()
            self.listener(payload.decode())
        elif self.application_queue.qsize() > WAITING:
            self.end(Close.TOO_FAST)
        else:
            super().onMessage(payload, isBinary)

    def onPing(self, payload: bytes) -> None:
        if self._control.take(reactor.seconds()):
            super().onPing(payload)
        else:
            self.end(Close.TOO_FAST)

    def onPong(self, payload: bytes) -> None:
        if not self._control.take(reactor.seconds()):
            self.end(Close.TOO_FAST)

    def _max_message_size_exceeded(self, *_: Any) -> None:
        self.end(Close.TOO_LARGE)

    def end(self, code: int) -> None:
        """Close, and hear no more. Any code will do, unlike `sendClose`."""
        if self.state == self.STATE_OPEN:
            self.failedByMe = True
            self.sendCloseFrame(code=int(code))

    def _keep(self, more: int) -> None:
        self._kept += more
        self.factory.server_class.unfinished += more


class Door(HTTPFactory):  # type: ignore[misc]
    def buildProtocol(self, addr: Any) -> Any:
        if self.server.connected >= self.server.most:
            return None  # which closes it
        protocol = _GenericHTTPChannelProtocol(Channel())
        protocol.factory = protocol.site = self
        protocol.callLater = self.reactor.callLater
        protocol.timeOut = IDLE
        protocol.requestFactory = Request
        return protocol


class Sockets(WebSocketFactory):  # type: ignore[misc]
    protocol = Socket


class Server(Daphne):  # type: ignore[misc]
    def __init__(
        self, application: Any, *, host: str, port: int, ready: Callable[[], None]
    ) -> None:
        interface = host.replace(":", r"\:")
        super().__init__(
            application,
            endpoints=[f"tcp:port={port}:interface={interface}"],
            ready_callable=ready,
            server_name="flamingo",
        )
        self.connections: dict[Any, Any] = {}
        self.connected = self.unfinished = 0
        self.most = min(CONNECTIONS, _files() - SPARE_FILES)

    def run(self) -> None:
        """As Daphne's own, with our parts."""
        self.http_factory = Door(self)
        self.ws_factory = Sockets(self, server=self.server_name)
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            allowNullOrigin=True,  # the application asks where a page comes from
            openHandshakeTimeout=HEADERS_WITHIN,
            maxMessagePayloadSize=FRAME_BYTES,
            maxFramePayloadSize=FRAME_BYTES,
        )
        globalLogBeginner.beginLoggingTo([_log], redirectStandardIO=False, discardBuffer=True)
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        for endpoint in self.endpoints:
            listener = serverFromString(reactor, endpoint).listen(self.http_factory)
            listener.addCallbacks(self.listen_success, self.listen_error)
            self.listeners.append(listener)
        asyncio.set_event_loop(reactor._asyncioEventloop)
        sys.setswitchinterval(SWITCH_WITHIN)
        gc.collect()
        gc.freeze()  # all of Django: to look through it for garbage again and again would hold everybody up
        reactor.addSystemEventTrigger("before", "shutdown", self.say_goodbye)
        if not self.abort_start:
            self.ready_callable()
            reactor.run()

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        if isinstance(protocol, Socket):
            scope["extensions"] = {"flamingo.socket": protocol}
        return super().create_application(protocol, scope)

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        self.ports = [*getattr(self, "ports", ()), port]

    def say_goodbye(self) -> Any:
        """Pages hear that they should come back, to whoever runs then; what is being stored is stored meanwhile."""
        return Deferred.fromFuture(asyncio.ensure_future(self._say_goodbye()))

    async def _say_goodbye(self) -> None:
        for port in getattr(self, "ports", ()):
            port.stopListening()
        loop = asyncio.get_running_loop()
        sockets = [protocol for protocol in self.connections if isinstance(protocol, Socket)]
        for socket in sockets:
            socket.end(SERVICE_RESTART)
        until = loop.time() + GOODBYE_WITHIN
        while loop.time() < until and any(s.state != s.STATE_CLOSED for s in sockets):
            await asyncio.sleep(0.02)
        left = [
            details["application_instance"]
            for details in self.connections.values()
            if "application_instance" in details
        ]
        for application in left:
            application.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def _files() -> int:
    """As many open files as the system lets us have."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 65536 if hard == resource.RLIM_INFINITY else hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def _log(event: Any) -> None:
    """Of what Twisted says, what went wrong in our own code."""
    if event["log_level"] in (LogLevel.error, LogLevel.critical):
        failure = event.get("log_failure")
        logger.error(
            "The server stumbled.",
            exc_info=failure and (failure.type, failure.value, failure.getTracebackObject()),
        )
