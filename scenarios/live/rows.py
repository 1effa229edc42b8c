"""What every batch asks of the database and tells it, in as few and as plain statements as can be.

The rest of the store speaks Django's language; these few run thousands of times where others run once.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final, NamedTuple

from django.db import connection

from scenarios.live.protocol import Stored
from scenarios.models import Draft

AT_ONCE: Final = 500
"""Edits in one statement."""

_INSERT = (
    "INSERT INTO scenarios_edit (draft_id, version, seat_id, client, sequence, changes, at) VALUES "
)


class Row(NamedTuple):
    """A draft's, locked."""

    pk: int
    version: int
    epoch: int
    frozen: bool


def lock(draft_id: int) -> Row:
    """Until the transaction ends: whoever else writes, or takes rights away, waits for us."""
    # SQLite's transactions begin with the only lock it has.
    locked = " FOR NO KEY UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, version, epoch, frozen FROM scenarios_draft WHERE id = %s{locked}",  # noqa: S608
            [draft_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise Draft.DoesNotExist
    return Row(*row)


def write(draft_id: int, edits: Sequence[Stored], now: datetime) -> None:
    """The edits, in their order, and the version to which they lead."""
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        for first in range(0, len(edits), AT_ONCE):
            some = edits[first : first + AT_ONCE]
            values = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(some))
            cursor.execute(
                _INSERT + values, list(chain.from_iterable(_values(draft_id, e, at) for e in some))
            )
        cursor.execute(
            "UPDATE scenarios_draft SET version = %s, updated_at = %s WHERE id = %s",
            [edits[-1].version, at, draft_id],
        )


def _values(draft_id: int, edit: Stored, at: Any) -> tuple[Any, ...]:
    changes = json.dumps(edit.changes.to_json())
    return draft_id, edit.version, edit.seat, edit.client, edit.sequence, changes, at
