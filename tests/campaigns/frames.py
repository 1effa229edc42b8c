"""Nonsense that looks almost like sense, by the million: `python -m tests.campaigns.frames --frames 1000000 --seed 7`.

Real conversations are recorded, broken in many ways, and said to a real server over real sockets, in the name of
somebody who may only read; and, without a socket's limits, to the part that hears frames. Afterwards no row has changed,
no traceback was written, nobody else waited a second, and the memory is where it was.
"""

import argparse
import asyncio
import hashlib
import json
import logging
import os
import random
import secrets
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from websockets import Origin
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.frames import Frame, Opcode

from tests.processes import WebServer, embedded_server
from tests.scenarios.live.pages import Page

A_SECOND: Final = 1.0
MEMORY: Final = 100 * 1024 * 1024
OVER_SOCKETS: Final = 0.05
"""Of all frames; the rest is said without a socket, which may speak only so fast."""

AS_WRITER: Final = 0.05
"""Of what is said without a socket."""

AT_ONCE: Final = 8
"""Sockets, of two seats."""

# --- breaking -------------------------------------------------------------------------------------

ODD: Final[tuple[Callable[[random.Random], Any], ...]] = (
    lambda chance: chance.choice([None, True, False, "", [], {}, 0, -1, 1.5, -0.0, 1e308]),
    lambda chance: chance.choice([2**31, 2**53, 2**53 + 1, 2**63, 2**64, 10**40, -(2**63)]),
    lambda chance: float(chance.choice(["nan", "inf", "-inf"])),
    lambda chance: chance.choice(
        ["\ud83d", "\udc00\ud800", "😀", "a\ud83d", "\x00", "\r", "ﷺ\u202e"]
    ),
    lambda chance: "x" * chance.choice([1, 40, 5000, 60_000]),
    lambda chance: nested(chance.choice([3, 50, 2000]), chance.choice([list, dict])),
    lambda chance: [chance.randrange(5)] * chance.choice([2, 200, 20_000]),
    lambda chance: [[0, "a"] for _ in range(chance.choice([2, 200, 8000]))],
    lambda chance: chance.randrange(-3, 3000),
    lambda chance: str(chance.randrange(30)),
    lambda chance: chance.choice(["hello", "push", "here", "ping", "pong", "edits", "__class__"]),
    lambda chance: [chance.randrange(40), [chance.randrange(4), "é", "", "\n"], [0]],
)


def nested(depth: int, kind: type) -> Any:
    inner: Any = 1
    for _ in range(depth):
        inner = [inner] if kind is list else {"t": inner}
    return inner


def places(value: Any) -> list[tuple[Any, Any]]:
    """Containers in it, with each of their keys; enough of them."""
    found: list[tuple[Any, Any]] = []
    left = [value]
    while left and len(found) < 500:
        container = left.pop()
        if isinstance(container, dict | list):
            keys = list(
                container if isinstance(container, dict) else range(min(100, len(container)))
            )
            found += [(container, key) for key in keys]
            left += [container[key] for key in keys]
    return found


def again(value: Any) -> Any:
    """The same once more, if it is not long."""
    said = json.dumps(value)
    return json.loads(said) if len(said) < 3000 else 0


def break_structure(frame: str, chance: random.Random) -> str:
    try:
        return _break_structure(frame, chance)
    except (RecursionError, ValueError):  # too deep, or in itself
        return "[" * 30_000


def _break_structure(frame: str, chance: random.Random) -> str:
    value = json.loads(frame)
    for _ in range(chance.choice([1, 1, 1, 2, 5])):
        found = places(value)
        if not found:
            break
        where, key = chance.choice(found)
        match chance.randrange(7):
            case 0:
                del where[key]
            case 1 if isinstance(where, list):
                where.insert(key, again(where[key]))
            case 2 if isinstance(where, dict):
                where[chance.choice([*where, "x"])] = where.pop(key)
            case 3:
                where[key] = [where[key]]
            case 4 if isinstance(where[key], int):
                where[key] += chance.choice([-1, 1, 2, 100, 2**53])
            case 5:
                other, place = chance.choice(found)
                with suppress(LookupError, TypeError):
                    where[key] = again(other[place])
            case _:
                where[key] = chance.choice(ODD)(chance)
    return json.dumps(value, ensure_ascii=chance.random() < 0.7)[:200_000]


def break_letters(frame: str, chance: random.Random) -> str:
    at, to = sorted(chance.randrange(len(frame) + 1) for _ in range(2))
    match chance.randrange(7):
        case 0:
            return frame[:at]
        case 1:
            return frame[:at] + frame[to:]
        case 2:
            return frame[:to] + frame[at:]
        case 3:
            return (
                frame[:at]
                + chance.choice(["NaN", "1e999", "-", "\\ud800", '"', "{", "]", "\x00", "9" * 5000])
                + frame[at:]
            )
        case 4:  # the same key twice
            return frame[:-1] + "," + frame[1:]
        case 5:
            return frame + chance.choice([" ", frame, "\ufeff", "//", "\n" * 70_000])
        case _:
            return "".join(chance.sample(frame, len(frame)))


def break_bits(frame: str, chance: random.Random) -> str | bytes:
    raw = bytearray(frame.encode("utf-8", "surrogatepass"))
    for _ in range(chance.choice([1, 1, 2, 8])):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    with suppress(UnicodeDecodeError):
        return raw.decode()
    return bytes(raw)


def broken(frame: str, chance: random.Random) -> str | bytes:
    """A frame of a page, or something like it."""
    kind = chance.random()
    if kind < 0.6:
        return break_structure(frame, chance)
    if kind < 0.8:
        return break_letters(frame, chance)
    return break_bits(frame, chance) if kind < 0.98 else frame


# --- watching -------------------------------------------------------------------------------------


@dataclass
class Seen:
    """What came of it."""

    frames: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    """Seconds of work that something made, or that somebody else waited for."""

    grown: int = 0
    tracebacks: int = 0
    changed: list[str] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.slowest = max(self.slowest, seconds)

    @property
    def fine(self) -> bool:
        return not (
            self.tracebacks or self.changed or self.slowest > A_SECOND or self.grown > MEMORY
        )

    def __str__(self) -> str:
        codes = ", ".join(f"{code} {count:,}" for code, count in sorted(self.codes.items()))
        return (
            f"{self.frames:,} frames, {self.tracebacks} tracebacks, slowest {self.slowest:.3f} s,"
            f" memory {self.grown / 2**20:+.1f} MB, tables changed: {self.changed or 'none'}; ends: {codes}"
        )


def memory_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def work_of(pid: int) -> float:
    """Seconds of the processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tables(cursor: Any) -> dict[str, str]:
    """Each table of an SQLite database, as a fingerprint of its rows."""
    names = cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    found = {}
    for (name,) in names:
        rows = sorted(repr(row) for row in cursor.execute(f'SELECT * FROM "{name}"').fetchall())  # noqa: S608
        found[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def tables_of(server: WebServer) -> dict[str, str]:
    with closing(sqlite3.connect(server.folder / "flamingo.sqlite3")) as database:
        return tables(database.cursor())


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]


# --- recording ------------------------------------------------------------------------------------


class Line:
    """To the server, in the name of one seat."""

    def __init__(self, server: WebServer, path: str, cookie: str) -> None:
        self.server = server
        self.url = server.url.replace("http", "ws") + path
        self.headers = {"Cookie": cookie}

    def open(self) -> connect:
        return connect(
            self.url,
            origin=Origin(self.server.url),
            additional_headers=self.headers,
            max_size=None,
            compression=None,
            close_timeout=0.1,
        )


async def record(line: Line) -> list[str]:
    """What a page says while somebody writes in two languages and moves about."""
    said: list[str] = []
    page = Page()
    async with line.open() as socket:

        async def send(frame: str) -> None:
            said.append(frame)
            await socket.send(frame)

        async def receive() -> str:
            return str(await socket.recv())

        page.connect(send, receive, socket.close)
        await page.hello()
        for number, word in enumerate(["It could rain. ", "سلام ", "😀", "é\n", "x" * 300] * 2):
            page.type(0, word)
            if word[0] in "Ix":
                page.type(0, "", delete=1)
            await asyncio.sleep(0.05)
            if number % 3 == 2:
                await page.save()
                await page.say("here", v=page.version, a=number, h=0)
        await page.save()
        await page.say("here", v=page.version, a=None, h=None)
        await page.say("ping")
        await page.say("pong", n=1)
        await page.until("pong")
    return said


# --- over sockets ---------------------------------------------------------------------------------


async def bother(
    line: Line, frames: list[str], chance: random.Random, seen: Seen, goal: int
) -> None:
    """Say nonsense over one socket after the other."""
    while seen.frames < goal:
        with suppress(OSError, InvalidHandshake, ConnectionClosed):
            async with line.open() as socket:
                await _bother(socket, frames, chance, seen)


async def _bother(
    socket: ClientConnection, frames: list[str], chance: random.Random, seen: Seen
) -> None:
    try:
        if chance.random() < 0.95:
            hello = {
                "t": "hello",
                "client": f"{chance.getrandbits(64):016x}",
                "v": chance.choice([None, 0, 3]),
            }
            await socket.send(json.dumps(hello))
        for _ in range(chance.choice([1, 5, 40])):
            if seen.frames % 10_000 == 9_999:
                print(f"{seen.frames + 1:,}: {seen}", flush=True)
            frame = broken(chance.choice(frames), chance)
            seen.frames += 1
            if isinstance(frame, str) and chance.random() < 0.9 and is_text(frame):
                await socket.send(frame)
            else:
                _send_raw(socket, frame, chance)
        await socket.send("the end, if there was none before")
        async with asyncio.timeout(0.3):
            while True:
                await socket.recv()
    except TimeoutError:  # the server waits for the rest of a frame
        seen.codes[0] += 1
        socket.transport.abort()
    except ConnectionClosed as closed:
        seen.codes[closed.rcvd.code if closed.rcvd else 1006] += 1


def is_text(frame: str) -> bool:
    try:
        frame.encode()
    except UnicodeEncodeError:
        return False
    return True


def _send_raw(socket: ClientConnection, frame: str | bytes, chance: random.Random) -> None:
    """Past the library, which would not say it: bytes that are no text, pieces, bits of the frame itself turned."""
    data = frame.encode("utf-8", "surrogatepass") if isinstance(frame, str) else frame
    data = data[:60_000]
    opcode = chance.choice([Opcode.TEXT, Opcode.TEXT, Opcode.BINARY, Opcode.CONT])
    wire = bytearray(Frame(opcode, data, fin=chance.random() < 0.8).serialize(mask=True))
    if chance.random() < 0.3:
        wire[chance.randrange(min(14, len(wire)))] ^= 1 << chance.randrange(8)
    if not socket.transport.is_closing():
        socket.transport.write(bytes(wire))


async def keep_asking(line: Line, pid: int, seen: Seen) -> None:
    """What somebody else feels of it: what the server works before it answers them."""
    async with line.open() as socket:
        page = Page()

        async def receive() -> str:
            return str(await socket.recv())

        page.connect(socket.send, receive, socket.close)
        await page.hello()
        while True:
            worked = work_of(pid)
            await page.say("ping")
            await page.until("pong", within=30)
            seen.wait(work_of(pid) - worked)
            await asyncio.sleep(0.1)


async def over_sockets(
    server: WebServer, laid: dict[str, Any], frames: list[str], goal: int, seed: str, seen: Seen
) -> None:
    assert server.process is not None
    pid = server.process.pid
    line, other = (
        Line(server, laid["path"], laid["cookies"][seat]) for seat in ("moderator", "facilitator")
    )
    asking = asyncio.ensure_future(keep_asking(other, pid, seen))
    await _bothering(line, frames, Seen(), goal // 10, seed)  # until the memory is what it is
    before = memory_of(pid)
    await _bothering(line, frames, seen, goal, f"{seed}:2")
    if asking.done():
        asking.result()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await asyncio.sleep(A_SECOND)
    seen.grown = max(seen.grown, memory_of(pid) - before)


async def _bothering(line: Line, frames: list[str], seen: Seen, goal: int, seed: str) -> None:
    chances = [random.Random(f"{seed}:{number}") for number in range(AT_ONCE // 2)]
    await asyncio.gather(*(bother(line, frames, chance, seen, goal) for chance in chances))


# --- without a socket -----------------------------------------------------------------------------


class Patience:
    """In place of an allowance."""

    def take(self, now: float) -> bool:
        return True


class Ear:
    """The part of a consumer that hears, which hears on after what would have closed it. Needs Django and its rows."""

    def __init__(self, draft: int, seat: Any, session: str) -> None:
        self.draft, self.seat, self.session = draft, seat, session
        self.consumer: Any = None
        self.is_closed = True

    async def open(self) -> None:
        from scenarios.consumers import DraftConsumer
        from scenarios.live.hall import hall
        from scenarios.live.protocol import Hello
        from scenarios.live.reader import Holder, Reader

        async def send(frame: str) -> None:
            if '"ping"' in frame:
                self.consumer.reader.has_read(json.loads(frame)["n"])

        async def close(code: int) -> None:
            self.is_closed = True

        self.leave()
        self.consumer, self.is_closed = DraftConsumer(), False
        admission: Any = await hall().store.admit(self.draft, self.seat.participant_id)
        self.consumer.draft, self.consumer.admission = self.draft, admission
        self.consumer.allowance, self.consumer.now = Patience(), time.monotonic
        self.consumer.reader = Reader(
            send,
            close,
            holder=Holder(self.seat.pk, self.seat.participant_id, self.session),
            client=os.urandom(8).hex(),
            peer=admission.peer,
            standing=admission.standing,
        )
        hello = Hello(self.consumer.reader.client, None)
        self.consumer.room = await hall().enter(self.consumer.reader, hello, admission, self.draft)

    def fit(self, frame: str) -> str:
        """A push as this page could make it now, so that what is broken about it afterwards matters."""
        value = json.loads(frame)
        if value["t"] == "push":
            room, reader = self.consumer.room, self.consumer.reader
            replica = room._replica
            counted = replica.clients.get(reader.client, (0, 0))[1] if replica else 0
            changes = [[0, "a", "b"], room._length] if room._length else [[0, "word "]]
            value |= {"v": room.version, "edits": [{"s": counted + 1, "c": changes}]}
        return json.dumps(value)

    async def hear(self, frame: str | bytes) -> int | None:
        from scenarios.live.protocol import Refused

        try:
            self.consumer._hear(frame if isinstance(frame, str) else "")
        except Refused as refused:
            return int(refused.code)
        while self.consumer.reader.offers > 2 and not self.is_closed:
            await asyncio.sleep(0.0005)
        return None

    def leave(self) -> None:
        from scenarios.live.hall import hall

        if self.consumer is not None:
            hall().leave(self.consumer.reader, self.draft)
            self.consumer.reader.stop()


async def without_sockets(ear: Ear, frames: list[str], goal: int, seed: str, seen: Seen) -> None:
    chance, before = random.Random(seed), 0
    for number in range(1, goal + 1):
        if ear.is_closed:
            await ear.open()
        chosen = chance.choice(frames)
        frame = broken(ear.fit(chosen) if chance.random() < 0.7 else chosen, chance)
        started = time.process_time()
        code = await ear.hear(frame)
        seen.wait(time.process_time() - started)
        seen.frames += 1
        seen.codes.update([code] if code else [])
        if number == goal // 10:
            before = memory_of(os.getpid())
        if number % 100_000 == 0:
            print(f"{number:,}: {seen}", flush=True)
    seen.grown = memory_of(os.getpid()) - before
    ear.leave()


async def by_itself(work: Coroutine[Any, Any, None]) -> None:
    from scenarios.live.hall import hall

    await work
    await hall().close()


class Tracebacks(logging.Handler):
    """Counts what goes wrong in this process."""

    def __init__(self, seen: Seen) -> None:
        super().__init__()
        self.seen = seen
        logging.getLogger().addHandler(self)

    def stop(self) -> None:
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.levelno >= logging.WARNING:
            self.seen.tracebacks += 1


# --- all of it ------------------------------------------------------------------------------------


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--frames", type=int, default=1_000_000)
    options.add_argument("--seed", default=secrets.token_hex(4))
    options.add_argument(
        "--over-sockets", type=float, default=OVER_SOCKETS, help="the share of them"
    )
    given = options.parse_args()
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder, embedded_server(Path(folder)) as server:
        return 0 if campaign(server, given.frames, given.over_sockets, given.seed) else 1


def campaign(server: WebServer, goal: int, over: float, seed: str) -> bool:
    import django

    os.environ |= {
        "FLAMINGO_DATA_DIR": str(server.folder),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    django.setup()
    from tests.scenarios.live.table import lay_table

    table = lay_table()
    path = f"/ws/drafts/{table.draft.pk}/"
    cookies = {
        name: table.cookie(getattr(table, name)) for name in ("heron", "moderator", "facilitator")
    }
    frames = asyncio.run(record(Line(server, path, cookies["heron"])))
    print(f"{len(frames)} frames recorded", flush=True)
    fine = True
    parts: list[tuple[str, float, set[str]]] = [
        ("over sockets, as a reader", over, set()),
        ("without sockets, as a reader", (1 - over) * (1 - AS_WRITER), set()),
        ("without sockets, as a writer", (1 - over) * AS_WRITER, WRITTEN),
    ]
    for name, share, may_change in parts:
        seen, started, before = Seen(), time.monotonic(), tables_of(server)
        many = round(goal * share)
        if not many:
            continue
        if name.startswith("over"):
            laid = {"path": path, "cookies": cookies}
            asyncio.run(over_sockets(server, laid, frames, many, seed, seen))
        else:
            watch = Tracebacks(seen)
            seat = table.heron if "writer" in name else table.moderator
            ear = Ear(table.draft.pk, seat, table.sessions[seat.pk])
            asyncio.run(by_itself(without_sockets(ear, frames, many, seed, seen)))
            watch.stop()
        seen.tracebacks += server.log().count("Traceback")
        seen.changed = differences(before, tables_of(server))
        seen.changed = sorted(set(seen.changed) - may_change)
        print(f"{name}: {seen}; {time.monotonic() - started:.0f} s", flush=True)
        fine = fine and seen.fine
    if "Traceback" in server.log():
        print(server.log()[-5000:])
    return fine and is_whole(table.draft.pk)


WRITTEN: Final = {
    "scenarios_edit",
    "scenarios_draft",
    "scenarios_snapshot",
    "workshops_activity",
    "sqlite_sequence",
}


def is_whole(draft_id: int) -> bool:
    """Whether the log still gives a text."""
    from scenarios.live.history import text_at
    from scenarios.models import Draft

    draft = Draft.objects.get(pk=draft_id)
    text = text_at(draft_id, draft.version)
    print(f"the draft is at version {draft.version}, {len(text):,} letters", flush=True)
    return bool(text.encode())


if __name__ == "__main__":
    sys.exit(main())
