"""The same answers as CodeMirror itself, asked under node."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scenarios.live.changeset import ChangeSet, characters, units
from scenarios.live.protocol import Push, Pushed
from scenarios.live.reader import Holder
from scenarios.live.replica import Offer, Replica
from scenarios.live.text import Text

ORACLE = Path(__file__).parents[2] / "js" / "oracle.mjs"
NODE = Path(sys.prefix) / "bin" / "node"

Ask = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    with subprocess.Popen(
        [NODE, ORACLE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as node:
        assert node.stdin
        assert node.stdout
        stdin, stdout = node.stdin, node.stdout

        def ask(**question: Any) -> list[Any]:
            print(json.dumps(question), file=stdin, flush=True)
            answer: list[Any] = json.loads(stdout.readline())
            return answer

        yield ask
        stdin.close()


@pytest.mark.parametrize("seed", range(10))
def test_the_algebra_agrees_with_codemirror(ask: Ask, seed: int) -> None:
    for case in ask(ask="algebra", seed=seed, count=400):
        a, b, c = (ChangeSet.parse(case[name]) for name in "abc")
        doc = units(case["doc"])

        assert [a.to_json(), b.to_json(), c.to_json()] == [case["a"], case["b"], case["c"]]
        assert characters(a.apply(doc)) == case["applied"]
        assert b.map(a).to_json() == case["map"]
        assert a.map(b, before=True).to_json() == case["mapBefore"]
        assert b.map(a).map(c).to_json() == case["mapAgain"]
        assert a.compose(c).to_json() == case["compose"]
        assert a.invert(doc).to_json() == case["invert"]
        assert [
            [a.map_position(at, -1), a.map_position(at, 1)] for at in range(len(doc) + 1)
        ] == case["positions"]
        text = Text(case["doc"])
        text.apply(a)
        assert str(text) == case["applied"]


@pytest.mark.parametrize("seed", range(10))
def test_two_to_six_clients_and_the_server_end_with_one_text(ask: Ask, seed: int) -> None:
    """Any interleaving, lists cut anywhere, pushes sent twice, undo and redo."""
    for case in ask(ask="histories", seed=seed, count=200):
        server, log = Replica(1, case["doc"], 0), []
        for said in case["pushes"]:
            push = Push(
                said["version"],
                tuple(Pushed(e["s"], ChangeSet.parse(e["changes"])) for e in said["edits"]),
            )
            for edit in server.rebase(Offer(Holder(1, 1, ""), said["client"], push)):
                stored = server.append(edit, seat=1, client=said["client"])
                log.append(
                    {
                        "client": stored.client,
                        "s": stored.sequence,
                        "changes": stored.changes.to_json(),
                    }
                )

        assert log == case["log"]
        assert str(server.text) == case["text"]
        assert set(case["shown"]) == {case["text"]}


def test_codemirror_writes_no_change_set_that_is_not_canonical(ask: Ask) -> None:
    for case in ask(ask="histories", seed=99, count=300):
        for push in case["pushes"]:
            for edit in push["edits"]:
                assert ChangeSet.parse(edit["changes"]).to_json() == edit["changes"]
