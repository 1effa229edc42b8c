"""A TCP proxy of our own, to cut, stall, slow and deafen connections that nobody else would."""

import asyncio
from collections import deque
from typing import Self


class Proxy:
    """In front of one server, on a port of its own. `late` and `closed` hold for everything that passes."""

    def __init__(self, port: int) -> None:
        self.upstream = port
        self.port = 0
        self.late = 0.0
        """Seconds that whatever passes is held back."""
        self.closed = False
        """Whether new connections are turned away."""
        self.pairs: set[Pair] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(
            lambda: End(Pair(self)), "127.0.0.1", 0, backlog=200
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def cut(self) -> None:
        """Every connection, with what is on its way."""
        for pair in list(self.pairs):
            pair.cut()

    def deafen(self) -> None:
        """What the server answers is lost from now on; the connections are cut soon."""
        for pair in self.pairs:
            pair.deaf = True

    def stall(self) -> None:
        """Nothing passes any more, and nobody is told."""
        for pair in self.pairs:
            pair.hold()

    def go_on(self) -> None:
        for pair in list(self.pairs):
            pair.release()


class Pair:
    """A connection from a client, and the one to the server that carries it on."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.ends: list[End] = []
        self.deaf = self.held = self.over = False
        self._waiting: deque[tuple[End, bytes]] = deque()

    def met(self, client: "End") -> None:
        if self.proxy.closed:
            client.abort()
            return
        self.proxy.pairs.add(self)
        self.ends = [client]
        self._dialing = asyncio.ensure_future(self._dial())

    async def _dial(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, server = await loop.create_connection(
                lambda: End(self), "127.0.0.1", self.proxy.upstream
            )
        except OSError:
            self.cut()
            return
        self.ends.append(server)
        if self not in self.proxy.pairs:  # cut in the meantime
            server.abort()
        self._drain()

    def heard(self, end: "End", data: bytes) -> None:
        if self.deaf and self.ends and end is not self.ends[0]:
            return
        if self.proxy.late:
            asyncio.get_running_loop().call_later(self.proxy.late, self._pass, end, data)
        else:
            self._pass(end, data)

    def _pass(self, end: "End", data: bytes) -> None:
        if self.held or self._waiting or len(self.ends) < 2:
            self._waiting.append((end, data))
        else:
            self.ends[end is self.ends[0]].write(data)

    def hold(self) -> None:
        self.held = True

    def release(self) -> None:
        self.held = False
        self._drain()
        if self.over:
            self.cut()

    def _drain(self) -> None:
        while self._waiting and not self.held and len(self.ends) == 2:
            end, data = self._waiting.popleft()
            self.ends[end is self.ends[0]].write(data)

    def cut(self) -> None:
        self.proxy.pairs.discard(self)
        for end in self.ends:
            end.abort()

    def gone(self, end: "End") -> None:
        """One side hung up: the other hears of it after what was said before."""
        self.over = True
        if self.held or len(self.ends) < 2:
            return
        self.proxy.pairs.discard(self)
        for other in self.ends:
            if other is not end:
                other.close()


class End(asyncio.Protocol):
    transport: asyncio.Transport

    def __init__(self, pair: Pair) -> None:
        self.pair = pair

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if not self.pair.ends:
            self.pair.met(self)

    def data_received(self, data: bytes) -> None:
        self.pair.heard(self, data)

    def connection_lost(self, problem: Exception | None) -> None:
        self.pair.gone(self)

    def write(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(data)

    def close(self) -> None:
        self.transport.close()

    def abort(self) -> None:
        self.transport.abort()
