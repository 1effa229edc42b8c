"""The whole log of a draft, wherever its edits stand: the newest as rows, those long past packed in chapters."""

import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from scenarios.models import Chapter, Edit

FIELDS = ("version", "seat", "client", "sequence", "at", "changes")


class Past(NamedTuple):
    """One edit; `changes` is CodeMirror's JSON."""

    version: int
    seat: int
    client: str
    sequence: int
    at: datetime
    changes: Any


def log(draft_id: int, after: int, upto: int) -> Iterator[Past]:
    """The edits after a version, in order, up to and with another."""
    chapters = Chapter.objects.filter(draft=draft_id, last__gt=after, first__lte=upto)
    for last, packed in chapters.order_by("last").values_list("last", "edits"):
        yield from (edit for edit in unpack(packed) if after < edit.version <= upto)
        after = max(after, last)
    if after < upto:
        rows = Edit.objects.filter(draft=draft_id, version__gt=after, version__lte=upto)
        ordered = rows.order_by("version").values_list(*FIELDS)
        yield from (Past(*row) for row in ordered.iterator(chunk_size=1000))


def seats_between(draft_id: int, after: int, upto: int) -> set[int]:
    """Whose edits they are."""
    seats: set[int] = set()
    chapters = Chapter.objects.filter(draft=draft_id, last__gt=after, first__lte=upto)
    for first, last, all_seats in chapters.order_by("last").values_list("first", "last", "seats"):
        if first > after and last <= upto:
            seats |= set(all_seats)
        else:
            seats |= {edit.seat for edit in log(draft_id, max(after, first - 1), min(last, upto))}
        after = max(after, last)
    rows = Edit.objects.filter(draft=draft_id, version__gt=after, version__lte=upto)
    return seats | set(rows.order_by().values_list("seat", flat=True).distinct())


def pack(edits: Sequence[Past]) -> bytes:
    rows = [[*edit[:4], edit.at.timestamp(), edit.changes] for edit in edits]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 6)


def unpack(packed: bytes | memoryview) -> Iterator[Past]:
    for version, seat, client, sequence, at, changes in json.loads(zlib.decompress(packed)):
        yield Past(version, seat, client, sequence, datetime.fromtimestamp(at, UTC), changes)
