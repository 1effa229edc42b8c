"""A text that changes in place, addressed by UTF-16 code units."""

from collections.abc import Iterable
from typing import Final

from scenarios.live.changeset import ChangeSet, Malformed

PIECE: Final = 32 * 1024
"""Units; a piece that has grown to twice as many is cut in two."""


class Text:
    """In pieces, two bytes a unit: a letter typed into a megabyte moves some bytes of one piece, and copies nothing."""

    __slots__ = ("_length", "_pieces")

    def __init__(self, text: str = "") -> None:
        units = text.encode("utf-16-le")
        self._length = len(units) // 2
        self._pieces = _cut(bytearray(units))

    def __len__(self) -> int:
        return self._length

    def __str__(self) -> str:
        return b"".join(self._pieces).decode("utf-16-le")

    def apply(self, changes: ChangeSet) -> None:
        """All of it, or none where it does not fit or would tear a character in two."""
        if changes.length != self._length:
            raise Malformed("made on a text of another length")
        replacements = list(changes.replacements())
        if any(self._tears(start) or self._tears(end) for start, end, _ in replacements):
            raise Malformed("half a character")
        for start, end, insert in reversed(replacements):
            self._replace(start, end, insert.encode("utf-16-le", "surrogatepass"))

    def apply_all(self, many: Iterable[ChangeSet]) -> None:
        for changes in many:
            self.apply(changes)

    def _replace(self, start: int, end: int, units: bytes) -> None:
        self._length += len(units) // 2 - (end - start)
        at, offset = self._find(start)
        piece, gone = self._pieces[at], 2 * (end - start)
        missing = gone - (len(piece) - offset)
        piece[offset : offset + gone] = units
        while missing > 0:  # the rest of it lies in the pieces that follow
            following = self._pieces[at + 1]
            there = len(following)
            if there > missing:
                del following[:missing]
            else:
                del self._pieces[at + 1]
            missing -= there
        if len(piece) >= 4 * PIECE:
            self._pieces[at : at + 1] = _cut(piece)
        elif not piece and len(self._pieces) > 1:
            del self._pieces[at]

    def _find(self, position: int) -> tuple[int, int]:
        """In which piece, and at which of its bytes; the end of one rather than the beginning of the next."""
        offset = 2 * position
        for at, piece in enumerate(self._pieces):
            if offset <= len(piece):
                return at, offset
            offset -= len(piece)
        raise AssertionError("beyond the text")

    def _tears(self, position: int) -> bool:
        """The text is whole, so a low surrogate has its high one right before it."""
        if position in (0, self._length):
            return False
        at, offset = self._find(position)
        if offset == len(self._pieces[at]):
            at, offset = at + 1, 0
        return self._pieces[at][offset + 1] & 0xFC == 0xDC


def _cut(units: bytearray) -> list[bytearray]:
    """At least one, which may be empty; none else is."""
    return [units[at : at + 2 * PIECE] for at in range(0, len(units), 2 * PIECE)] or [units]
