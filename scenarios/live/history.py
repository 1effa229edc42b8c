"""A draft's past: its text at any version, and who wrote when. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from django.db.models import Max, Q

from scenarios.live import authorship, past
from scenarios.live.authorship import Authorship
from scenarios.live.changeset import ChangeSet
from scenarios.live.text import Text
from scenarios.models import Chapter, Draft, Edit, Snapshot

PAUSE: Final = timedelta(minutes=10)
"""A longer silence of a seat begins a new passage."""

NEAR: Final = 500
"""Edits before and after a version among which to look for where a hand stopped."""

SAMPLES: Final = 200


def text_of(draft: Draft) -> str:
    """The text at the version this row was read at."""
    return text_at(draft.pk, draft.version)


def text_at(draft_id: int, version: int) -> str:
    base, text = _nearest_snapshot(draft_id, version)
    text.apply_all(ChangeSet.parse(edit.changes) for edit in past.log(draft_id, base, version))
    return str(text)


def written_at(draft_id: int, version: int) -> list[tuple[str, int]]:
    """The text at this version in pieces, each with the seat whose words it is."""
    known = Snapshot.objects.filter(draft=draft_id, version__lte=version, authors__isnull=False)
    newest = known.order_by("-version").first()
    text, hands = Text(newest.text if newest else ""), Authorship()
    if newest:
        hands = Authorship((length, seat) for length, seat in newest.authors or ())
    for edit in past.log(draft_id, newest.version if newest else 0, version):
        changes = ChangeSet.parse(edit.changes)
        text.apply(changes)
        hands.apply(changes, edit.seat)
    return list(authorship.passages(str(text), hands.runs))


def texts_of(drafts: Iterable[Draft]) -> dict[int, str]:
    """The text of each by its id, at the version its row was read at; three queries however many."""
    versions = {draft.pk: draft.version for draft in drafts}
    newest = Snapshot.objects.filter(draft__in=versions).order_by()
    bases = dict(newest.values_list("draft").annotate(Max("version")))
    here = Q(pk__in=[])
    for draft in versions:
        here |= Q(draft=draft, version=bases.get(draft, 0))
    texts = {draft: Text() for draft in versions}
    for draft, text in Snapshot.objects.filter(here).values_list("draft", "text"):
        texts[draft] = Text(text)
    after = Q(pk__in=[])
    for draft, version in versions.items():
        after |= Q(draft=draft, version__gt=bases.get(draft, 0), version__lte=version)
    edits = Edit.objects.filter(after).order_by("draft", "version")
    for draft, changes in edits.values_list("draft", "changes"):
        texts[draft].apply(ChangeSet.parse(changes))
    return {draft: str(text) for draft, text in texts.items()}


def _nearest_snapshot(draft_id: int, version: int) -> tuple[int, Text]:
    snapshots = Snapshot.objects.filter(draft=draft_id, version__lte=version).order_by("-version")
    base, text = snapshots.values_list("version", "text").first() or (0, "")
    return base, Text(text)


def authors_between(draft_id: int, after: int, upto: int) -> set[int]:
    """The seats whose edits lead from one version to the other."""
    return past.seats_between(draft_id, after, upto)


@dataclass(frozen=True, slots=True)
class Passage:
    """What one seat wrote in one go: its edits among those from `first` to `last`."""

    seat: int
    first: int
    last: int
    began: datetime
    ended: datetime


def passages(draft: Draft, *, before: int | None = None, edits: int = 2000) -> list[Passage]:
    """The newest first, made of so many edits at most; go on with `before` the first version of the last one."""
    upto = draft.version if before is None else min(before - 1, draft.version)
    rows = list(past.log(draft.pk, max(0, upto - edits), upto))
    return _grouped((edit.version, edit.seat, edit.at) for edit in reversed(rows))


def stops(draft: Draft, version: int) -> tuple[int | None, int | None]:
    """The versions at which a hand had just stopped writing, nearest before and after; None at an end of the log."""
    near = list(past.log(draft.pk, max(0, version - NEAR), min(version + NEAR, draft.version)))
    ends = [
        one.version
        for one, then in pairwise(near)
        if one.seat != then.seat or then.at - one.at > PAUSE
    ]
    edges = [near[0].version, *ends, near[-1].version] if near else []
    earlier = max((edge for edge in edges if edge < version), default=None)
    later = min((edge for edge in edges if edge > version), default=None)
    return earlier, later


def pace(draft: Draft) -> list[tuple[int, datetime]]:
    """Some versions and when they were made, from the first to the last: enough to draw how much was written when."""
    known = list(Chapter.objects.filter(draft=draft).order_by("last").values_list("last", "at"))
    packed = known[-1][0] if known else 0
    step = max(1, (draft.version - packed) // SAMPLES)
    wanted = {packed + 1, draft.version, *range(packed + step, draft.version, step)}
    rows = Edit.objects.filter(draft=draft, version__in=wanted, version__gt=packed)
    return known + list(rows.order_by("version").values_list("version", "at"))


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
