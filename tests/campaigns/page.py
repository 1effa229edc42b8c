"""An open page as the campaign plays it: what the editor's own module does, and a witness of all it was shown."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from scenarios.live.changeset import ChangeSet, characters, units

Frame = dict[str, Any]
One = tuple[int, int, str, int]
"""Kept, replaced, by what, kept: as most edits are."""


@dataclass
class Testimony:
    """What the checker asks of one writer."""

    seat: int = 0
    acknowledged: dict[str, int] = field(default_factory=dict)
    """Each mark, and the version it came back as."""

    refused: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    """Refused, but sent on another line before that never answered: it may have been stored by then."""

    shown: list[tuple[int, str, int]] = field(default_factory=list)
    """Each edit shown: its version, client and sequence."""

    read: list[tuple[int, str]] = field(default_factory=list)
    """Each text given whole, and its version."""

    oddities: list[str] = field(default_factory=list)
    """What a server that keeps to the protocol never does."""


class Waiting:
    """An edit that is not acknowledged. While it is one replacement, to move it is to add to its numbers."""

    __slots__ = ("grows", "insert", "length", "other", "rest", "sequence", "start")

    def __init__(self, sequence: int, changes: ChangeSet) -> None:
        self.sequence = sequence
        self.changes = changes

    @property
    def changes(self) -> ChangeSet:
        if self.other is not None:
            return self.other
        return ChangeSet.of([(self.start, None), (self.length, self.insert), (self.rest, None)])

    @changes.setter
    def changes(self, changes: ChangeSet) -> None:
        one = as_one(changes)
        self.other = changes if one is None else None
        if one is not None:
            self.start, self.length, self.insert, self.rest = one
            self.grows = len(self.insert) - self.length


class Page:
    """Applies what is typed at once, sends what is not acknowledged, and moves it over what others wrote."""

    def __init__(self) -> None:
        self.testimony = Testimony()
        self.version: int | None = None
        self.base = self.units = ""  # the confirmed text, and what the writer sees
        self.waiting: list[Waiting] = []
        self.marks: list[str] = []  # of what is waiting
        self.renew()

    def renew(self) -> None:
        """As after a reload: another client, which counts from one."""
        assert not self.waiting
        self.client = secrets.token_urlsafe(12)
        self.sequence = 0
        self.in_flight = 0  # the sequence up to which edits are on their way
        self.in_doubt = 0  # the sequence up to which some were sent on a line that is gone

    @property
    def text(self) -> str:
        return characters(self.units)

    def type(self, mark: str, at: int, insert: str, delete: int = 0) -> None:
        length = len(self.units)
        changes = ChangeSet.of([(at, None), (delete, units(insert)), (length - at - delete, None)])
        self.sequence += 1
        self.waiting.append(Waiting(self.sequence, changes))
        self.marks.append(mark)
        self.units = changes.apply(self.units)

    def line_gone(self) -> None:
        self.in_doubt = max(self.in_doubt, self.in_flight)
        self.in_flight = 0

    def push(self, most: int) -> Frame | None:
        """What goes out now, if anything may."""
        if self.in_flight or not self.waiting:
            return None
        batch = self.waiting[:most]
        self.in_flight = batch[-1].sequence
        edits = [{"s": edit.sequence, "c": edit.changes.to_json()} for edit in batch]
        return {"t": "push", "v": self.version, "edits": edits}

    # --- what the server says ---------------------------------------------------------------

    def welcome(self, frame: Frame) -> None:
        self.testimony.seat = frame["you"]["id"]
        if "edits" in frame:
            self.edits(frame["edits"])
        else:
            self._begin_with(units(frame["text"]), frame["v"], frame["s"])
        if frame["v"] != self.version:
            self.testimony.oddities.append(f"welcomed to {frame['v']}, led to {self.version}")

    def _begin_with(self, text: str, version: int, stored: int) -> None:
        known = len(self.waiting)
        while self.waiting and self.waiting[0].sequence <= stored:
            self._acknowledge(version)
        if len(self.waiting) == known:
            self._move(difference(self.base, text))
        else:  # what is left stands on edits of mine that I no longer can place
            self._append_to(text)
        self.testimony.read.append((version, characters(text)))
        self.base, self.version = text, version
        self._see()

    def edits(self, edits: list[Frame]) -> None:
        assert self.version is not None
        for edit in edits:
            changes = ChangeSet.parse(edit["c"])
            self.version += 1
            self.base = changes.apply(self.base)
            self.testimony.shown.append((self.version, edit["client"], edit["s"]))
            first = self.waiting[0] if self.waiting else None
            if first and edit["client"] == self.client and edit["s"] == first.sequence:
                self._acknowledge(self.version)
                if changes != first.changes:
                    self._append_to(self.base)
            else:
                self._move(changes)
        self._see()

    def _move(self, other: ChangeSet) -> None:
        """Over one stored edit. As `map` does it, but where two do not touch, which is nearly always, by hand."""
        one = as_one(other)
        for edit in self.waiting:
            if one is not None and edit.other is None:
                at, gone, came, tail = one
                if edit.start + edit.length < at:
                    edit.rest += len(came) - gone
                    one = at + edit.grows, gone, came, tail
                    continue
                if at + gone < edit.start:
                    edit.start += len(came) - gone
                    one = at, gone, came, tail + edit.grows
                    continue
            if one is not None:
                at, gone, came, tail = one
                other = ChangeSet.of([(at, None), (gone, came), (tail, None)])
            changes = edit.changes
            edit.changes = changes.map(other)
            other = other.map(changes, before=True)
            one = as_one(other)

    def _append_to(self, text: str) -> None:
        """An edit of mine came back otherwise than I moved it: what still waits goes to the end of the text."""
        length = len(text)
        for edit, mark in zip(self.waiting, self.marks, strict=True):
            changes = ChangeSet.of([(length, None), (0, f"{mark} ")])
            edit.changes = changes
            length = changes.new_length

    def _see(self) -> None:
        seen = self.base
        for edit in self.waiting:
            seen = edit.changes.apply(seen)
        self.units = seen

    def _acknowledge(self, version: int) -> None:
        self.testimony.acknowledged[self.marks.pop(0)] = version
        sequence = self.waiting.pop(0).sequence
        if sequence >= self.in_flight:
            self.in_flight = 0

    def refused(self, frame: Frame) -> None:
        """What stood behind it was made on it, so all of it is given up."""
        if not self.waiting or frame["s"] < self.waiting[0].sequence:
            return  # of a copy that came late
        for edit, mark in zip(self.waiting, self.marks, strict=True):
            late = edit.sequence <= self.in_doubt
            (self.testimony.doubtful if late else self.testimony.refused).add(mark)
        doubt = self.waiting[0].sequence <= self.in_doubt
        if self.waiting[0].sequence != frame["s"]:
            self.testimony.oddities.append("refused from another sequence than the first")
        self.sequence, self.in_flight = frame["s"] - 1, 0
        self.waiting, self.marks, self.units = [], [], self.base
        if doubt:
            self.renew()


def as_one(changes: ChangeSet) -> One | None:
    start = rest = 0
    found: tuple[int, str] | None = None
    for length, insert in changes.sections:
        if insert is not None:
            if found is not None:
                return None
            found = length, insert
        elif found is None:
            start = length
        else:
            rest = length
    return None if found is None else (start, *found, rest)


def difference(old: str, new: str) -> ChangeSet:
    """As one change: what both begin with, and what both end with, is kept."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-end - 1] == new[-end - 1]:
        end += 1
    return ChangeSet.of(
        [(start, None), (len(old) - start - end, new[start : len(new) - end]), (end, None)]
    )
