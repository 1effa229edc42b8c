"""Starting the real programs beside a test: the server, the worker, whatever a command line says."""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import IO, Self

from config.env import Env
from tests.services.servers import ends_with_parent, free_port

ROOT = Path(__file__).resolve().parent.parent


def environment(**variables: str) -> dict[str, str]:
    """This process's environment with Flamingo's own variables taken out and the given ones put in."""
    ours = {item.metadata["name"] for item in fields(Env)} | {"DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
    return kept | {"PATH": path, "PYTHONUNBUFFERED": "1"} | variables


class Program:
    """A program that runs while the test does. `kill` is kill -9; `start` starts it again as it was."""

    def __init__(self, command: list[str], env: dict[str, str], *, folder: Path) -> None:
        self.command = command
        self.env = env
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed by __exit__)

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=ends_with_parent,  # noqa: PLW1509 (a system call, nothing that locks)
        )

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def log(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def kill(self) -> None:
        """End it with no chance to tidy up, as a power cut would, and its children with it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, how)
            self.process.wait(timeout=10)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._log.close()


class WebServer(Program):
    """A program that serves http on a port of its own; entering waits until /healthz says 200."""

    def __init__(
        self, command: list[str], env: dict[str, str], *, folder: Path, port: int | None = None
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__(
            [part.replace("{port}", str(self.port)) for part in command],
            {"SITE_URL": self.url} | env,
            folder=folder,
        )

    def health(self) -> int:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def wait(self, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while (status := self.health()) != 200:
            if not self.is_running() or time.monotonic() > deadline:
                raise AssertionError(f"{self.command} answers {status}:\n{self.log()[-6000:]}")
            time.sleep(0.1)

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self


def embedded_server(folder: Path, **variables: str) -> WebServer:
    """`manage.py serve` on SQLite, its data in `folder`: started again, it finds what it had."""
    lay_out(folder)
    return WebServer(
        [sys.executable, "manage.py", "serve", "--port", "{port}"],
        environment(FLAMINGO_DATA_DIR=str(folder), **variables),
        folder=folder,
    )


def lay_out(folder: Path) -> None:
    """Put an empty installation there, migrated once for all the servers of this run."""
    shutil.copytree(_empty_installation(), folder, dirs_exist_ok=True)


@cache
def _empty_installation() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="flamingo-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    make = "from django.core.management import call_command as call; call('migrate', verbosity=0)"
    command = [sys.executable, "manage.py", "shell", "--verbosity=0", "--no-imports", "--command"]
    subprocess.run(
        [*command, f"{make}; from config import static; static.collect()"],
        cwd=ROOT,
        env=environment(FLAMINGO_DATA_DIR=str(folder)),
        check=True,
        capture_output=True,
    )
    return folder
