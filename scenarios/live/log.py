"""The newest edits of one draft, in order, and how things made on older versions are moved over them. Pure."""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from scenarios.live.changeset import Malformed
from scenarios.live.protocol import Pushed, Selection, Stored

KEPT: Final = 2000
"""Edits held in memory. Who is further behind gets the text."""


class TooFarBehind(Exception):
    """That version is no longer at hand (or not here yet); its page must catch up first."""


class Log:
    __slots__ = ("_recent", "version")

    def __init__(self, version: int, recent: Iterable[Stored] = ()) -> None:
        """At this version, which the recent edits lead to."""
        self.version = version
        self._recent = deque(recent, maxlen=KEPT)

    def copy(self) -> "Log":
        return Log(self.version, self._recent)

    def append(self, edit: Stored) -> None:
        if edit.version != self.version + 1:
            raise ValueError(f"edit {edit.version} does not follow version {self.version}")
        self.version = edit.version
        self._recent.append(edit)

    def since(self, version: int) -> list[Stored]:
        """The edits after this version, oldest first."""
        behind = self.version - version
        if not 0 <= behind <= len(self._recent):
            raise TooFarBehind
        return list(islice(self._recent, len(self._recent) - behind, None))

    def map_selection(self, selection: Selection, version: int, *, seat: int) -> Selection | None:
        """Where a seat's selection made at `version` is now; None if it is too old, or was never in the text."""
        try:
            return map_selection(selection, self.since(version), seat=seat)
        except (TooFarBehind, Malformed):
            return None


def rebase(
    edits: Sequence[Pushed], over: Iterable[Stored], *, seat: int, client: str
) -> list[Pushed]:
    """What of a push is not stored yet, moved over what was stored since the version it was made on.

    Over one stored edit at a time, as the page does it: docs/live.md says why.
    """
    waiting = list(edits)
    for stored in over:
        if stored.client == client and stored.seat == seat:
            if not waiting:
                return []  # a copy that comes late: all of it is stored, and more
            if waiting[0].sequence != stored.sequence:
                raise Malformed("a push begins with the first edit that is not acknowledged")
            del waiting[0]
            continue
        other, last = stored.changes, len(waiting) - 1
        for i, edit in enumerate(waiting):
            waiting[i] = Pushed(edit.sequence, edit.changes.map(other))
            if i < last:
                other = other.map(edit.changes, before=True)
    return waiting


def map_selection(selection: Selection, over: Iterable[Stored], *, seat: int) -> Selection:
    """A seat's own words push its cursor on, those of others do not."""
    for edit in over:
        selection = edit.changes.map_range(*selection, assoc=1 if edit.seat == seat else -1)
    return selection
