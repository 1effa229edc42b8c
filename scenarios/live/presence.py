"""Who is here and where they point: in this process, and as other processes report. Never stored. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from scenarios.live.places import Places
from scenarios.live.protocol import Peer, Selection, Stored

SILENT_AFTER: Final = 15.0
"""Seconds without a report after which a process is taken to have died."""


@dataclass(slots=True)
class _Somewhere:
    """Those in one process, without where they point, and where they point."""

    heard: float = 0.0
    peers: dict[int, Peer] = field(default_factory=dict)
    places: Places = field(default_factory=Places)

    def peer(self, seat: int) -> Peer:
        return replace(self.peers[seat], selection=self.places.of(seat))


@dataclass(slots=True)
class Presence:
    _here: _Somewhere = field(default_factory=_Somewhere)
    _pages: dict[int, int] = field(default_factory=dict)  # open pages by seat, in this process
    _elsewhere: dict[str, _Somewhere] = field(default_factory=dict)
    _touched: set[int] = field(default_factory=set)  # came, changed or left since the last `news`
    _moved: set[int] = field(default_factory=set)

    def enter(self, peer: Peer) -> None:
        self._pages[peer.seat] = self._pages.get(peer.seat, 0) + 1
        if self._here.peers.get(peer.seat) != peer:
            self._here.peers[peer.seat] = peer
            self._touched.add(peer.seat)

    def leave(self, seat: int) -> None:
        self._pages[seat] -= 1
        if not self._pages[seat]:
            del self._pages[seat], self._here.peers[seat]
            self._here.places.put(seat, None)
            self._touched.add(seat)

    def point(self, seat: int, selection: Selection | None) -> None:
        if self._here.places.of(seat) != selection:
            self._here.places.put(seat, selection)
            self._moved.add(seat)

    def advance(self, edits: Sequence[Stored]) -> None:
        """Move every selection with the text."""
        for somewhere in (self._here, *self._elsewhere.values()):
            somewhere.places.follow(edits)

    def report(self) -> list[Peer]:
        """Those in this process, for the others."""
        return [self._here.peer(seat) for seat in self._here.peers]

    def heard(
        self, process: str, peers: Iterable[Peer], now: float, since: Sequence[Stored] = ()
    ) -> None:
        """A whole report of another process, made before the edits `since`."""
        before = self._elsewhere.pop(process, _Somewhere())
        after = _Somewhere(now)
        for peer in peers:
            after.peers[peer.seat] = replace(peer, selection=None)
            after.places.put(peer.seat, peer.selection)
        after.places.follow(since)
        for seat in before.peers.keys() | after.peers.keys():
            if before.peers.get(seat) != after.peers.get(seat):
                self._touched.add(seat)
            elif before.places.of(seat) != after.places.of(seat):
                self._moved.add(seat)
        if after.peers:
            self._elsewhere[process] = after

    def forget_silent(self, now: float) -> None:
        for process, elsewhere in list(self._elsewhere.items()):
            if now - elsewhere.heard > SILENT_AFTER:
                self.heard(process, (), now)

    def everyone(self) -> list[Peer]:
        seats = dict.fromkeys(self._here.peers)
        for elsewhere in self._elsewhere.values():
            seats.update(dict.fromkeys(elsewhere.peers))
        return self._peers(seats)

    def news(self) -> tuple[list[Peer], list[int], list[Peer]]:
        """Who came or changed, who left, and who only moved, since this was last asked."""
        came = self._peers(sorted(self._touched))
        gone = sorted(self._touched.difference(peer.seat for peer in came))
        moved = self._peers(sorted(self._moved - self._touched))
        self._touched.clear()
        self._moved.clear()
        return came, gone, moved

    def _peers(self, seats: Iterable[int]) -> list[Peer]:
        """Those of them who are anywhere, each once; where a seat is here and elsewhere, as it is here."""
        found = []
        for seat in seats:
            for somewhere in (self._here, *self._elsewhere.values()):
                if seat in somewhere.peers:
                    found.append(somewhere.peer(seat))
                    break
        return found
