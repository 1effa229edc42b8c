"""Where seats point in one text, moved with it. Pure.

A seat's own words push its cursor on, those of others do not.
"""

from collections.abc import Iterable

from scenarios.live.changeset import ChangeSet, Malformed
from scenarios.live.protocol import Selection, Stored


class Places:
    """Most selections are cursors, and most edits one replacement: those go in a loop over numbers."""

    __slots__ = ("_cursors", "_ranges")

    def __init__(self) -> None:
        self._cursors: dict[int, int] = {}
        self._ranges: dict[int, Selection] = {}

    def put(self, seat: int, selection: Selection | None) -> None:
        self._cursors.pop(seat, None)
        self._ranges.pop(seat, None)
        if selection is not None:
            if selection[0] == selection[1]:
                self._cursors[seat] = selection[0]
            else:
                self._ranges[seat] = selection

    def of(self, seat: int) -> Selection | None:
        cursor = self._cursors.get(seat)
        return self._ranges.get(seat) if cursor is None else (cursor, cursor)

    def follow(self, edits: Iterable[Stored]) -> None:
        for edit in edits:
            own = self.of(edit.seat)
            self.put(edit.seat, None)
            self._follow_others(edit.changes)
            self._move(edit.seat, own, edit.changes, assoc=1)

    def _follow_others(self, changes: ChangeSet) -> None:
        cursors, ranges, one = self._cursors, list(self._ranges.items()), changes.one
        if one is None:
            ranges += [(seat, (cursor, cursor)) for seat, cursor in cursors.items()]
        else:
            start, length, insert, _ = one
            end, shift = start + length, len(insert) - length
            for seat, cursor in cursors.items():
                if cursor > start:
                    cursors[seat] = cursor + shift if cursor >= end else start
        for seat, selection in ranges:
            self._move(seat, selection, changes)

    def _move(
        self, seat: int, selection: Selection | None, changes: ChangeSet, assoc: int = -1
    ) -> None:
        try:
            self.put(seat, selection and changes.map_range(*selection, assoc=assoc))
        except Malformed:  # another process reported a place we do not have
            self.put(seat, None)
