"""What is asked of a seat now. Apps above this one register what they ask."""

from collections.abc import Callable
from dataclasses import dataclass

from workshops.models import Seat, Stage
from workshops.permissions import Can


@dataclass(frozen=True)
class Ask:
    """One thing to do. `minutes` is what it takes, roughly; lower `order` comes first."""

    title: str
    url: str
    minutes: int
    text: str = ""
    order: int = 50


Asker = Callable[[Seat, frozenset[Can], Stage | None], list[Ask]]
_askers: list[Asker] = []


def register(asker: Asker) -> None:
    _askers.append(asker)


def asked_of(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    """Everything asked of this seat while this stage is open, in order."""
    found = [ask for asker in _askers for ask in asker(seat, can, stage)]
    return sorted(found, key=lambda ask: ask.order)
