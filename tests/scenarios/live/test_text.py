"""A text in pieces is the text in one piece."""

import random

import pytest

from scenarios.live.changeset import ChangeSet, Malformed, Section, characters, units
from scenarios.live.text import Text


def some_change(chance: random.Random, length: int) -> ChangeSet:
    cuts = sorted(chance.randint(0, length) for _ in range(2 * chance.choice((1, 1, 3))))
    sections: list[Section] = []
    at = 0
    for start, end in zip(cuts[::2], cuts[1::2], strict=True):
        words = units(chance.choice(("", "x", "🦩y", "hello world")))
        sections += [(start - at, None), (end - start, words)]
        at = end
    return ChangeSet.of([*sections, (length - at, None)])


def test_however_it_is_cut_it_takes_and_refuses_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.live.text.PIECE", 4)
    chance = random.Random(3)
    for _ in range(300):
        whole = "".join(chance.choice("abc🦩ä\n") for _ in range(chance.randint(0, 60)))
        text = Text(whole)
        for _ in range(8):
            changes = some_change(chance, len(units(whole)))
            after = characters(changes.apply(units(whole)))
            try:
                text.apply(changes)
                whole = after
            except Malformed:  # it would have torn a flamingo in two
                assert "🦩" in whole
            assert (str(text), len(text)) == (whole, len(units(whole)))
