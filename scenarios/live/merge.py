"""A whole text posted by a form, as changes; and whether they get in the way of others'. Pure."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from scenarios.live.changeset import ChangeSet, Section, units

PAIRS: Final = 4_000_000
"""Comparisons at most; beyond, what lies between the first and the last difference counts as one."""

_TOKENS = re.compile(r"\w+|\s|[^\w\s]")


def difference(old: str, new: str) -> ChangeSet:
    """What leads from one text to the other, by whole lines first and by whole words within them."""
    return ChangeSet.of(
        _sections(old.splitlines(keepends=True), new.splitlines(keepends=True), by_line=True)
    )


def _sections(old: Sequence[str], new: Sequence[str], *, by_line: bool) -> Iterator[Section]:
    for same, before, after in _opcodes(old, new):
        was, becomes = "".join(before), "".join(after)
        if same:
            yield len(units(was)), None
        elif by_line and was and becomes:
            yield from _sections(_TOKENS.findall(was), _TOKENS.findall(becomes), by_line=False)
        else:
            yield len(units(was)), units(becomes)


def _opcodes(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    start, shorter = 0, min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    yield True, old[:start], old[:start]
    if len(before) * len(after) > PAIRS:
        yield False, before, after
    else:
        matcher = SequenceMatcher(a=before, b=after, autojunk=False)
        for tag, i, j, k, m in matcher.get_opcodes():
            yield tag == "equal", before[i:j], after[k:m]
    yield True, old[len(old) - end :], ()


def overlap(mine: ChangeSet, theirs: ChangeSet) -> bool:
    """Whether both touch the same words. Both were made on one text; to insert side by side is no quarrel."""
    others = [(start, end) for start, end, _ in theirs.replacements()]
    return any(
        max(start, other_start) < min(end, other_end)
        or start < other_start == other_end < end
        or other_start < start == end < other_end
        for start, end, _ in mine.replacements()
        for other_start, other_end in others
    )
