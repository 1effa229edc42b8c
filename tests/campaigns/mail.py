"""`make campaign-mail MAILS=1000 KILLS=100`: the post under fire, and what became of every mail.

Workers are killed with kill -9, the broker is wiped and killed, PostgreSQL is killed, two beats beat, and the mail
server does whatever mail servers do. In the end every mail must have arrived, or been refused for good; a digest at
most once, or be known to be doubtful; an invitation twice only where its worker could not know that it was taken.
"""

import argparse
import random
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import redis

from tests.campaigns.houses import kill_family, start_again
from tests.campaigns.letterbox import Copy, Letterbox
from tests.campaigns.warm import WarmServer
from tests.processes import Program, environment
from tests.services.servers import Postgres, Valkey

WORKERS, BEATS = 3, 2
DOUBTFUL = "It may have been sent, or not; the next one covers it."
POSTMEN = [sys.executable, "-m", "tests.campaigns.postmen"]


@dataclass
class Post:
    """Everything that mail needs, and the people who bring it."""

    postgres: Postgres
    valkey: Valkey
    letterbox: Letterbox
    env: dict[str, str]
    folder: Path
    nest: WarmServer
    """Where processes are forked from; it runs nothing itself."""

    def process(self, *command: str) -> WarmServer:
        process = WarmServer([*POSTMEN, *command], self.env, folder=self.folder)
        process.sits_with = self.nest
        return process

    def prepare(self, mails: int) -> None:
        with closing(self.process("prepare", str(mails))) as process:
            process.start()
            while process.is_running():
                time.sleep(0.05)
            assert self.rows(), self.nest.log()[-3000:]

    def rows(self) -> list[tuple[str, str, str, str]] | None:
        """Kind, state, reason and Message-ID of every mail; None while the database is away."""
        try:
            connection = psycopg2.connect(self.postgres.url, connect_timeout=3)
        except psycopg2.Error:
            return None
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT kind, state, reason, message_id FROM participants_delivery")
                return cursor.fetchall()
        except psycopg2.Error:
            return None
        finally:
            connection.close()

    def empty(self) -> None:
        connection = psycopg2.connect(self.postgres.url)
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM participants_delivery; DELETE FROM workshops_digestpreference"
            )
        connection.close()
        self.letterbox.empty()
        redis.Redis.from_url(self.valkey.url).flushall()


@contextmanager
def post_office(seed: str) -> Iterator[Post]:
    folder = Path(tempfile.mkdtemp(prefix="flamingo-mail-"))
    with ExitStack() as exits:
        exits.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = exits.enter_context(Postgres(durable=True))
        valkey = exits.enter_context(Valkey())
        letterbox = exits.enter_context(Letterbox(seed))
        env = environment(
            DJANGO_SETTINGS_MODULE="config.settings",
            FLAMINGO_DATA_DIR=str(folder),
            SECRET_KEY="a key for tests " * 4,
            EMAIL_URL=f"smtp://127.0.0.1:{letterbox.port}",
            DATABASE_URL=postgres.url,
            REDIS_URL=valkey.url,
        )
        migrate = [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity=0"]
        with Program(migrate, env, folder=folder) as program:
            assert program.process is not None
            assert program.process.wait(timeout=120) == 0, program.log()
        nest = WarmServer(POSTMEN, env, folder=folder)
        exits.enter_context(closing(nest))
        yield Post(postgres, valkey, letterbox, env, folder, nest)


@dataclass
class Findings:
    mails: int = 0
    arrived: int = 0
    refused: int = 0
    doubtful: int = 0
    copies: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def found(self, what: str) -> int:
        return sum(one.startswith(what) for one in self.wrong)

    def __str__(self) -> str:
        kills = ", ".join(f"{count} × {what}" for what, count in sorted(self.kills.items()))
        return (
            f"{self.mails} mails: {self.arrived} arrived, {self.refused} refused for good, "
            f"{self.doubtful} digests doubtful; {self.copies} copies of invitations, each explained. "
            f"{self.found('lost')} lost, {self.found('doubled')} doubled, "
            f"{self.found('copied')} copied without need, {self.found('stuck')} stuck. Faults: {kills or 'none'}."
        )


class Campaign:
    """One strategy, so many mails, so many kills."""

    def __init__(
        self, post: Post, *, mails: int, kills: int, seed: str, strategy: str = "ours"
    ) -> None:
        self.post = post
        self.mails = mails
        self.kills = kills
        self.chance = random.Random(seed)
        self.strategy = strategy
        self.findings = Findings()
        self.dead: dict[int, float] = {}
        """When each worker was killed."""
        self.database_died: list[float] = []
        self.workers: list[WarmServer] = []

    def run(self, within: float = 600) -> Findings:
        self.post.prepare(self.mails)
        with ExitStack() as exits:
            for command in [["work", self.strategy]] * WORKERS + [["beat"]] * BEATS:
                process = self.post.process(*command)
                exits.enter_context(closing(process))
                process.start()
                if command[0] == "work":
                    self.workers.append(process)
            self._play(within)
            self._judge()
        return self.findings

    def _play(self, within: float) -> None:
        """Faults until there were enough; then wait for the last mail."""
        deadline = time.monotonic() + within
        quiet = 0
        while time.monotonic() < deadline and quiet < 3:
            if self.findings.kills["worker: kill -9"] < self.kills:
                time.sleep(self.chance.uniform(0.1, 0.5))
                self._strike()
                continue
            time.sleep(0.25)
            rows = self.post.rows()
            quiet = quiet + 1 if rows and self._all_settled(rows) else 0

    def _all_settled(self, rows: list[tuple[str, str, str, str]]) -> bool:
        waiting = {"pending", "leased", "handed"}
        return len(rows) >= self.mails and not any(state in waiting for _, state, _, _ in rows)

    def _strike(self) -> None:
        what = self.chance.choices(
            ["worker: kill -9", "broker: wiped", "broker: kill -9", "PostgreSQL: kill -9"],
            [100, 6, 2, 2],
        )[0]
        self.findings.kills[what] += 1
        if what == "worker: kill -9":
            worker = self.chance.choice(self.workers)
            self.dead[worker.pid] = time.monotonic()
            worker.kill()
            worker.start()
        elif what == "broker: wiped":
            with suppress(redis.RedisError):
                redis.Redis.from_url(self.post.valkey.url).flushall()
        elif what == "broker: kill -9":
            self.post.valkey.kill()
            self.post.valkey.start()
        else:
            self.database_died.append(time.monotonic())
            kill_family(self.post.postgres)
            start_again(self.post.postgres)

    def _judge(self) -> None:
        rows = self.post.rows()
        assert rows is not None
        findings = self.findings
        findings.mails = len(rows)
        for kind, state, reason, message_id in rows:
            copies = self.post.letterbox.copies.get(message_id, [])
            findings.arrived += bool(copies)
            name = f"{kind} {message_id}"
            if state not in {"sent", "failed"}:
                findings.wrong.append(f"stuck: {name} is {state}: {reason}")
            elif state == "failed" and reason == DOUBTFUL:
                findings.doubtful += 1
            elif state == "failed" and "(550)" in reason:
                findings.refused += 1
            elif not copies:
                findings.wrong.append(f"lost: {name}, though it says {state}: {reason}")
            self._judge_copies(kind, name, copies)
        if len(rows) < self.mails:
            findings.wrong.append(f"lost: {self.mails - len(rows)} were never written down")

    def _judge_copies(self, kind: str, name: str, copies: list[Copy]) -> None:
        if kind == "digest" and len(copies) > 1:
            self.findings.wrong.append(f"doubled: {name} came {len(copies)} times")
            return
        if len({copy.raw for copy in copies}) > 1:
            self.findings.wrong.append(f"copied: {name} came in different bytes")
        for copy in copies[:-1]:
            self.findings.copies += 1
            if not self._could_not_know(copy):
                self.findings.wrong.append(f"copied: {name}, though its worker heard it was taken")

    def _could_not_know(self, copy: Copy) -> bool:
        died = self.dead.get(copy.worker, 0) >= copy.at
        database = any(at >= copy.at - 0.5 for at in self.database_died)
        return copy.unheard or died or database


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make campaign-mail", description=__doc__)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    given = parser.parse_args(arguments)
    print(f"Seed {given.seed}.", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with post_office(given.seed) as post:
        findings = Campaign(post, mails=given.mails, kills=given.kills, seed=given.seed).run()
    for one in findings.wrong[:20]:
        print(one)
    print(findings)
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
