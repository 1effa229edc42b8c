"""Whether a draft is what its log says: every text that is kept anywhere, rebuilt from nothing and compared."""

from collections.abc import Iterator
from typing import Any

from scenarios.live import past
from scenarios.live.anchors import Span, follow
from scenarios.live.authorship import Authorship
from scenarios.live.changeset import ChangeSet, Malformed, units
from scenarios.live.text import Text
from scenarios.models import Anchor, Draft, Edit, Revision, Snapshot


def first_difference(draft: Draft) -> str | None:
    """In words; None where there is none."""
    return next(_differences(draft), None)


def _differences(draft: Draft) -> Iterator[str]:
    snapshots = Snapshot.objects.filter(draft=draft)
    kept = set(snapshots.values_list("version", flat=True))
    revisions = Revision.objects.filter(draft=draft).values_list("draft_version", "pk", "text")
    handed_in: dict[int, list[tuple[int, str]]] = {}
    for version, pk, words in revisions:
        handed_in.setdefault(version, []).append((pk, words))
    anchors = list(Anchor.objects.filter(draft=draft))
    spans: dict[int, Span] = {}
    text, hands, version = Text(), Authorship(), 0
    for edit in past.log(draft.pk, 0, max([draft.version, *kept, *handed_in])):
        if edit.version != version + 1:
            yield f"edit {version + 1} is missing"
        version = edit.version
        try:
            changes = ChangeSet.parse(edit.changes)
            text.apply(changes)
            hands.apply(changes, edit.seat)
        except Malformed as problem:
            yield f"edit {version} does not fit the text before it: {problem}"
            return
        if version in kept:
            words, runs = snapshots.values_list("text", "authors").get(version=version)
            yield from _compared(f"the snapshot at version {version}", words, runs, text, hands)
        yield from _anchored(anchors, spans, version, changes, text)
        for pk, words in handed_in.get(version, ()):
            yield from _compared(f"revision {pk} of version {version}", words, None, text, hands)
    if version != draft.version:
        yield f"the draft counts {draft.version} edits, the log {version}"
    if Edit.objects.filter(draft=draft, version__gt=draft.version).exists():
        yield f"there are edits after version {draft.version}"


def _anchored(
    anchors: list[Anchor], spans: dict[int, Span], version: int, changes: ChangeSet, text: Text
) -> Iterator[str]:
    for pk, span in spans.items():
        spans[pk] = follow(span, changes)
    for anchor in anchors:
        if anchor.made_at == version:
            spans[anchor.pk] = anchor.made_start, anchor.made_end
            if units(str(text))[anchor.made_start : anchor.made_end] != units(anchor.quote):
                yield f"anchor {anchor.pk} was not made on its words at version {version}"
        if anchor.version == version and spans.get(anchor.pk) != (anchor.start, anchor.end):
            yield f"anchor {anchor.pk} is not where the log puts it at version {version}"


def _compared(what: str, words: str, runs: Any, text: Text, hands: Authorship) -> Iterator[str]:
    rebuilt = str(text)
    if words != rebuilt:
        same = next(
            (i for i, (a, b) in enumerate(zip(words, rebuilt, strict=False)) if a != b),
            min(len(words), len(rebuilt)),
        )
        yield f"{what} differs from the log, first at character {same + 1}"
    elif runs is not None and [tuple(run) for run in runs] != hands.runs:
        yield f"{what} names other authors than the log"
