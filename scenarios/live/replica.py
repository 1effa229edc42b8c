"""What one process knows of one draft: its text, its version, and the newest edits of its log. Pure."""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from scenarios.live.changeset import MAX_LENGTH, ChangeSet, Malformed
from scenarios.live.protocol import Push, Pushed, Stored
from scenarios.live.text import Text

KEPT: Final = 2000
"""Edits held in memory. Who is further behind gets the text, or reads the log."""

MAPPINGS: Final = 20_000
"""So many steps at most to move one push to the newest version: a bound on work, far beyond what an honest page needs."""


class TooLarge(ValueError):
    """The text would pass its limit."""


class TooFarBehind(Exception):
    """The version this was made on is no longer at hand; its page must catch up first."""


class Replica:
    def __init__(self, text: str, version: int) -> None:
        self.text = Text(text)
        self.version = version
        self._recent: deque[Stored] = deque(maxlen=KEPT)

    def since(self, version: int) -> list[Stored]:
        """The edits after this version, oldest first."""
        behind = self.version - version
        if not 0 <= behind <= len(self._recent):
            raise TooFarBehind
        return list(islice(self._recent, len(self._recent) - behind, None))

    def advance(self, edit: Stored) -> None:
        """By the next edit of the log."""
        if edit.version != self.version + 1:
            raise ValueError(f"edit {edit.version} does not follow version {self.version}")
        self.text.apply(edit.changes)
        self.version = edit.version
        self._recent.append(edit)

    def rebase(self, push: Push, *, seat: int, client: str) -> list[Pushed]:
        """What of a push is not in the log yet, moved to the newest version."""
        over = self.since(push.version)
        if len(over) * len(push.edits) > MAPPINGS:
            raise TooFarBehind
        return rebase(push.edits, over, seat=seat, client=client)

    def append(self, edit: Pushed, *, seat: int, client: str) -> Stored:
        """A rebased edit as the next of the log."""
        if len(self.text) - edit.changes.length + edit.changes.new_length > MAX_LENGTH:
            raise TooLarge("the draft is full")
        stored = Stored(self.version + 1, seat, client, edit.sequence, edit.changes)
        self.advance(stored)
        return stored

    def map_selection(
        self, selection: tuple[int, int], version: int, *, seat: int | None = None
    ) -> tuple[int, int] | None:
        """Where a selection made at `version` is now. Its own seat's words push a cursor on, others' do not."""
        try:
            return map_selection(selection, self.since(version), seat=seat)
        except (TooFarBehind, Malformed):
            return None


def rebase(edits: Sequence[Pushed], over: Iterable[Stored], *, seat: int, client: str) -> list[Pushed]:
    """Over one stored edit at a time, as the page does it: see docs/live.md. Edits of this client are known already."""
    waiting = list(edits)
    for stored in over:
        if stored.client == client and stored.seat == seat:
            if not waiting or waiting[0].sequence != stored.sequence:
                raise Malformed("a push begins with the first edit that is not acknowledged")
            del waiting[0]
        else:
            other: ChangeSet = stored.changes
            for i, edit in enumerate(waiting):
                waiting[i] = Pushed(edit.sequence, edit.changes.map(other))
                other = other.map(edit.changes, before=True)
    return waiting


def map_selection(selection: tuple[int, int], over: Iterable[Stored], *, seat: int | None = None) -> tuple[int, int]:
    for edit in over:
        selection = edit.changes.map_range(*selection, assoc=1 if edit.seat == seat else -1)
    return selection
