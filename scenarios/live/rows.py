"""What every batch asks of the database and tells it, in as few and as plain statements as can be.

The rest of the store speaks Django's language; these run a thousand times where others run once, and go straight to the driver.
"""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final, NamedTuple

from django.db import connection
from django.utils import timezone

from scenarios.live.protocol import Stored
from scenarios.models import Draft

AT_ONCE: Final = 500
"""Edits in one statement."""

_LIVE = "FROM django_session WHERE expire_date > %s AND session_key IN "
_INSERT = (
    "INSERT INTO scenarios_edit (draft_id, version, seat_id, client, sequence, changes, at) VALUES "
)


class Row(NamedTuple):
    """A draft's, locked; and those of the sessions asked about that are over."""

    pk: int
    version: int
    epoch: int
    frozen: bool
    ended: Collection[str]


def lock(draft_id: int, sessions: Collection[str]) -> Row:
    """Until the transaction ends: whoever else writes, or takes rights away, waits for us."""
    # SQLite's transactions begin with the only lock it has.
    locked = " FOR NO KEY UPDATE" if connection.features.has_select_for_update else ""
    found = _run(
        f"SELECT id, version, epoch, frozen, (SELECT COUNT(*) {_LIVE} {_marks(sessions)})"  # noqa: S608
        f" FROM scenarios_draft WHERE id = %s{locked}",
        [_written(timezone.now()), *sessions, draft_id],
    ).fetchone()
    if found is None:
        raise Draft.DoesNotExist
    pk, version, epoch, frozen, alive = found
    return Row(pk, version, epoch, frozen, () if alive == len(sessions) else ended(sessions))


def ended(sessions: Collection[str]) -> set[str]:
    """Those of them that are over."""
    found = _run(
        f"SELECT session_key {_LIVE} {_marks(sessions)}", [_written(timezone.now()), *sessions]
    )
    return set(sessions).difference(key for (key,) in found.fetchall())


def write(draft_id: int, edits: Sequence[Stored], now: datetime) -> None:
    """The edits, in their order, and the version to which they lead."""
    at = _written(now)
    for first in range(0, len(edits), AT_ONCE):
        rows = [_values(draft_id, edit, at) for edit in edits[first : first + AT_ONCE]]
        marks = ", ".join(_marks(row) for row in rows)
        _run(_INSERT + marks, list(chain.from_iterable(rows)))
    _run(
        "UPDATE scenarios_draft SET version = %s, updated_at = %s WHERE id = %s",
        [edits[-1].version, at, draft_id],
    )


def _values(draft_id: int, edit: Stored, at: Any) -> tuple[Any, ...]:
    changes = json.dumps(edit.changes.to_json())
    return draft_id, edit.version, edit.seat, edit.client, edit.sequence, changes, at


def _marks(values: Collection[Any]) -> str:
    return f"({', '.join(['%s'] * len(values))})" if values else "(NULL)"


def _written(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _run(statement: str, values: Sequence[Any]) -> Any:
    """Not by Django's cursor: for SQLite it writes each statement anew, which takes longer than most of them run."""
    if connection.vendor == "sqlite":
        statement = statement.replace("%s", "?")
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = connection.connection.cursor()
        cursor.execute(statement, values)
        return cursor
