"""Under the Chatham House rule nothing that leaves the server says who writes. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from scenarios.live.protocol import Peer, Stored

HUES = 8


@dataclass(frozen=True, slots=True)
class Mask:
    """Another number in each seat's place, and one name for all. Every process must find the same number."""

    number: Callable[[int], int]
    name: str

    def peer(self, peer: Peer) -> Peer:
        number = self.number(peer.seat)
        return replace(peer, seat=number, name=self.name, colour=number % HUES)

    def peers(self, peers: Iterable[Peer]) -> list[Peer]:
        return [self.peer(peer) for peer in peers]

    def edits(self, stored: Iterable[Stored]) -> list[Stored]:
        return [replace(edit, seat=self.number(edit.seat)) for edit in stored]
