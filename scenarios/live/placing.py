"""Where anchors are at a version: worked out from the log, from as far as it was worked out before."""

from collections.abc import Collection, Iterable

from scenarios.live import past
from scenarios.live.anchors import Span, find, follow
from scenarios.live.changeset import ChangeSet, units
from scenarios.models import Anchor, Draft

FAR = 500
"""Edits after which it is worth remembering how far it was worked out."""


def place(draft_id: int, anchors: Collection[Anchor], version: int) -> dict[int, Span]:
    """Each one's range by its id; those made later than at this version are not there yet."""
    spans: dict[int, Span] = {}
    waiting: list[tuple[int, int, Span]] = []
    for anchor in anchors:
        if anchor.version <= version:
            waiting.append((anchor.version, anchor.pk, (anchor.start, anchor.end)))
        elif anchor.made_at <= version:
            waiting.append((anchor.made_at, anchor.pk, (anchor.made_start, anchor.made_end)))
    waiting.sort(reverse=True)
    if not waiting:
        return spans
    for edit in past.log(draft_id, waiting[-1][0], version):
        while waiting and waiting[-1][0] < edit.version:
            _, pk, span = waiting.pop()
            spans[pk] = span
        changes = ChangeSet.parse(edit.changes)
        for pk, span in spans.items():
            spans[pk] = follow(span, changes)
    return spans | {pk: span for _, pk, span in waiting}


def place_in(
    draft_id: int, anchors: Collection[Anchor], version: int, code_units: str
) -> dict[int, Span]:
    """As `place`, in the text at that version: words that were gone and have come back are found again.

    Only where they stand in one place, so that it cannot be another.
    """
    spans = place(draft_id, anchors, version)
    for anchor in anchors:
        start, end = spans.get(anchor.pk, (0, 1))
        if start == end:
            found = find(code_units, units(anchor.quote))
            spans[anchor.pk] = found[0] if len(found) == 1 else (start, end)
    return spans


def remember(draft: Draft) -> None:
    """So that the next reader has a shorter way to go."""
    behind = list(Anchor.objects.filter(draft=draft, version__lt=draft.version - FAR))
    for anchor in _moved(draft, behind):
        # Only forward, whoever else does this now.
        Anchor.objects.filter(pk=anchor.pk, version__lt=anchor.version).update(
            version=anchor.version, start=anchor.start, end=anchor.end
        )


def _moved(draft: Draft, anchors: Collection[Anchor]) -> Iterable[Anchor]:
    spans = place(draft.pk, anchors, draft.version)
    for anchor in anchors:
        anchor.start, anchor.end = spans[anchor.pk]
        anchor.version = draft.version
        yield anchor
