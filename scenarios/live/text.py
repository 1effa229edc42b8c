"""A text that changes in place, addressed by UTF-16 code units."""

from collections.abc import Iterable

from scenarios.live.changeset import ChangeSet, Malformed

SPLICES = 16
"""Up to so many replacements are spliced in one by one; with more it is cheaper to build the text anew."""


class Text:
    """Two bytes a unit: a letter typed into a megabyte moves bytes in memory, and is neither a copy nor a scan."""

    __slots__ = ("_units",)

    def __init__(self, text: str = "") -> None:
        self._units = bytearray(text.encode("utf-16-le"))

    def __len__(self) -> int:
        return len(self._units) // 2

    def __str__(self) -> str:
        return self._units.decode("utf-16-le")

    def apply(self, changes: ChangeSet) -> None:
        """All of it, or none where it does not fit or would tear a character in two."""
        if changes.length != len(self):
            raise Malformed("made on a text of another length")
        replacements = list(changes.replacements())
        if any(self._tears(start) or self._tears(end) for start, end, _ in replacements):
            raise Malformed("half a character")
        if len(replacements) <= SPLICES:
            for start, end, insert in reversed(replacements):
                self._units[2 * start : 2 * end] = insert.encode("utf-16-le", "surrogatepass")
            return
        pieces, kept, view = bytearray(), 0, memoryview(self._units)
        for start, end, insert in replacements:
            pieces += view[2 * kept : 2 * start]
            pieces += insert.encode("utf-16-le", "surrogatepass")
            kept = end
        pieces += view[2 * kept :]
        self._units = pieces

    def apply_all(self, many: Iterable[ChangeSet]) -> None:
        for changes in many:
            self.apply(changes)

    def _tears(self, position: int) -> bool:
        """The text is whole, so a low surrogate has its high one right before it."""
        return position < len(self) and self._units[2 * position + 1] & 0xFC == 0xDC
