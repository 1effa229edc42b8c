"""Run the suite. With a phase and arguments for its runner, only that: `test.py services tests/workshops -k seats`.

sqlite    everything but the browser, embedded, on SQLite
services  what a database can tell apart, on a real PostgreSQL and Valkey, and several processes together
browser   people at their browsers, against a running server
js        our modules that need no browser, under node
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.services.servers import NoServer, Postgres, Valkey  # noqa: E402

PYTEST = [sys.executable, "-m", "pytest", "-q", "--durations=5", "--durations-min=2"]
LOGS = ROOT / "test-results"
NODE = [str(ROOT / ".venv" / "bin" / "node"), "--test"]
IN_CI = os.environ.get("CI") == "true"
# A second run is quick since our own modules, and what pytest makes of the tests, stay compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@dataclass
class Phase:
    name: str
    command: list[str]
    all_of_it: list[str]
    env: dict[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    phase: Phase
    code: int
    output: str
    seconds: float

    @property
    def fine(self) -> bool:
        return self.code == 0

    def count(self, word: str) -> int:
        """How many tests passed, failed, or were skipped, from the runner's own closing lines."""
        if self.phase.name == "js":
            words = {"passed": "pass", "failed": "fail", "skipped": "skipped"}
            found = re.findall(rf"^\S+ {words.get(word, word)} (\d+)$", self.output, re.MULTILINE)
        else:
            closing = self.output.strip().rpartition("\n")[2]
            found = re.findall(rf"(\d+) {word}", closing)
        return sum(map(int, found))


PHASES = [
    Phase("services", [*PYTEST], ["tests", "--ignore=tests/browser"]),
    Phase("sqlite", [*PYTEST], ["tests", "--ignore=tests/browser", "--ignore=tests/services"]),
    Phase("browser", [*PYTEST], ["tests/browser"]),
    Phase("js", NODE, sorted(map(str, (ROOT / "tests" / "js").rglob("*.test.*js")))),
]


def run(phase: Phase) -> Outcome:
    started = time.monotonic()
    log = LOGS / f"{phase.name}.log"
    with log.open("wb") as output:
        done = subprocess.run(
            [*phase.command, *phase.all_of_it],
            cwd=ROOT,
            env=os.environ | phase.env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    said = log.read_text(errors="replace")
    return Outcome(phase, done.returncode, said, time.monotonic() - started)


@contextmanager
def services() -> Iterator[dict[str, str]]:
    with Postgres() as postgres, Valkey() as valkey:
        yield {"TEST_DATABASE_URL": postgres.url, "TEST_REDIS_URL": valkey.url}


def run_one(phase: Phase, arguments: list[str]) -> int:
    only_options = all(argument.startswith("-") for argument in arguments)
    command = [*phase.command, *(phase.all_of_it if only_options else []), *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | phase.env).returncode


def run_all() -> int:
    started = time.monotonic()
    outcomes = []
    LOGS.mkdir(exist_ok=True)
    print(
        f"Running {', '.join(phase.name for phase in PHASES)}; see {LOGS.name}/*.log.", flush=True
    )
    # Side by side, since each waits for others (a disk, a browser, a server) often enough.
    with ThreadPoolExecutor(max_workers=len(PHASES)) as pool:
        for running in as_completed([pool.submit(run, phase) for phase in PHASES]):
            outcome = running.result()
            outcomes.append(outcome)
            ended = "" if outcome.fine else f", ended with {outcome.code}"
            print(f"== {outcome.phase.name}: {outcome.seconds:.0f} s{ended}", flush=True)
            print(closing(outcome) if outcome.fine else outcome.output.strip(), flush=True)
    passed, failed, skipped, errors = (
        sum(outcome.count(word) for outcome in outcomes)
        for word in ("passed", "failed", "skipped", "error")
    )
    broken = [outcome for outcome in outcomes if not outcome.fine]
    failed = max(failed + errors, len(broken))
    print(f"== all in {time.monotonic() - started:.0f} s", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if broken else 0


def closing(outcome: Outcome) -> str:
    lines = outcome.output.strip().splitlines()
    return "\n".join(lines[-8:])


def main(arguments: list[str]) -> int:
    names = {phase.name: phase for phase in PHASES}
    if arguments and arguments[0] not in names:
        sys.exit(__doc__)
    chosen = names[arguments[0]] if arguments else None
    if chosen and chosen.name != "services":
        return run_one(chosen, arguments[1:])
    try:
        with services() as urls:
            names["services"].env = urls
            return run_one(chosen, arguments[1:]) if chosen else run_all()
    except NoServer as error:
        print(f"SKIPPED: PostgreSQL and Valkey cannot run here. {error}", flush=True)
        if IN_CI or chosen:
            return 1
        PHASES.remove(names["services"])
        return run_all()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
