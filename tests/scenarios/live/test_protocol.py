import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.live import protocol
from scenarios.live.allowance import Allowance
from scenarios.live.changeset import ChangeSet
from scenarios.live.protocol import (
    FRAME_BYTES,
    Close,
    Hello,
    Here,
    Peer,
    Ping,
    Pong,
    Push,
    Pushed,
    Refused,
    Standing,
    Stored,
    Why,
)

EDIT = {"s": 1, "c": [[0, "a"]]}


@pytest.mark.parametrize(
    ("frame", "meaning"),
    [
        ({"t": "hello", "client": "abcdefgh", "v": None}, Hello("abcdefgh", None)),
        ({"t": "hello", "client": "a-_Z0123", "v": 7, "newer": "page"}, Hello("a-_Z0123", 7)),
        (
            {"t": "push", "v": 0, "edits": [EDIT, {"s": 2, "c": [1, [0, "b"]]}]},
            Push(
                0,
                (Pushed(1, ChangeSet.parse([[0, "a"]])), Pushed(2, ChangeSet.parse([1, [0, "b"]]))),
            ),
        ),
        ({"t": "here", "v": 3, "a": 5, "h": 2}, Here(3, (5, 2))),
        ({"t": "here", "v": 3, "a": None, "h": None}, Here(3, None)),
        ({"t": "ping"}, Ping()),
        ({"t": "pong", "n": 4}, Pong(4)),
    ],
)
def test_a_page_is_understood(frame: Any, meaning: Any) -> None:
    assert protocol.read(json.dumps(frame)) == meaning


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "hello",
        "null",
        "[]",
        '"hello"',
        "{}",
        '{"t":[]}',
        '{"t":{}}',
        '{"t":"goodbye"}',
        '{"t":"hello"}',
        '{"t":"hello","client":"short","v":null}',
        '{"t":"hello","client":"has spaces","v":null}',
        '{"t":"hello","client":"' + "a" * 33 + '","v":null}',
        '{"t":"hello","client":"abcdefgh\\n","v":null}',
        '{"t":"hello","client":"abcdefgh","v":-1}',
        '{"t":"hello","client":"abcdefgh","v":1e3}',
        '{"t":"hello","client":"abcdefgh","v":true}',
        '{"t":"push","v":0,"edits":[]}',
        '{"t":"push","v":0,"edits":{}}',
        '{"t":"push","v":0,"edits":[1]}',
        '{"t":"push","v":0,"edits":[{"s":0,"c":[]}]}',
        '{"t":"push","v":0,"edits":[{"s":2,"c":[]},{"s":1,"c":[]}]}',
        '{"t":"push","v":0,"edits":[{"s":1,"c":[]},{"s":3,"c":[]}]}',
        '{"t":"push","v":null,"edits":[{"s":1,"c":[]}]}',
        '{"t":"push","v":0,"edits":[{"s":1,"c":[[0,"\\ud800"]]}]}',
        '{"t":"push","v":' + "9" * 5000 + ',"edits":[{"s":1,"c":[]}]}',
        '{"t":"here","v":0,"a":1,"h":null}',
        '{"t":"here","v":0,"a":-1,"h":0}',
        '{"t":"here","v":0,"a":NaN,"h":0}',
        '{"t":"pong","n":"1"}',
        "[" * 30_000,
        '{"t":' * 10_000,
    ],
)
def test_what_is_no_frame_ends_the_connection(frame: str) -> None:
    with pytest.raises(Refused) as refused:
        protocol.read(frame)

    assert refused.value.code == Close.MALFORMED


def test_a_push_has_a_hundred_edits_at_most() -> None:
    edits = [{"s": number, "c": []} for number in range(1, 102)]
    protocol.read(json.dumps({"t": "push", "v": 0, "edits": edits[:100]}))

    with pytest.raises(Refused):
        protocol.read(json.dumps({"t": "push", "v": 0, "edits": edits}))


@pytest.mark.parametrize("letter", ["a", "س"])
def test_a_frame_is_measured_in_bytes(letter: str) -> None:
    frame = json.dumps({"t": "ping", "x": ""}, ensure_ascii=False)
    room = (FRAME_BYTES - len(frame)) // len(letter.encode())
    fits = frame.replace('""', f'"{letter * room}"')

    assert protocol.read(fits) == Ping()
    with pytest.raises(Refused) as refused:
        protocol.read(fits.replace(letter, letter * 3, 1))
    assert refused.value.code == Close.TOO_LARGE


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"t": st.sampled_from(["hello", "push", "here", "ping", "pong"]) | json_values},
        optional={
            key: json_values | st.integers(0, 3) for key in ("client", "v", "edits", "a", "h", "n")
        },
    )
)
def test_nothing_but_a_refusal_comes_of_anything_else(frame: dict[str, Any]) -> None:
    with suppress(Refused):
        protocol.read(json.dumps(frame))


def test_what_the_server_says() -> None:
    heron = Peer(12, "Heron", 3, "participant", (5, 9))
    stored = Stored(8, 12, "abcdefgh", 3, ChangeSet.parse([5, [0, "😀"]]))
    sent = {"client": "abcdefgh", "s": 3, "seat": 12, "c": [5, [0, "😀"]]}
    shown = {"id": 12, "name": "Heron", "colour": 3, "role": "participant", "a": 5, "h": 9}

    def said(frame: str) -> Any:
        return json.loads(frame)

    assert said(
        protocol.welcome(7, "text", you=heron, standing=Standing(), sequence=2, peers=[heron])
    ) == {
        "t": "welcome",
        "v": 7,
        "text": "text",
        "may": "write",
        "you": shown,
        "s": 2,
        "peers": [shown],
    }
    assert said(
        protocol.welcome(
            8,
            [stored],
            you=heron,
            standing=Standing(may_write=False, say="Closed."),
            sequence=3,
            peers=[],
        )
    ) == {
        "t": "welcome",
        "v": 8,
        "edits": [sent],
        "may": "read",
        "why": "Closed.",
        "you": shown,
        "s": 3,
        "peers": [],
    }
    assert said(protocol.edits([stored])) == {"t": "edits", "v": 7, "edits": [sent]}
    assert said(protocol.refused(3, Why.FROZEN, "No.")) == {
        "t": "refused",
        "s": 3,
        "code": "frozen",
        "say": "No.",
    }
    assert said(protocol.may(Standing())) == {"t": "may", "may": "write"}
    assert said(protocol.peers(7, [heron], [14])) == {
        "t": "peers",
        "v": 7,
        "peers": [shown],
        "gone": [14],
    }
    assert said(protocol.moved(7, [heron])) == {"t": "moved", "v": 7, "at": [[12, 5, 9]]}
    assert said(protocol.ping(4)) == {"t": "ping", "n": 4}
    assert said(protocol.pong()) == {"t": "pong"}


def test_sixty_frames_at_once_then_twenty_a_second() -> None:
    allowance = Allowance(now=100.0)

    assert [allowance.take(100.0) for _ in range(61)] == [True] * 60 + [False]
    assert [allowance.take(100.5) for _ in range(11)] == [True] * 10 + [False]
    assert allowance.take(1000.0)
