"""The server's end of one open page: frames wait here, up to a limit, and leave in order. Pure asyncio."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from scenarios.live import protocol
from scenarios.live.protocol import Close, Peer, Standing

logger = logging.getLogger(__name__)

BEHIND: Final = 1_000_000
"""Characters sent and not known to be read, at most."""

ASK_EVERY: Final = 100_000
"""Characters after which the page is asked whether it reads. Servers buffer without end, so only the page can tell."""


@dataclass(frozen=True, slots=True)
class Holder:
    """In whose name a page is open."""

    seat: int
    person: int
    session: str


def on_the_wire(frame: str) -> bytes:
    """The bytes of a WebSocket's text frame, the same for everybody: a server that takes them need not make them anew."""
    payload = frame.encode()
    length = len(payload)
    if length < 126:
        return b"\x81%c%b" % (length, payload)
    if length < 0x10000:
        return b"\x81\x7e%b%b" % (length.to_bytes(2), payload)
    return b"\x81\x7f%b%b" % (length.to_bytes(8), payload)


class Reader:
    """`send` and `close` are the connection's own; both may take their time.

    Where the server takes bytes as they go over the wire, and takes them at once, `write` is how.
    """

    def __init__(
        self,
        send: Callable[[str], Awaitable[None]],
        close: Callable[[int], Awaitable[None]],
        *,
        holder: Holder,
        client: str,
        peer: Peer,
        standing: Standing,
        write: Callable[[bytes], None] | None = None,
    ) -> None:
        self._send, self._close, self._write = send, close, write
        self.holder, self.client, self.peer, self.standing = holder, client, peer, standing
        self.offers = 0  # pushes taken and not yet decided
        self._queue: deque[str] = deque()
        self._sent = self._read = 0
        self._asked: deque[int] = deque()  # how much had been sent at each ping not answered
        self._pings = 0
        self._closing: int | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def seat(self) -> int:
        return self.holder.seat

    def send(self, frame: str, wire: bytes | None = None) -> None:
        """`wire` is the same frame, where it was made ready for many."""
        if self._closing is not None:
            return
        self._put(frame, wire)
        self._sent += len(frame)
        if self._sent - self._read > BEHIND:
            self.drop(Close.TOO_SLOW)
        elif self._sent - (self._asked[-1] if self._asked else self._read) > ASK_EVERY:
            self._pings += 1
            self._asked.append(self._sent)
            self._put(protocol.ping(self._pings))

    def welcome(self, frame: str) -> None:
        """The first frame may be as long as the draft, so it does not count."""
        self._put(frame)

    def has_read(self, ping: int) -> None:
        """The page answered this ping."""
        answered = ping - (self._pings - len(self._asked))
        for _ in range(min(answered, len(self._asked))):
            self._read = self._asked.popleft()

    def drop(self, code: int) -> None:
        """Close, once what waits is sent; at once for a page that does not read."""
        if self._closing is not None:
            return
        self._closing = code
        if code == Close.TOO_SLOW:
            self._queue.clear()
            self._cancel()
        self._go_on()

    def stop(self) -> None:
        """The connection is gone."""
        self._closing = self._closing or 0
        self._cancel()

    def _put(self, frame: str, wire: bytes | None = None) -> None:
        if self._write is not None:
            self._write(wire or on_the_wire(frame))
        else:
            self._queue.append(frame)
            self._go_on()

    def _go_on(self) -> None:
        if self._task is None:
            self._task = asyncio.ensure_future(self._run())

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        try:
            while self._queue:
                await self._send(self._queue.popleft())
            if self._closing is not None:
                await self._close(self._closing)
        except Exception:
            # Whatever the server raises for a connection that went away while we wrote.
            logger.debug("A page went away.", exc_info=True)
        else:
            self._task = None
