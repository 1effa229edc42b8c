"""Flamingo scaled out, as docker-compose.yml has it, its `command:` lists run as they stand."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.processes import ROOT, Program, WebServer, environment

SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


@dataclass
class Stack:
    """Two web processes on one database, with their worker and their beat."""

    env: dict[str, str]
    folder: Path
    webs: list[WebServer]
    worker: Program
    beat: Program


def manage(*arguments: str, env: dict[str, str], folder: Path) -> None:
    """Run a command of manage.py to its end."""
    with Program([sys.executable, "manage.py", *arguments], env, folder=folder) as run:
        assert run.process is not None
        assert run.process.wait(timeout=60) == 0, run.log()


def command(service: str, folder: Path) -> list[str]:
    """The service's command; only where it listens and where it keeps its scraps is ours."""
    given: list[str] = SERVICES[service]["command"]
    ours = {"8000": "{port}", "0.0.0.0": "127.0.0.1", "python": sys.executable}  # noqa: S104
    return [ours.get(part) or part.replace("/tmp/", f"{folder}/") for part in given]


@contextmanager
def running(folder: Path, **variables: str) -> Iterator[Stack]:
    """The whole stack, migrated; `variables` say where its services are."""
    env = environment(FLAMINGO_DATA_DIR=str(folder), SECRET_KEY="a key for tests " * 4, **variables)
    manage(*command("migrate", folder)[2:], env=env, folder=folder)
    manage("collectstatic", "--noinput", "--verbosity=0", env=env, folder=folder)
    webs = [
        WebServer(command("web", folder), env, folder=folder)
        for _ in range(SERVICES["web"]["deploy"]["replicas"])
    ]
    worker = Program(command("worker", folder), env, folder=folder)
    beat = Program(command("beat", folder), env, folder=folder)
    with ExitStack() as exits:
        for program in (*webs, worker, beat):
            exits.push(program)
            exits.callback(
                program.kill
            )  # with nothing of theirs to keep, they need not say goodbye
            program.start()
        for web in webs:
            web.wait(60)
        yield Stack(env, folder, webs, worker, beat)
