"""Web processes that are up in a moment: a process with everything loaded, and nothing running, forks them.

What it forks knows nothing of the one before. It also has a clock that can be put forward and back.
"""

import json
import mmap
import os
import runpy
import signal
import struct
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO

from tests.processes import ROOT, WebServer
from tests.services.servers import ends_with_parent

# Not `config.server`: it makes the loop, which each process must have for itself.
LOADED = (
    "config.asgi", "config.management.commands.serve", "config.management.commands.web", "config.urls",
    "daphne.http_protocol", "daphne.ws_protocol", "django.core.management.commands.migrate",
    "django.contrib.staticfiles.management.commands.collectstatic", "django.db.migrations.executor",
    "scenarios.views.drafts", "twisted.internet.asyncioreactor", "twisted.internet.endpoints", "twisted.web.http",
)  # fmt: skip


class WarmServer(WebServer):
    """A web server whose process is forked from one that has everything loaded."""

    def __init__(self, command: list[str], env: dict[str, str], *, folder: Path) -> None:
        super().__init__(command, env, folder=folder)
        self.clock = folder / f"clock-{self.port}"
        self.clock.write_bytes(struct.pack("d", 0.0))
        self._nest: subprocess.Popen[bytes] | None = None
        self.sits_with: WarmServer | None = None
        """Another with the same environment, from whose nest this one is forked too."""
        self.pid = 0
        self.mutant = ""
        """What is wrong with it, of mutants.py."""

    def put_clock(self, seconds: float) -> None:
        """How far it is ahead of ours."""
        with self.clock.open("r+b") as file:  # in place: a process reads it while it is written
            file.write(struct.pack("d", seconds))

    def start(self) -> None:
        command = self.command[1:]
        if self.mutant:
            command[:1] = ["-m", "tests.campaigns.mutants", self.mutant]
        self._fork(command)

    def manage(self, *arguments: str) -> None:
        """A command of manage.py, before the server starts."""
        self._fork(["manage.py", *arguments])
        if not self._wait(60):
            raise AssertionError(f"{arguments} takes too long:\n{self.log()[-3000:]}")

    def _fork(self, command: list[str]) -> None:
        nest = self._find_nest()
        assert nest.stdin is not None
        assert nest.stdout is not None
        nest.stdin.write(json.dumps([str(self.clock), command]).encode() + b"\n")
        nest.stdin.flush()
        said = nest.stdout.readline()
        if not said:
            raise AssertionError(f"{command} cannot be loaded:\n{self.log()[-3000:]}")
        self.pid = int(said)

    def is_running(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return self.pid > 0

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self._wait(10)

    def stop(self) -> None:
        """As a deploy does."""
        self.signal(signal.SIGTERM)
        if not self._wait(8):
            self.kill()

    def signal(self, which: signal.Signals) -> None:
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, which)

    def _wait(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.is_running():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        self.pid = 0
        return True

    def _find_nest(self) -> subprocess.Popen[bytes]:
        if self.sits_with is not None:
            return self.sits_with._find_nest()
        if self._nest is None or self._nest.poll() is not None:
            self._nest = self._warm_up()
        return self._nest

    def _warm_up(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.campaigns.warm"],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
            preexec_fn=partial(ends_with_parent, signal.SIGKILL),  # noqa: PLW1509 (a system call, nothing that locks)
        )

    def __exit__(self, *arguments: object) -> None:
        self.close()

    def close(self) -> None:
        if self.pid:
            self.kill()
        if self._nest is not None:
            self._nest.kill()
            self._nest.communicate()
        self._log.close()


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import gc
    from importlib import import_module

    import django

    django.setup()
    for name in LOADED:
        import_module(name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        child = os.fork()
        if not child:
            become(*json.loads(line))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def become(clock: str, command: list[str]) -> None:
    """Runs `manage.py …` or `-m module …`, and never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ends_with_parent(signal.SIGKILL)  # one that was stopped hears no other
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    use_clock(Path(clock))
    signal.signal(signal.SIGUSR1, tell_what_waits)
    try:
        if command[0] == "-m":
            sys.argv = command[1:]
            runpy.run_module(command[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = command
            runpy.run_path(command[0], run_name="__main__")
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def tell_what_waits(*_: object) -> None:
    """Into the log, where a page that should have been answered was not."""
    import asyncio
    import faulthandler

    from daphne.server import twisted_loop

    for task in asyncio.all_tasks(twisted_loop):
        task.print_stack(file=sys.stderr)
    faulthandler.dump_traceback(all_threads=True)


def use_clock(path: Path) -> None:
    """From now on the wall clock is ours plus what the file says: for `time.time` and for Django's."""
    from django.utils import timezone

    file: IO[bytes] = path.open("rb")
    ahead = mmap.mmap(file.fileno(), 8, prot=mmap.PROT_READ)
    real = time.time

    def offset() -> float:
        return float(struct.unpack("d", ahead[:8])[0])

    time.time = lambda: real() + offset()
    timezone.now = lambda: datetime.now(UTC) + timedelta(seconds=offset())


if __name__ == "__main__":
    main()
