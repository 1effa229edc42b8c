"""Cursors follow the text as `map_range` says, however many there are."""

import random

from scenarios.live.changeset import ChangeSet
from scenarios.live.log import map_selection
from scenarios.live.places import Places
from scenarios.live.protocol import Stored


def some_edit(chance: random.Random, version: int, length: int) -> Stored:
    cuts = sorted(chance.sample(range(length + 1), 2 * chance.choice((1, 1, 1, 2))))
    sections: list[tuple[int, str | None]] = []
    at = 0
    for start, end in zip(cuts[::2], cuts[1::2], strict=True):
        end = chance.choice((start, end))
        sections += [(start - at, None), (end - start, chance.choice(("", "x", "four")))]
        at = end
    changes = ChangeSet.of([*sections, (length - at, None)])
    return Stored(version, chance.randint(1, 4), "client", version, changes)


def test_places_follow_the_text_as_each_selection_would_by_itself() -> None:
    chance = random.Random(7)
    for _ in range(300):
        length, version = 12, 0
        selections = {
            seat: (chance.randint(0, length), chance.randint(0, length)) for seat in range(1, 7)
        } | {seat: (place, place) for seat, place in ((7, 0), (8, 5), (9, length), (1, 5))}
        places = Places()
        for seat, selection in selections.items():
            places.put(seat, selection)
        edits: list[Stored] = []
        while len(edits) < 5 and length > 4:
            edits.append(some_edit(chance, version := version + 1, length))
            length = edits[-1].changes.new_length
        places.follow(edits)

        assert {seat: places.of(seat) for seat in selections} == {
            seat: map_selection(selection, edits, seat=seat)
            for seat, selection in selections.items()
        }
