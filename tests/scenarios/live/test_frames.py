"""A little of tests/campaigns/frames.py, which says it by the million."""

import json
from typing import Any

from scenarios.models import Draft, Edit
from tests.campaigns.frames import A_SECOND, Ear, Seen, Tracebacks, without_sockets
from tests.scenarios.live.conftest import rows
from tests.scenarios.live.table import Table

CHANGES: list[Any] = [[3, [0, "سلام", ""], 5, [2]], [[0, "😀"]]]
FRAMES = [
    json.dumps({"t": "hello", "client": "abcdefgh", "v": None}),
    json.dumps({"t": "push", "v": 0, "edits": [{"s": 1, "c": c} for c in CHANGES]}),
    json.dumps({"t": "here", "v": 0, "a": 1, "h": 2}),
    json.dumps({"t": "pong", "n": 1}),
]


async def hear(table: Table, seat: Any, many: int) -> Seen:
    seen = Seen()
    watch = Tracebacks(seen)
    ear = Ear(table.draft.pk, seat, table.sessions[seat.pk])
    await without_sockets(ear, FRAMES, many, seed="1", seen=seen)
    watch.stop()
    assert (seen.frames, seen.tracebacks) == (many, 0)
    assert seen.slowest < A_SECOND
    return seen


async def test_broken_frames_of_a_reader_change_nothing(table: Table) -> None:
    await hear(table, table.moderator, 1000)

    assert await rows(lambda: (Edit.objects.count(), Draft.objects.get().version)) == (0, 0)


async def test_broken_frames_of_a_writer_leave_a_whole_draft(table: Table) -> None:
    await hear(table, table.heron, 1000)
    version = await rows(lambda: Draft.objects.get(pk=table.draft.pk).version)

    assert version == await rows(Edit.objects.count) > 0
