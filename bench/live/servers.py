"""Our server and the one we compare it with, each started fresh, held to one core, and watched."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.live import trace
from tests.processes import ROOT, Program, WebServer, environment
from tests.services.servers import Postgres, Valkey, free_port

NODE = str(ROOT / ".venv" / "bin" / "node")
HERE = Path(__file__).parent
RESULTS = ROOT / "bench" / "results"
CORES = [str(core) for core in sorted(os.sched_getaffinity(0))]
"""The server has the first, the clients the second."""


def on_core(which: int, *command: str) -> list[str]:
    return ["taskset", "-c", CORES[which % len(CORES)], *command]


@dataclass
class Work:
    """What is on the table: so many drafts, each with so many people, and the text they begin with."""

    people: int = 22
    drafts: int = 1
    trace: str | None = None  # a path, "" for the one that is made up
    web: int = 1  # processes; more than one take PostgreSQL and Redis
    postgres: bool = False

    @property
    def text(self) -> str:
        """A paragraph for everybody."""
        if self.trace is not None:
            return ""
        return "\n".join(f"{n} " + "what could happen here " * 8 for n in range(self.people))


@dataclass
class Running:
    """Where people go, one entry each, and the processes that serve them."""

    people: list[dict[str, Any]]
    programs: list[Program]
    services: list[Any] = field(default_factory=list)
    stores: Path | None = None

    def _pids(self, *, web_only: bool) -> set[int]:
        starters = self.programs if web_only else [*self.programs, *self.services]
        pids = {one.process.pid for one in starters if one.process is not None}
        parents = _parents()
        for _ in range(3):
            pids |= {pid for pid, parent in parents.items() if parent in pids}
        return pids

    def cpu(self) -> float:
        """Seconds used so far by everything that serves, the database too."""
        return sum(map(_cpu, self._pids(web_only=False)))

    def memory(self) -> float:
        """Megabytes the web processes hold."""
        return sum(map(_memory, self._pids(web_only=True))) / 1024


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            found[int(folder.name)] = int(
                (folder / "stat").read_text().rpartition(")")[2].split()[1]
            )
        except OSError:
            continue
    return found


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:"))


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on the same disk as the project: in memory a commit would cost nothing."""
    RESULTS.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=RESULTS, prefix="run-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def ours(work: Work) -> Iterator[Running]:
    with ExitStack() as exits:
        folder = exits.enter_context(scratch())
        services: list[Any] = []
        variables = {"SECRET_KEY": "a key for measuring " * 4, "FLAMINGO_DATA_DIR": str(folder)}
        command = [sys.executable, "manage.py", "serve", "--port", "{port}"]
        if work.web > 1 or work.postgres:
            postgres, valkey = Pinned(Postgres, durable=True), Pinned(Valkey)
            services = [exits.enter_context(server) for server in (postgres, valkey)]
            variables |= {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
            variables |= {"EMAIL_URL": f"smtp://127.0.0.1:{free_port()}"}
            command = [sys.executable, "manage.py", "web", "--port", "{port}"]
        env = environment(**variables) | {"DJANGO_SETTINGS_MODULE": "config.settings"}
        tables = _laid(work, folder, env)
        webs = [
            WebServer(on_core(0, *command), env, folder=folder, port=free_port())
            for _ in range(work.web)
        ]
        exits.callback(lambda: [web.kill() for web in webs])
        for web in webs:
            web.start()
        for web in webs:
            _wait(web)
        people = [
            {"url": webs[n % len(webs)].url.replace("http", "ws"), "draft": t["draft"]}
            | {"cookie": cookie, "place": n}
            for t in tables
            for n, cookie in enumerate(t["cookies"])
        ]
        yield Running(people, list(webs), services)


def _laid(work: Work, folder: Path, env: dict[str, str]) -> list[dict[str, Any]]:
    quiet: dict[str, Any] = {"cwd": ROOT, "env": env, "check": True, "text": True}
    migrate = [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity=0"]
    subprocess.run(migrate, **quiet)
    orders = {"people": work.people, "drafts": work.drafts, "text": work.text, "trace": work.trace}
    lay = [sys.executable, "-m", "bench.live.lay", json.dumps(orders)]
    done = subprocess.run(lay, stdout=subprocess.PIPE, **quiet)
    tables: list[dict[str, Any]] = json.loads(done.stdout)
    return tables


@contextmanager
def peer(work: Work) -> Iterator[Running]:
    with ExitStack() as exits:
        folder = exits.enter_context(scratch())
        services: list[Any] = []
        env = environment(DATABASE=str(folder / "peer.sqlite"), STORES=str(folder / "stores"))
        if work.web > 1:
            services = [exits.enter_context(Pinned(Valkey))]
            env["REDIS_PORT"] = str(services[0].port)
        drafts = [f"draft-{n}" for n in range(work.drafts)]
        if work.trace is not None:
            write = [NODE, str(HERE / "lay-peer.mjs"), env["DATABASE"], drafts[0]]
            strokes = json.dumps(list(trace.read(work.trace)))
            subprocess.run(write, input=strokes, text=True, check=True, stdout=subprocess.DEVNULL)
        webs = []
        for _ in range(work.web):
            port = free_port()
            command = on_core(0, NODE, str(HERE / "peer.mjs"))
            web = WebServer(command, env | {"PORT": str(port)}, folder=folder, port=port)
            exits.callback(web.kill)
            web.start()
            _wait(web)
            webs.append(web)
        people = [
            {"url": webs[n % len(webs)].url.replace("http", "ws"), "draft": draft, "place": n}
            for draft in drafts
            for n in range(work.people)
        ]
        yield Running(people, list(webs), services, folder / "stores")


def _wait(web: WebServer) -> None:
    """It has no page of its own that says how it is."""
    import socket
    import time

    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", web.port), timeout=1).close()
        except OSError:
            assert web.is_running(), web.log()
            time.sleep(0.05)
        else:
            return
    raise AssertionError(web.log())


def Pinned(kind: Callable[..., Any], **options: Any) -> Any:  # noqa: N802 (it makes one)
    """A service beside our processes, on the same core."""
    server = kind(**options)
    command = server.command
    server.command = lambda: on_core(0, *map(str, command()))
    return server


def install() -> None:
    """The server we compare with, for measuring only."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import setup

    stamp = ROOT / "bench" / "node_modules" / ".installed"
    made_from = setup.digest(ROOT / "bench" / "package-lock.json")
    if stamp.exists() and stamp.read_text() == made_from:
        return
    print("Installing the server we compare with; this happens once and takes a minute or two.")
    bench = ("--prefix", ROOT / "bench", "--loglevel=error")
    setup.call(*setup.npm(), "ci", *bench)
    # Its SQLite is a native module, fetched ready-made or built here.
    setup.call(*setup.npm(), "rebuild", "better-sqlite3", "--ignore-scripts=false", *bench)
    stamp.write_text(made_from)
