"""The keystrokes of one long paper: the published `automerge-perf` trace, or one made up of the same size and shape."""

import gzip
import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

INSERTS, DELETES = 182_315, 77_463

Stroke = tuple[int, int, str]
"""Where, how many units go, what comes."""


def read(path: str) -> Iterator[Stroke]:
    """From `editing-trace.js`, from the same as JSON (either published form), or, without a path, made up."""
    return _recorded(Path(path)) if path else made_up()


def _recorded(path: Path) -> Iterator[Stroke]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    if path.suffix == ".js":
        found = re.search(r"const edits = (\[.*?\])\s*(?:;|const|module)", text, re.DOTALL)
        assert found is not None, "no `const edits = …` in the trace"
        text = re.sub(r",\s*\]", "]", found[1])
    edits = json.loads(text)
    if isinstance(edits, dict):
        edits = [patch for one in edits["txns"] for patch in one["patches"]]
    for at, delete, *inserts in edits:
        yield at, delete, "".join(inserts)


def made_up(seed: int = 1) -> Iterator[Stroke]:
    """Somebody types on, takes back, jumps; a few letters more than go."""
    chance = random.Random(seed)
    length = at = 0
    inserts, deletes = INSERTS, DELETES
    while inserts or deletes:
        if chance.random() < 0.01:
            at = chance.randint(0, length)
        run = chance.randint(1, 12)
        if inserts and (chance.random() < inserts / (inserts + deletes) or not at):
            for _ in range(min(run, inserts)):
                yield at, 0, chance.choice("etaoin shrdlu")
                at, length, inserts = at + 1, length + 1, inserts - 1
        else:
            for _ in range(min(run, deletes, at)):
                at, length, deletes = at - 1, length - 1, deletes - 1
                yield at, 1, ""


if __name__ == "__main__":
    print(json.dumps(list(read(sys.argv[1]))))
