"""A draft's past: its text at any version, and who wrote when. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from scenarios.live.changeset import ChangeSet
from scenarios.live.text import Text
from scenarios.models import Draft, Edit, Snapshot

PAUSE: Final = timedelta(minutes=10)
"""A longer silence of a seat begins a new passage."""


def text_of(draft: Draft) -> str:
    """The text at the version this row was read at."""
    return text_at(draft.pk, draft.version)


def text_at(draft_id: int, version: int) -> str:
    base, text = _nearest_snapshot(draft_id, version)
    edits = Edit.objects.filter(draft=draft_id, version__gt=base, version__lte=version)
    text.apply_all(
        ChangeSet.parse(json)
        for json in edits.order_by("version").values_list("changes", flat=True)
    )
    return str(text)


def _nearest_snapshot(draft_id: int, version: int) -> tuple[int, Text]:
    snapshots = Snapshot.objects.filter(draft=draft_id, version__lte=version).order_by("-version")
    base, text = snapshots.values_list("version", "text").first() or (0, "")
    return base, Text(text)


def authors_between(draft_id: int, after: int, upto: int) -> set[int]:
    """The seats whose edits lead from one version to the other."""
    edits = Edit.objects.filter(draft=draft_id, version__gt=after, version__lte=upto)
    return set(edits.order_by().values_list("seat", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class Passage:
    """What one seat wrote in one go: its edits among those from `first` to `last`."""

    seat: int
    first: int
    last: int
    began: datetime
    ended: datetime


def passages(draft_id: int, *, before: int | None = None, edits: int = 2000) -> list[Passage]:
    """The newest first, made of so many edits at most; go on with `before` the first version of the last one."""
    rows = Edit.objects.filter(draft=draft_id).order_by("-version")
    if before is not None:
        rows = rows.filter(version__lt=before)
    return _grouped(rows.values_list("version", "seat", "at")[:edits])


def _grouped(rows: Iterable[tuple[int, int, datetime]]) -> list[Passage]:
    found: list[Passage] = []
    latest: dict[int, int] = {}  # by seat, where its newest passage stands
    for version, seat, at in rows:
        place = latest.get(seat)
        if place is not None and found[place].began - at <= PAUSE:
            newer = found[place]
            found[place] = Passage(seat, version, newer.last, min(at, newer.began), newer.ended)
        else:
            latest[seat] = len(found)
            found.append(Passage(seat, version, version, at, at))
    return found
