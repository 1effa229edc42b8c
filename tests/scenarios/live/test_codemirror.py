"""The same answers as CodeMirror itself, asked under node."""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scenarios.live import replica
from scenarios.live.changeset import ChangeSet, characters, compose_all, units
from scenarios.live.log import rebase
from scenarios.live.protocol import Pushed, Stored
from scenarios.live.text import Text
from tests.scenarios.live.histories import NODE, Diverged, compare, played

ORACLE = Path(__file__).parents[2] / "js" / "oracle.mjs"

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
    for case in ask(seed=seed, count=400):
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


def test_two_to_six_people_and_the_server_end_with_one_text_in_ten_thousand_histories() -> None:
    """Any interleaving, lists cut anywhere, pushes sent twice, undo and redo."""
    assert compare(seed=1, count=10_000) > 50_000


def test_a_server_that_moves_edits_over_several_at_once_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hasty(
        edits: Sequence[Pushed], over: Sequence[Stored], *, seat: int, client: str
    ) -> list[Pushed]:
        if len(over) < 2 or any(edit.client == client for edit in over):
            return rebase(edits, over, seat=seat, client=client)
        whole = compose_all(edit.changes for edit in over)
        assert whole is not None
        return rebase(edits, [replace(over[0], changes=whole)], seat=seat, client=client)

    monkeypatch.setattr(replica, "rebase", hasty)
    with pytest.raises(Diverged, match="Seed"):
        compare(seed=1, count=500)


def test_codemirror_writes_no_change_set_that_is_not_canonical() -> None:
    with played(seed=1_000_000, count=300) as histories:
        for history in histories:
            for _, _, edits in history["pushes"]:
                for _, changes in edits:
                    assert ChangeSet.parse(changes).to_json() == changes
