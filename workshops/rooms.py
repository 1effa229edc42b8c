"""Where the work of a stage is done. Apps above this one register their rooms, so that a stage's page leads there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from workshops.models import Workshop
from workshops.permissions import Can


@dataclass(frozen=True)
class Room:
    """`text` says in a sentence what is done there. Both are translated lazily."""

    title: Any
    text: Any
    route: str  # of a page whose address needs the workshop and nothing else
    stages: Sequence[str]
    needs: Can = Can.READ


@dataclass(frozen=True)
class Door:
    title: str
    text: str
    url: str


_rooms: list[Room] = []


def register(*rooms: Room) -> None:
    _rooms.extend(rooms)


def doors(workshop: Workshop, kind: str, can: frozenset[Can]) -> list[Door]:
    """The rooms of one kind of stage that somebody with these rights can enter."""
    return [
        Door(str(room.title), str(room.text), reverse(room.route, args=[workshop.slug]))
        for room in _rooms
        if kind in room.stages and room.needs in can
    ]
