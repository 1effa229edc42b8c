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


class Reader:
    """`send` and `close` are the connection's own; both may take their time."""

    def __init__(
        self,
        send: Callable[[str], Awaitable[None]],
        close: Callable[[int], Awaitable[None]],
        *,
        holder: Holder,
        client: str,
        peer: Peer,
        standing: Standing,
    ) -> None:
        self._send, self._close = send, close
        self.holder, self.client, self.peer, self.standing = holder, client, peer, standing
        self.offers = 0  # pushes taken and not yet decided
        self._queue: deque[str] = deque()
        self._wake = asyncio.Event()
        self._sent = self._read = 0
        self._asked: deque[int] = deque()  # how much had been sent at each ping not answered
        self._pings = 0
        self._closing: int | None = None
        self._task = asyncio.ensure_future(self._run())

    @property
    def seat(self) -> int:
        return self.holder.seat

    def send(self, frame: str) -> None:
        if self._closing is not None:
            return
        self._queue.append(frame)
        self._sent += len(frame)
        if self._sent - self._read > BEHIND:
            self.drop(Close.TOO_SLOW)
            return
        if self._sent - (self._asked[-1] if self._asked else self._read) > ASK_EVERY:
            self._pings += 1
            self._asked.append(self._sent)
            self._queue.append(protocol.ping(self._pings))
        self._wake.set()

    def welcome(self, frame: str) -> None:
        """The first frame may be as long as the draft, so it does not count."""
        self._queue.append(frame)
        self._wake.set()

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
            self._task.cancel()
            self._task = asyncio.ensure_future(self._run())
        self._wake.set()

    def stop(self) -> None:
        """The connection is gone."""
        self._closing = self._closing or 0
        self._task.cancel()

    async def _run(self) -> None:
        try:
            while self._closing is None or self._queue:
                while self._queue:
                    await self._send(self._queue.popleft())
                if self._closing is None:
                    self._wake.clear()
                    await self._wake.wait()
            await self._close(self._closing)
        except (
            Exception
        ):  # whatever the server raises for a connection that went away while we wrote
            logger.debug("A page went away.", exc_info=True)
