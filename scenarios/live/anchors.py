"""Ranges that stay on their words while the text moves. Pure.

Where a range is at a version follows from where it was made and the log alone, so what is kept of it can always be
found again, and nothing need be kept with each edit.
"""

from collections.abc import Iterable, Sequence

from scenarios.live.changeset import ChangeSet

Span = tuple[int, int]
"""From and to, in code units. Empty once all its words are gone; it then only remembers where they were."""


def follow(span: Span, changes: ChangeSet) -> Span:
    """What is put in at either end stays outside; what takes the place of the words belongs to it."""
    start, end = span
    if start == end:
        at = changes.map_position(start)
        return at, at
    start, end = changes.map_position(start, 1), changes.map_position(end, -1)
    return (start, end) if start < end else (end, end)


def follow_all(spans: Sequence[Span], log: Iterable[ChangeSet]) -> list[Span]:
    """Through one edit after the other: through all as one they might end elsewhere."""
    placed = list(spans)
    for changes in log:
        for i, span in enumerate(placed):
            placed[i] = follow(span, changes)
    return placed


def find(code_units: str, quote: str, near: int | None = None) -> list[Span]:
    """Where these words stand: everywhere, or only the place nearest to one."""
    found: list[Span] = []
    at = code_units.find(quote) if quote else -1
    while at >= 0:
        found.append((at, at + len(quote)))
        at = code_units.find(quote, at + 1)
    if near is None or not found:
        return found
    return [min(found, key=lambda span: abs(span[0] - near))]
