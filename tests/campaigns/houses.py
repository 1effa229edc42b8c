"""The two set-ups, each behind proxies of ours: embedded, and two web processes on PostgreSQL and Valkey."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.campaigns.hands import Hands
from tests.campaigns.proxy import Proxy
from tests.campaigns.warm import WarmServer
from tests.processes import ROOT, environment
from tests.services.servers import NoServer, Postgres, Server, Valkey

Command = Callable[[list[str]], list[str]]


@dataclass
class House:
    name: str
    webs: list[WarmServer]
    doors: list[Proxy]  # one before each web
    wires: dict[str, Proxy]  # before each service
    postgres: Postgres | None
    valkey: Valkey | None
    hands: Hands
    folder: Path

    async def restart_as(self, mutant: str) -> None:
        """With one thing wrong; see mutants.py."""
        for web in self.webs:
            await asyncio.to_thread(web.kill)
            web.mutant = mutant
            await asyncio.to_thread(web.start)
            await listens(web.port)

    def logs(self) -> str:
        return "".join(web.log() for web in self.webs)


@asynccontextmanager
async def embedded() -> AsyncIterator[House]:
    """`manage.py serve` on SQLite."""
    folder = Path(tempfile.mkdtemp(prefix="flamingo-campaign-"))
    env = environment(FLAMINGO_DATA_DIR=str(folder))
    command = [sys.executable, "manage.py", "serve", "--port", "{port}"]
    web = WarmServer(command, env, folder=folder)
    async with AsyncExitStack() as exits:
        exits.callback(shutil.rmtree, folder, ignore_errors=True)
        await _up(exits, web)
        yield await _house(exits, "embedded", [web], {}, env, folder)


@asynccontextmanager
async def scaled() -> AsyncIterator[House]:
    """As docker-compose.yml has it: two web processes, PostgreSQL whose commits wait for the disk, Valkey."""
    folder = Path(tempfile.mkdtemp(prefix="flamingo-campaign-"))
    async with AsyncExitStack() as exits:
        exits.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = exits.enter_context(Postgres(durable=True))
        valkey = exits.enter_context(Valkey())
        wires = {"postgres": Proxy(postgres.port), "valkey": Proxy(valkey.port)}
        for wire in wires.values():
            await wire.open()
            exits.push_async_callback(wire.close)
        env = environment(
            FLAMINGO_DATA_DIR=str(folder),
            SECRET_KEY="a key for tests " * 4,
            EMAIL_URL="smtp://127.0.0.1:9",
            DATABASE_URL=postgres.url.replace(f":{postgres.port}", f":{wires['postgres'].port}"),
            REDIS_URL=valkey.url.replace(f":{valkey.port}", f":{wires['valkey'].port}"),
        )
        direct = env | {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
        webs = [WarmServer(_web(), env, folder=folder) for _ in range(2)]
        webs[1].sits_with = webs[0]
        await asyncio.to_thread(webs[0].manage, "migrate", "--noinput", "--verbosity=0")
        await _up(exits, *webs)
        house = await _house(exits, "two processes", webs, wires, direct, folder)
        house.postgres, house.valkey = postgres, valkey
        yield house


def _web() -> list[str]:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    ours = {"8000": "{port}", "0.0.0.0": "127.0.0.1"}  # noqa: S104
    command = [ours.get(part, part) for part in services["web"]["command"]]
    assert command[:2] == ["python", "manage.py"]
    return [sys.executable, *command[1:]]


async def _house(
    exits: AsyncExitStack,
    name: str,
    webs: list[WarmServer],
    wires: dict[str, Proxy],
    env: dict[str, str],
    folder: Path,
) -> House:
    doors = [Proxy(web.port) for web in webs]
    for door in doors:
        await door.open()
        exits.push_async_callback(door.close)
    hands = Hands(env, folder)
    exits.callback(hands.close)
    return House(name, webs, doors, wires, None, None, hands, folder)


async def _up(exits: AsyncExitStack, *webs: WarmServer) -> None:
    """Not `wait`: without a worker beside them they call themselves unwell."""
    for web in webs:
        exits.push(web)
        await asyncio.to_thread(web.start)
    for web in webs:
        await listens(web.port)


async def listens(port: int, within: float = 60.0) -> None:
    async with asyncio.timeout(within):
        while True:
            try:
                _, line = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                line.close()
                return


# --- servers, as a nemesis needs them ---------------------------------------------------------


def family(server: Server) -> list[int]:
    """The process of a server and its children."""
    if server.process is None:
        return []
    first = server.process.pid
    children = Path(f"/proc/{first}/task/{first}/children")
    try:
        return [first, *map(int, children.read_text().split())]
    except OSError:
        return [first]


def send(server: Server, which: signal.Signals) -> None:
    for process in family(server):
        with suppress(ProcessLookupError):
            os.kill(process, which)


def kill_family(server: Server) -> None:
    """All of its processes at once, as a power cut would."""
    send(server, signal.SIGKILL)
    server.kill()


def start_again(server: Server) -> None:
    """PostgreSQL refuses while a process of the one before is still about."""
    deadline = time.monotonic() + 30
    while True:
        try:
            server.start()
            return
        except NoServer:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
