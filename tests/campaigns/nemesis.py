"""Whatever can go wrong, on a schedule that a seed decides."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.campaigns.houses import House, family, kill_family, listens, send, start_again
from tests.campaigns.proxy import Proxy
from tests.services.servers import Postgres, Server

EMBEDDED: Final = {
    "web: kill -9": 8, "web: SIGSTOP": 2, "web: deploy": 2,
    "line: cut": 2, "line: stalled": 1, "line: slow": 1, "line: answers lost": 3, "line: refused": 1,
    "rights: unseated": 2, "rights: stage closed": 1, "rights: frozen": 1, "clock: jump": 1,
}  # fmt: skip
"""How often, one against the other."""

SCALED: Final = EMBEDDED | {
    "postgres: kill -9": 3, "postgres: backend kill -9": 4, "postgres: SIGSTOP": 1, "postgres: line cut": 3,
    "postgres: answers lost": 3, "valkey: kill -9": 5, "valkey: SIGSTOP": 1, "valkey: wiped": 1, "valkey: line cut": 1,
}  # fmt: skip

KILLS: Final = frozenset({
    "web: kill -9", "postgres: kill -9", "postgres: backend kill -9", "valkey: kill -9",
})  # fmt: skip


@dataclass(frozen=True)
class Fault:
    at: float  # seconds into the round
    kind: str
    lasts: float
    target: float  # between 0 and 1: which of those it may strike

    def __str__(self) -> str:
        return f"{self.at:.1f} s {self.kind} for {self.lasts:.2f} s"


@dataclass(frozen=True)
class Window:
    """From the one version of a draft to the other a seat may store nothing; None is every seat."""

    draft: int
    seat: int | None
    after: int
    upto: int


@dataclass(frozen=True)
class Table:
    """Whose rights may be taken away."""

    workshop: int
    seats: dict[int, list[int]]  # by draft


def schedule(seed: str, kinds: dict[str, int], seconds: float, apart: float) -> list[Fault]:
    """Faults about so far apart; they may overlap."""
    chance = random.Random(f"{seed}/nemesis")
    faults: list[Fault] = []
    at = min(1.0, apart) + chance.expovariate(1 / apart)
    while at < seconds:
        kind = chance.choices(list(kinds), list(kinds.values()))[0]
        faults.append(Fault(at, kind, chance.uniform(0.05, 1.2), chance.random()))
        at += chance.uniform(0.3, 1.7) * apart
    return faults


@dataclass
class Nemesis:
    house: House
    table: Table
    windows: list[Window] = field(default_factory=list)
    struck: list[tuple[float, str]] = field(default_factory=list)
    """When, by the loop's clock."""

    _busy: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def work(self, faults: list[Fault]) -> None:
        """Strikes as planned. When it returns, everything is mended."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        striking: list[asyncio.Task[None]] = []
        for fault in faults:
            await asyncio.sleep(max(0.0, began + fault.at - loop.time()))
            striking.append(asyncio.ensure_future(self._strike(fault)))
            for done in [task for task in striking if task.done()]:
                done.result()
                striking.remove(done)
        await asyncio.gather(*striking)

    async def _strike(self, fault: Fault) -> None:
        deed = DEEDS[fault.kind]
        whom = fault.kind.partition(":")[0]
        if whom in {"web", "clock"} and fault.kind != "web: deploy":
            whom += str(self._web(fault))
        async with self._busy.setdefault(whom, asyncio.Lock()):  # one after the other to each
            self.struck.append((asyncio.get_running_loop().time(), fault.kind))
            await deed(self, fault)

    def _web(self, fault: Fault) -> int:
        return int(fault.target * len(self.house.webs))

    # --- web --------------------------------------------------------------------------------

    async def kill_web(self, fault: Fault) -> None:
        web = self.house.webs[self._web(fault)]
        await asyncio.to_thread(web.kill)
        if len(self.house.webs) > 1:
            await asyncio.sleep(fault.lasts)
        await self._start_web(self._web(fault))

    async def stop_web(self, fault: Fault) -> None:
        web = self.house.webs[self._web(fault)]
        web.signal(signal.SIGSTOP)
        await asyncio.sleep(2.5 * fault.lasts)  # longer than the writers' patience, now and then
        web.signal(signal.SIGCONT)

    async def deploy(self, fault: Fault) -> None:
        """Every web process in turn."""
        for number, web in enumerate(self.house.webs):
            async with self._busy.setdefault(f"web{number}", asyncio.Lock()):
                await asyncio.to_thread(web.stop)
                await self._start_web(number)

    async def _start_web(self, number: int) -> None:
        web = self.house.webs[number]
        await asyncio.to_thread(web.start)
        await listens(web.port)

    async def jump(self, fault: Fault) -> None:
        hours = (fault.lasts - 0.6) * 100
        self.house.webs[self._web(fault)].put_clock(hours * 3600)

    # --- lines ------------------------------------------------------------------------------

    def _line(self, fault: Fault) -> Proxy:
        if fault.kind.startswith("line"):
            return self.house.doors[int(fault.target * len(self.house.doors))]
        return self.house.wires[fault.kind.partition(":")[0]]

    async def cut(self, fault: Fault) -> None:
        self._line(fault).cut()

    async def stall(self, fault: Fault) -> None:
        line = self._line(fault)
        line.stall()
        await asyncio.sleep(2 * fault.lasts)
        line.go_on()

    async def slow(self, fault: Fault) -> None:
        line = self._line(fault)
        line.late = 0.3 * fault.lasts
        await asyncio.sleep(1.0)
        line.late = 0.0
        line.cut()  # what was held back must not be overtaken

    async def lose_answers(self, fault: Fault) -> None:
        line = self._line(fault)
        line.deafen()
        await asyncio.sleep(0.3 * fault.lasts)
        line.cut()

    async def refuse(self, fault: Fault) -> None:
        line = self._line(fault)
        line.closed = True
        line.cut()
        await asyncio.sleep(fault.lasts)
        line.closed = False

    # --- services ---------------------------------------------------------------------------

    def _service(self, fault: Fault) -> Server:
        server = self.house.postgres if fault.kind.startswith("postgres") else self.house.valkey
        assert server is not None
        return server

    async def kill_service(self, fault: Fault) -> None:
        server = self._service(fault)
        await asyncio.to_thread(kill_family, server)
        await asyncio.sleep(0.3 * fault.lasts)
        await asyncio.to_thread(start_again, server)

    async def kill_backend(self, fault: Fault) -> None:
        """PostgreSQL then ends all connections and recovers from its log."""
        server = self._service(fault)
        assert isinstance(server, Postgres)
        backends = [process for process in family(server)[1:] if b"flamingo" in called(process)]
        if backends:
            kill(backends[int(fault.target * len(backends))])
        await asyncio.sleep(0.2)
        while not await asyncio.to_thread(server.answers):
            await asyncio.sleep(0.05)

    async def stop_service(self, fault: Fault) -> None:
        server = self._service(fault)
        send(server, signal.SIGSTOP)
        await asyncio.sleep(1.5 * fault.lasts)
        send(server, signal.SIGCONT)

    async def wipe(self, fault: Fault) -> None:
        server = self._service(fault)
        _, line = await asyncio.open_connection("127.0.0.1", server.port)
        line.write(b"FLUSHALL\r\nQUIT\r\n")
        await line.drain()
        line.close()

    # --- rights -----------------------------------------------------------------------------

    async def unseat(self, fault: Fault) -> None:
        everyone = [(d, seat) for d, seats in self.table.seats.items() for seat in seats]
        draft, seat = everyone[int(fault.target * len(everyone))]
        await self._without("unseat", "seat_again", fault, draft, seat=seat)

    async def close_stage(self, fault: Fault) -> None:
        await self._without("close_stage", "open_stage", fault, None)

    async def freeze(self, fault: Fault) -> None:
        drafts = list(self.table.seats)
        draft = drafts[int(fault.target * len(drafts))]
        await self._without("freeze", "thaw", fault, draft, draft=draft)

    async def _without(
        self, away: str, back: str, fault: Fault, where: int | None, **whom: int
    ) -> None:
        workshop = self.table.workshop
        after = await self.house.hands.ask(away, workshop=workshop, **whom)
        await asyncio.sleep(fault.lasts)
        upto = await self.house.hands.ask(back, workshop=workshop, **whom)
        for draft in self.table.seats if where is None else [where]:
            key = str(draft)
            self.windows.append(Window(draft, whom.get("seat"), after[key], upto[key]))


Deed = Callable[[Nemesis, Fault], Awaitable[None]]
DEEDS: Final[dict[str, Deed]] = {
    "web: kill -9": Nemesis.kill_web,
    "web: SIGSTOP": Nemesis.stop_web,
    "web: deploy": Nemesis.deploy,
    "line: cut": Nemesis.cut,
    "line: stalled": Nemesis.stall,
    "line: slow": Nemesis.slow,
    "line: answers lost": Nemesis.lose_answers,
    "line: refused": Nemesis.refuse,
    "rights: unseated": Nemesis.unseat,
    "rights: stage closed": Nemesis.close_stage,
    "rights: frozen": Nemesis.freeze,
    "clock: jump": Nemesis.jump,
    "postgres: kill -9": Nemesis.kill_service,
    "postgres: backend kill -9": Nemesis.kill_backend,
    "postgres: SIGSTOP": Nemesis.stop_service,
    "postgres: line cut": Nemesis.cut,
    "postgres: answers lost": Nemesis.lose_answers,
    "valkey: kill -9": Nemesis.kill_service,
    "valkey: SIGSTOP": Nemesis.stop_service,
    "valkey: wiped": Nemesis.wipe,
    "valkey: line cut": Nemesis.cut,
}


def called(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
