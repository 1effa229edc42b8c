"""What must be true at the end of a round, asked of what the rows say and what every page was shown. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from scenarios.live.changeset import ChangeSet, Malformed
from scenarios.live.text import Text
from tests.campaigns.nemesis import Window
from tests.campaigns.page import Page, Testimony

MARK: Final = re.compile("⟦[a-z0-9]+-[0-9]+⟧")


@dataclass(frozen=True)
class Finding:
    kind: str  # lost, doubled, diverged, disordered, forgotten, unlawful, odd, stuck, behind
    says: str
    mark: str = ""


@dataclass
class Draft:
    """One draft's rows, and the pages that had it open."""

    draft: int
    version: int
    text: str
    log: Sequence[Sequence[Any]]  # version, seat, client, sequence, changes
    snapshots: Sequence[tuple[int, str]]
    difference: str | None = None  # as `verify_drafts` found it
    pages: dict[str, Page] = field(default_factory=dict)
    windows: list[Window] = field(default_factory=list)


def check(draft: Draft, export: str) -> list[Finding]:
    witnesses = [page.testimony for page in draft.pages.values()]
    history, found = rebuilt(draft, witnesses)
    found += replicas(draft, history)
    for place, text in (("text", draft.text), ("history", history), ("export", export)):
        found += present(place, text, witnesses, MARK.findall(draft.text))
    found += once_in_the_log(draft)
    found += in_order(draft)
    found += remembered(draft, witnesses)
    found += lawful(draft)
    for name, page in draft.pages.items():
        found += [Finding("odd", f"{name}: {says}") for says in page.testimony.oddities]
        found += [Finding("stuck", f"{name} waits", mark) for mark in page.marks]
    return found


def rebuilt(draft: Draft, witnesses: Iterable[Testimony]) -> tuple[str, list[Finding]]:
    """The text that the log makes of nothing, compared on the way with what was kept and shown of it."""
    shown: dict[int, set[str]] = {}
    for kept, whole in [*draft.snapshots, *(read for w in witnesses for read in w.read)]:
        shown.setdefault(kept, set()).add(whole)
    found: list[Finding] = []
    text = Text()
    for expected, (version, *_, changes) in enumerate(draft.log, start=1):
        if version != expected:
            return str(text), [Finding("diverged", f"after {expected - 1} comes {version}")]
        try:
            text.apply(ChangeSet.parse(changes))
        except Malformed as problem:
            return str(text), [Finding("diverged", f"version {version}: {problem}")]
        if version in shown and shown[version] != {str(text)}:
            found.append(Finding("diverged", f"version {version} was shown otherwise"))
    found += [
        Finding("forgotten", f"version {kept} was shown") for kept in shown if kept > len(draft.log)
    ]
    return str(text), found


def replicas(draft: Draft, history: str) -> list[Finding]:
    found = [
        Finding(
            "diverged" if page.version == draft.version else "behind",
            f"{name} at version {page.version} of {draft.version} reads {different(page.text, draft.text)}",
        )
        for name, page in draft.pages.items()
        if page.text != draft.text
    ]
    if history != draft.text:
        found.append(Finding("diverged", f"the log says {different(history, draft.text)}"))
    if draft.difference:
        found.append(Finding("diverged", draft.difference))
    if draft.version != len(draft.log):
        found.append(Finding("diverged", f"at {draft.version} with {len(draft.log)} edits"))
    return found


def present(
    place: str, text: str, witnesses: Iterable[Testimony], own: Iterable[str]
) -> list[Finding]:
    """Every acknowledged mark once; none that was refused; and none that nobody wrote."""
    there = Counter(MARK.findall(text))
    found: list[Finding] = []
    foreign = set(own)
    for witness in witnesses:
        for mark in witness.acknowledged:
            if not there[mark]:
                found.append(Finding("lost", f"{mark} is not in the {place}", mark))
            elif there[mark] > 1:
                found.append(
                    Finding("doubled", f"{mark} is {there[mark]} times in the {place}", mark)
                )
        found += [
            Finding("unlawful", f"{mark} was refused and is in the {place}", mark)
            for mark in witness.refused & there.keys()
        ]
        foreign -= witness.acknowledged.keys() | witness.doubtful | witness.refused
    found += [Finding("odd", f"{mark} was never acknowledged", mark) for mark in foreign]
    return found


def different(one: str, other: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    at = min(len(one), len(other)) if at is None else at
    return f"{one[at : at + 30]!r} for {other[at : at + 30]!r} at {at}, {len(one)} characters for {len(other)}"


def once_in_the_log(draft: Draft) -> list[Finding]:
    marks = Counter(
        mark for row in draft.log for mark in MARK.findall("".join(map(_inserted, row[4])))
    )
    return [
        Finding("doubled", f"{mark} was inserted {times} times", mark)
        for mark, times in marks.items()
        if times > 1
    ]


def _inserted(part: Any) -> str:
    return "\n".join(part[1:]) if isinstance(part, list) else ""


def in_order(draft: Draft) -> list[Finding]:
    """Each client's sequences count up by one, and each writer's marks up."""
    counted: dict[str, int] = {}
    marked: dict[str, int] = {}
    doubtful = {mark for page in draft.pages.values() for mark in page.testimony.doubtful}
    found: list[Finding] = []
    for version, _, client, sequence, changes in draft.log:
        if sequence != counted.get(client, 0) + 1:
            found.append(
                Finding(
                    "disordered",
                    f"version {version}: {client} goes from {counted.get(client, 0)} to {sequence}",
                )
            )
        counted[client] = sequence
        for mark in MARK.findall("".join(map(_inserted, changes))):
            writer, number = mark[1:-1].split("-")
            if mark not in doubtful:
                if int(number) < marked.get(writer, 0):
                    found.append(
                        Finding("disordered", f"{mark} comes after {marked[writer]}", mark)
                    )
                marked[writer] = int(number)
    return found


def remembered(draft: Draft, witnesses: Iterable[Testimony]) -> list[Finding]:
    """What anyone was shown at a version stands there."""
    stands = {version: (client, sequence) for version, _, client, sequence, _ in draft.log}
    return [
        Finding("forgotten", f"version {version} was shown as {client} {sequence}")
        for witness in witnesses
        for version, client, sequence in witness.shown
        if stands.get(version) != (client, sequence)
    ]


def lawful(draft: Draft) -> list[Finding]:
    """While a right was away, nobody used it."""
    return [
        Finding("unlawful", f"version {version} by seat {seat}, who had no right to it")
        for window in draft.windows
        for version, seat, *_ in draft.log[window.after : window.upto]
        if window.seat in {None, seat}
    ]
