"""How fast drafts are written together, ours beside Hocuspocus: `make bench-live`, or `python -m bench.live --help`.

Nothing is asserted here: figures are printed, and kept in bench/results/live.jsonl.
"""

import argparse
import json
import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from bench.live import plot
from bench.live.servers import HERE, NODE, RESULTS, Running, Work, install, on_core, ours, peer

SIDES: dict[str, Callable[[Work], AbstractContextManager[Running]]] = {"ours": ours, "peer": peer}
Figures = dict[str, Any]


@dataclass
class Pace:
    """How long each run types, and how often each is repeated."""

    warm: float = 3
    seconds: float = 8
    repeats: int = 3


def people(running: Running, side: str, work: Work, pace: Pace, **orders: Any) -> Figures:
    """Let them type, and return what they saw and what it cost the server."""
    watching = work.people if work.people * work.drafts <= 22 else max(1, 4 // work.drafts)
    crowd = [one | {"watches": one["place"] < watching} for one in running.people]
    given = {"kind": "flamingo" if side == "ours" else "hocuspocus", "people": crowd, "rate": 5}
    fault = orders.pop("fault", None)
    given |= {"warm": pace.warm, "seconds": pace.seconds, "text": work.text} | orders
    path = RESULTS / f"orders-{os.getpid()}.json"
    path.write_text(json.dumps(given))
    started, used, memory = 0.0, 0.0, 0.0
    try:
        command = on_core(1, NODE, "--max-old-space-size=4096", str(HERE / "people.mjs"), str(path))
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                said = json.loads(line)
                if "measure" in said:
                    started = running.cpu()
                    if fault:  # from here: a server ends with the thread that started it
                        time.sleep(2)
                        fault()
                elif "measured" in said:
                    used, memory = running.cpu() - started, running.memory()
                else:
                    done: Figures = said["done"]
    finally:
        path.unlink()
    if strokes := done.get("strokes"):
        done["cpu"] = used / strokes * 1e6  # microseconds for an edit
        done["busy"] = used / done["seconds"]
        done["rate"] = strokes / done["seconds"]
    return done | {"memory": memory}


def typing(side: str, work: Work, pace: Pace) -> Figures:
    with SIDES[side](work) as running:
        done = people(running, side, work, pace)
    return done | {"p50": done["shown"]["p50"], "p99": done["shown"]["p99"]}


def durable(side: str, work: Work, pace: Pace) -> Figures:
    """Ours says so itself. The peer's documents are on disk when its next store after the stroke has ended."""
    with SIDES[side](work) as running:
        long = Pace(pace.warm, max(12, pace.seconds), pace.repeats)
        done = people(running, side, work, long, wall=True, rest=11_000)
        if side == "ours":
            return {"p50": done["stored"]["p50"], "p99": done["stored"]["p99"]}
        assert running.stores is not None
        stores = [tuple(map(float, li.split())) for li in running.stores.read_text().splitlines()]
    waits = sorted(
        next((end for begin, end in stores if begin >= stroke), stores[-1][1]) - stroke
        for stroke in done["strokes_at"]
    )
    return {"p50": waits[len(waits) // 2], "p99": waits[int(len(waits) * 0.99)]}


def join(side: str, work: Work, pace: Pace) -> Figures:
    with SIDES[side](work) as running:
        done = people(running, side, work, pace, joins=9)
    return {"p99": done["ms"], **done}


def most(side: str, work: Work, pace: Pace) -> Figures:
    """Faster and faster, until it is too slow for those who look on."""
    best: Figures = {"rate": 0.0}
    rate = 8.0
    step = 1.6
    with SIDES[side](work) as running:
        while step > 1.1:
            short = Pace(2, min(5, pace.seconds))
            done = people(running, side, work, short, rate=rate)
            fine = done["shown"]["n"] and done["shown"]["p99"] <= 250 and not done["lost"]
            say(
                f"    {side}: {done['rate']:.0f} edits a second, p99 {done['shown']['p99'] or 0:.0f} ms"
            )
            if fine and done["rate"] > best["rate"]:
                best = done | {"p99": done["shown"]["p99"]}
                rate *= step
            else:
                rate /= step
                step **= 0.5
                rate *= step
    return best


ROWS: dict[str, tuple[str, Work, Callable[[str, Work, Pace], Figures]]] = {
    "22": ("22 on one draft", Work(22), typing),
    "100": ("100 on one draft", Work(100), typing),
    "300": ("300 on one draft", Work(300), typing),
    "two": ("300 on one draft, two processes", Work(300, web=2), typing),
    "drafts": ("50 drafts × 22", Work(22, 50), typing),
    "most": ("most edits a second, 100 people", Work(100), most),
    "durable": ("keystroke → durable, 22 people", Work(22), durable),
    "join": ("join a draft of 259,778 edits", Work(1, trace=""), join),
}


def compare(names: list[str], pace: Pace, path: str) -> None:
    found: dict[tuple[str, str], list[Figures]] = defaultdict(list)
    for repeat in range(pace.repeats):
        for name in names:
            title, work, measure = ROWS[name]
            if work.trace is not None:
                work.trace = path
            for side in SIDES:
                found[name, side].append(keep(name, side, repeat, measure(side, work, pace)))
    print(
        f"\n{'median of ' + str(pace.repeats):34}{'CPU µs/edit':>22}{'p99 ms':>24}{'memory MB':>22}"
    )
    for name in names:
        cells = [_cell(found[name, "ours"], found[name, "peer"], key) for key in COLUMNS]
        print(
            f"{ROWS[name][0]:34}"
            + "".join(f"{cell:>{w}}" for cell, w in zip(cells, (22, 24, 22), strict=True))
        )
        for key, title in (("rate", "edits a second"), ("bytes", "bytes")):
            if (name, key) in {("most", "rate"), ("join", "bytes")}:
                print(
                    f"{'':34}{title}: {_cell(found[name, 'ours'], found[name, 'peer'], key).strip()}"
                )
    print("Each as ours / Hocuspocus = ours ÷ Hocuspocus.")


COLUMNS = ("cpu", "p99", "memory")


def _cell(ours: list[Figures], peer: list[Figures], key: str) -> str:
    if not all(runs and runs[0].get(key) for runs in (ours, peer)):
        return "–"
    one, other = (median(run[key] for run in runs) for runs in (ours, peer))
    digits = 0 if one >= 100 else 1
    return f"{one:.{digits}f} / {other:.{digits}f} = {one / other:.2f}"


def postgres(pace: Pace) -> None:
    """The same on PostgreSQL, with one process and with two."""
    for count in (22, 100):
        for web in (1, 2):
            done = typing("ours", Work(count, web=web, postgres=True), pace)
            keep(f"postgres-{web}", "ours", 0, done | {"people": count})


def faults(pace: Pace) -> None:
    """What each costs those who type: two processes on PostgreSQL and Redis, the fault two seconds in, for two seconds."""
    work = Work(22, web=2)
    for name, fault in FAULTS.items():
        with ours(work) as running:
            done = people(
                running,
                "ours",
                work,
                Pace(pace.warm, 10),
                fault=partial(fault, running),
                settle=40_000,
            )
            for process in running.services:
                process.process.send_signal(signal.SIGCONT)
        facts = {"p99": done["shown"]["p99"], "most": done["shown"]["most"], "lost": done["lost"]}
        keep("fault", "ours", 0, facts | {"fault": name, "equal": done["equal"]})


def _again(server: Any) -> None:
    server.kill()
    time.sleep(2)
    server.start()


def _paused(server: Any) -> None:
    server.process.send_signal(signal.SIGSTOP)
    time.sleep(2)
    server.process.send_signal(signal.SIGCONT)


def _wiped(server: Any) -> None:
    import redis

    redis.Redis(port=server.port).flushall()


FAULTS: dict[str, Callable[[Running], None]] = {
    "none": lambda running: None,
    "Redis killed": lambda running: _again(running.services[1]),
    "Redis paused": lambda running: _paused(running.services[1]),
    "Redis wiped": lambda running: _wiped(running.services[1]),
    "PostgreSQL restarted": lambda running: _again(running.services[0]),
    "a web process killed": lambda running: _again(running.programs[1]),
}


def growth(pace: Pace) -> None:
    """How cost grows with people on one draft, and with drafts of five."""
    points: dict[str, list[tuple[str, int, float]]] = {"people": [], "drafts": []}
    for side in SIDES:
        for kind, count, work in _sizes():
            done = keep("growth", side, 0, typing(side, work, pace) | {kind: count})
            points[kind].append((side, count, done["cpu"]))
    path = RESULTS / "live-growth.svg"
    path.write_text(plot.growth(points))
    print(f"\nHow cost grows: {path}")


def _sizes() -> Iterator[tuple[str, int, Work]]:
    for count in (22, 50, 100, 200, 300, 500):
        yield "people", count, Work(count)
    for count in (1, 5, 20, 50, 100, 200):
        yield "drafts", count, Work(5, count)


def say(words: str) -> None:
    print(words, flush=True)


def keep(row: str, side: str, repeat: int, figures: Figures) -> Figures:
    figures.pop("strokes_at", None)
    facts = {"row": row, "side": side, "repeat": repeat, "load": os.getloadavg()[0]}
    facts |= {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())} | figures
    with (RESULTS / "live.jsonl").open("a") as lines:
        lines.write(json.dumps(facts) + "\n")
    short = {
        key: round(value, 1) if isinstance(value, float) else value
        for key, value in figures.items()
        if not isinstance(value, dict) or key == "lost"
    }
    say(f"  {row} {side}: " + ", ".join(f"{key} {value}" for key, value in short.items()))
    return figures


MORE: dict[str, Callable[[Pace], None]] = {"postgres": postgres, "faults": faults, "growth": growth}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.live", description=__doc__)
    parser.add_argument(
        "rows", nargs="*", metavar="ROW", help=f"of {', '.join([*ROWS, *MORE])}; all if none"
    )
    parser.add_argument("--quick", action="store_true", help="one short run of each")
    parser.add_argument("--repeats", type=int, help="of each row of the table; 3 if not given")
    parser.add_argument(
        "--trace", default="", metavar="FILE", help="the published automerge-perf trace"
    )
    parser.add_argument("--only", choices=SIDES, help="one side, to look at it closely")
    given = parser.parse_args()
    pace = Pace(2, 4, 1) if given.quick else Pace()
    pace.repeats = given.repeats or pace.repeats
    if given.only:
        SIDES.pop("peer" if given.only == "ours" else "ours")
    unknown = set(given.rows) - ROWS.keys() - MORE.keys()
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}")
    if given.only != "ours":
        install()
    RESULTS.mkdir(exist_ok=True)
    wanted = given.rows or [*ROWS, *MORE]
    if rows := [name for name in ROWS if name in wanted]:
        compare(rows, pace, given.trace)
    for name, more in MORE.items():
        if name in wanted:
            more(pace)


if __name__ == "__main__":
    main()
