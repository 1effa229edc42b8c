"""Who is here and where they point: in this process, and as other processes report. Never stored. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from scenarios.live.changeset import Malformed, compose_all
from scenarios.live.log import map_selection
from scenarios.live.protocol import Peer, Selection, Stored

SILENT_AFTER: Final = 15.0
"""Seconds without a report after which a process is taken to have died."""


@dataclass(slots=True)
class _Elsewhere:
    heard: float
    peers: dict[int, Peer]


@dataclass(slots=True)
class Presence:
    _here: dict[int, Peer] = field(default_factory=dict)
    _pages: dict[int, int] = field(default_factory=dict)  # open pages by seat, in this process
    _elsewhere: dict[str, _Elsewhere] = field(default_factory=dict)
    _touched: set[int] = field(default_factory=set)  # came, changed or left since the last `news`
    _moved: set[int] = field(default_factory=set)

    def enter(self, peer: Peer) -> None:
        known = self._here.get(peer.seat)
        self._pages[peer.seat] = self._pages.get(peer.seat, 0) + 1
        self.change(replace(peer, selection=known.selection if known else None))

    def change(self, peer: Peer) -> None:
        if self._here.get(peer.seat) != peer:
            self._here[peer.seat] = peer
            self._touched.add(peer.seat)

    def leave(self, seat: int) -> None:
        self._pages[seat] -= 1
        if not self._pages[seat]:
            del self._pages[seat], self._here[seat]
            self._touched.add(seat)

    def point(self, seat: int, selection: Selection | None) -> None:
        if self._here[seat].selection != selection:
            self._here[seat] = replace(self._here[seat], selection=selection)
            self._moved.add(seat)

    def advance(self, edits: Sequence[Stored]) -> None:
        """Move every selection with the text."""
        authors = {edit.seat for edit in edits}
        changes = compose_all(edit.changes for edit in edits)
        if changes is None:
            return
        whole = replace(edits[-1], seat=-1, changes=changes)
        for peers in (self._here, *(elsewhere.peers for elsewhere in self._elsewhere.values())):
            for seat, peer in peers.items():
                if peer.selection:
                    over = edits if seat in authors else [whole]
                    peers[seat] = replace(peer, selection=_moved(peer.selection, over, seat))

    def report(self) -> list[Peer]:
        """Those in this process, for the others."""
        return list(self._here.values())

    def heard(self, process: str, peers: Iterable[Peer], now: float) -> None:
        """A whole report of another process, its selections moved to our version."""
        before = self._elsewhere[process].peers if process in self._elsewhere else {}
        after = {peer.seat: peer for peer in peers}
        self._elsewhere[process] = _Elsewhere(now, after)
        for seat in before.keys() | after.keys():
            one, other = before.get(seat), after.get(seat)
            if one == other:
                continue
            same = one and other and replace(one, selection=other.selection) == other
            (self._moved if same else self._touched).add(seat)
        if not after:
            del self._elsewhere[process]

    def forget_silent(self, now: float) -> None:
        for process, elsewhere in list(self._elsewhere.items()):
            if now - elsewhere.heard > SILENT_AFTER:
                self.heard(process, (), now)

    def everyone(self) -> list[Peer]:
        """Each seat once; where it is here and elsewhere, as it is here."""
        merged: dict[int, Peer] = {}
        for peers in (*(elsewhere.peers for elsewhere in self._elsewhere.values()), self._here):
            merged |= peers
        return list(merged.values())

    def news(self) -> tuple[list[Peer], list[int], list[Peer]]:
        """Who came or changed, who left, and who only moved, since this was last asked."""
        if not (self._touched or self._moved):
            return [], [], []
        present = {peer.seat: peer for peer in self.everyone()}
        came = [present[seat] for seat in sorted(self._touched) if seat in present]
        gone = sorted(self._touched - present.keys())
        moved = [present[seat] for seat in sorted(self._moved - self._touched) if seat in present]
        self._touched.clear()
        self._moved.clear()
        return came, gone, moved


def _moved(selection: Selection, over: Sequence[Stored], seat: int) -> Selection | None:
    try:
        return map_selection(selection, over, seat=seat)
    except Malformed:  # another process reported a place we do not have
        return None
