"""One draft as one process holds it: text, newest edits, and how far each client has counted. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scenarios.live.changeset import MAX_LENGTH, ChangeSet, Malformed
from scenarios.live.log import Log, TooFarBehind, rebase
from scenarios.live.protocol import Push, Pushed, Stored, Verdict
from scenarios.live.reader import Holder
from scenarios.live.text import Text

STEPS: Final = 400_000
"""At most, to move one push to the newest version: about a third of a second. A page that is told so catches up by itself."""

STEPS_A_MAPPING: Final = 20
"""Of one edit over another, besides one for each of their sections."""


class TooLarge(ValueError):
    """The text would pass its limit."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A push and who made it."""

    holder: Holder
    client: str
    push: Push

    @property
    def seat(self) -> int:
        return self.holder.seat


class Replica:
    """It runs ahead of the room while a commit is under way, and is thrown away if the commit fails."""

    __slots__ = (
        "clients",
        "draft",
        "log",
        "noted",
        "redacted",
        "snapshot",
        "text",
        "verdicts",
        "verdicts_of",
    )

    def __init__(
        self,
        draft: int,
        text: str,
        version: int,
        *,
        recent: Iterable[Stored] = (),
        snapshot: int = 0,
        redacted: int = 0,
    ) -> None:
        self.draft = draft
        self.text = Text(text)
        self.log = Log(version, recent)
        self.snapshot = snapshot
        """The version of the newest snapshot."""
        self.redacted = redacted
        """The version at which words were last taken out of the log."""
        self.clients: dict[str, tuple[int, int]] = {}
        """Whose a client is, and its last sequence stored."""
        self.noted: dict[int, datetime] = {}
        """When the workshop was last told that a seat writes here."""
        self.verdicts: dict[Holder, Verdict] = {}
        """What those who wrote here may do, as long as the draft is of this epoch."""
        self.verdicts_of: tuple[int, bool] | None = None

    @property
    def version(self) -> int:
        return self.log.version

    def advance(self, edit: Stored) -> None:
        self.text.apply(edit.changes)
        self.log.append(edit)
        self.clients[edit.client] = edit.seat, edit.sequence

    def rebase(self, offer: Offer) -> list[Pushed]:
        """What of it is new, moved to the newest version."""
        over, edits = self.log.since(offer.push.version), offer.push.edits
        if _steps([edit.changes for edit in edits], [edit.changes for edit in over]) > STEPS:
            raise TooFarBehind
        return rebase(edits, over, seat=offer.seat, client=offer.client)

    def append(self, edit: Pushed, *, seat: int, client: str) -> Stored:
        """A rebased edit as the next of the log."""
        if self.clients.get(client, (seat, 0)) != (seat, edit.sequence - 1):
            raise Malformed("another's client, or a sequence that does not follow")
        if edit.changes.new_length > max(MAX_LENGTH, edit.changes.length):
            raise TooLarge("the draft is full")
        stored = Stored(self.version + 1, seat, client, edit.sequence, edit.changes)
        self.advance(stored)
        return stored


def _steps(edits: Sequence[ChangeSet], over: Sequence[ChangeSet]) -> int:
    mine, theirs = (sum(len(changes.sections) for changes in them) for them in (edits, over))
    return len(over) * mine + len(edits) * theirs + STEPS_A_MAPPING * len(over) * len(edits)
