"""Random histories of people who write at once: played with CodeMirror under node, and told again to our server.

Everybody's text, the server's, and every stored edit must be the same. Each history has a seed of its own, so that one
that fails is played again alone:

    python -m tests.scenarios.live.histories --histories 1000000 --seed 1
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from scenarios.live.changeset import ChangeSet, Malformed
from scenarios.live.protocol import Push, Pushed
from scenarios.live.reader import Holder
from scenarios.live.replica import Offer, Replica

NODE = Path(sys.prefix) / "bin" / "node"
PLAYER = Path(__file__).parents[2] / "js" / "histories.mjs"
HOLDER = Holder(1, 1, "")
TELL_EVERY = 10_000


class Diverged(AssertionError):
    pass


@contextmanager
def played(seed: int, count: int) -> Iterator[Iterator[dict[str, Any]]]:
    """The histories of `count` seeds, from this one on, while node plays the next."""
    with subprocess.Popen(
        [NODE, PLAYER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as node:
        assert node.stdin
        assert node.stdout
        with node.stdin:
            print(json.dumps({"seed": seed, "count": count}), file=node.stdin)
        yield map(json.loads, node.stdout)
    if node.returncode:
        raise Diverged(f"The player ended with {node.returncode}.")


def tell_again(history: dict[str, Any]) -> int:
    """How many edits our server stored, after having heard the same."""
    server, log = Replica(1, history["doc"], 0), []
    for client, version, edits in history["pushes"]:
        pushed = tuple(Pushed(s, ChangeSet.parse(changes)) for s, changes in edits)
        with suppress(Malformed):  # one that comes late, after its page began anew
            for edit in server.rebase(Offer(HOLDER, client, Push(version, pushed))):
                stored = server.append(edit, seat=1, client=client)
                log.append([stored.client, stored.sequence, stored.changes.to_json()])
    text = str(server.text)
    if log != history["log"] or {text} != {history["text"], *history["shown"]}:
        raise Diverged(f"Seed {history['seed']}: {text!r} is not {history['text']!r} everywhere.")
    return len(log)


def compare(seed: int, count: int) -> int:
    """Stops at the first that differs. Returns how many edits were stored in all."""
    edits = told = 0
    with played(seed, count) as histories:
        for told, history in enumerate(histories, start=1):
            edits += tell_again(history)
            if told % TELL_EVERY == 0 and __name__ == "__main__":
                print(f"{told} of {count} histories, {edits} edits", flush=True)  # noqa: T201
    if told != count:
        raise Diverged(f"Only {told} of {count} histories were played.")
    return edits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    started = time.monotonic()
    try:
        edits = compare(asked.seed, asked.histories)
    except Diverged as difference:
        sys.exit(f"{difference}\nAgain: --histories 1 --seed <its seed>")
    seconds = time.monotonic() - started
    print(f"{asked.histories} histories, {edits} edits, 0 diverged, {seconds:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
