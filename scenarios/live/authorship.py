"""Which words are whose: the seat behind every unit of a text, kept through its changes. Pure."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import groupby

from scenarios.live.changeset import ChangeSet, Malformed, characters, units

SPLICES = 16
"""Up to so many replacements are spliced in one by one; with more it is cheaper to build all of it anew."""

Run = tuple[int, int]
"""So many units in a row, and the seat that wrote them."""


class Authorship:
    """Two bytes a unit, so that a letter typed into a megabyte moves bytes and scans nothing.

    Words belong to whoever put them in; what is only kept stays with whom it was.
    """

    __slots__ = ("_hands", "_numbers", "_seats")

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self._hands = array("H")
        self._seats: list[int] = []
        self._numbers: dict[int, int] = {}
        for length, seat in runs:
            self._hands += self._written(seat, length)

    def __len__(self) -> int:
        return len(self._hands)

    @property
    def runs(self) -> list[Run]:
        """No two neighbours are of one seat, and none is empty."""
        return [(len(list(run)), self._seats[number]) for number, run in groupby(self._hands)]

    def apply(self, changes: ChangeSet, seat: int) -> None:
        if changes.length != len(self):
            raise Malformed("made on a text of another length")
        replacements = list(changes.replacements())
        if len(replacements) <= SPLICES:
            for start, end, insert in reversed(replacements):
                self._hands[start:end] = self._written(seat, len(insert))
            return
        pieces, kept = array("H"), 0
        for start, end, insert in replacements:
            pieces += self._hands[kept:start]
            pieces += self._written(seat, len(insert))
            kept = end
        self._hands = pieces + self._hands[kept:]

    def _written(self, seat: int, length: int) -> "array[int]":
        number = self._numbers.get(seat)
        if number is None:
            number = self._numbers[seat] = len(self._seats)
            self._seats.append(seat)
        return array("H", (number,)) * length


def passages(text: str, runs: Iterable[Run]) -> Iterator[tuple[str, int]]:
    """The text cut where another seat's words begin. It must be as long as its runs."""
    code_units, start = units(text), 0
    for length, seat in runs:
        yield characters(code_units[start : start + length]), seat
        start += length
