"""What keeps the past cheap, done behind the writers' backs: where anchors are, whose words a snapshot holds, old edits packed.

Nothing depends on when it runs, or whether it does: all of it follows from the log.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from scenarios.live import past, placing
from scenarios.live.authorship import Authorship
from scenarios.live.changeset import ChangeSet
from scenarios.models import Chapter, Draft, Edit, Snapshot

STEP: Final = 1000
"""Edits between two snapshots that know their authors; so many are replayed at most to answer for any version."""

NEAR: Final = 10_000
"""Edits that stay rows, however old: no page that is behind, and no form, reaches further back."""

FRESH: Final = timedelta(days=30)
"""Edits younger than this stay rows as well."""


def tend_all() -> None:
    for draft in Draft.objects.filter(version__gte=placing.FAR).iterator():
        tend(draft)


def tend(draft: Draft) -> int:
    """Returns how many edits were packed."""
    placing.remember(draft)
    remember_authors(draft)
    return sum(pack_chapter(draft, snapshot.version) for snapshot in _ends_of_chapters(draft))


def remember_authors(draft: Draft) -> None:
    """Tell one snapshot in so many edits whose words it holds."""
    known = Snapshot.objects.filter(draft=draft, authors__isnull=False).first()
    base, hands = (known.version, _hands(known)) if known else (0, Authorship())
    while snapshot := _snapshots(draft).filter(version__gte=base + STEP).first():
        for edit in past.log(draft.pk, base, snapshot.version):
            hands.apply(ChangeSet.parse(edit.changes), edit.seat)
        base, snapshot.authors = snapshot.version, hands.runs
        snapshot.save(update_fields=["authors"])


def _hands(snapshot: Snapshot) -> Authorship:
    return Authorship((length, seat) for length, seat in snapshot.authors or ())


def _snapshots(draft: Draft) -> models.QuerySet[Snapshot]:
    return Snapshot.objects.filter(draft=draft).order_by("version")


def _ends_of_chapters(draft: Draft) -> Iterator[Snapshot]:
    """Snapshots that know their authors, up to which nothing is near or fresh, and which no chapter reaches yet."""
    packed = Chapter.objects.filter(draft=draft).last()
    old = _snapshots(draft).filter(authors__isnull=False, version__lte=draft.version - NEAR)
    for snapshot in old.filter(version__gt=packed.last if packed else 0):
        last = Edit.objects.get(draft=draft, version=snapshot.version)
        if last.at > timezone.now() - FRESH:
            return
        yield snapshot


def pack_chapter(draft: Draft, last: int) -> int:
    """The edits from the chapter before up to this snapshot, as one row instead of so many."""
    before = Chapter.objects.filter(draft=draft).last()
    after = before.last if before else 0
    edits = list(past.log(draft.pk, after, last))
    chapter = Chapter(
        draft=draft,
        first=after + 1,
        last=last,
        at=edits[-1].at,
        edits=past.pack(edits),
        seats=sorted({edit.seat for edit in edits}),
    )
    try:
        with transaction.atomic():
            chapter.save()
            _drop_rows(draft, after, last)
    except IntegrityError:  # another process packed it
        return 0
    return len(edits)


def _drop_rows(draft: Draft, after: int, last: int) -> None:
    """But not the last of each client: it says how far that one has counted, should it come back."""
    newer = Edit.objects.filter(
        draft=draft, client=OuterRef("client"), sequence__gt=OuterRef("sequence")
    )
    Edit.objects.filter(
        Exists(newer), draft=draft, version__gt=after, version__lte=last
    ).order_by().delete()
    Snapshot.objects.filter(draft=draft, version__gt=after, version__lt=last).delete()
