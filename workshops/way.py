"""The order of the stages that are still to come, as it is laid out and as a facilitator changes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workshops.layouts import PURPOSES
from workshops.models import StageKind

DROP, END, ADD = "drop", "end", "add"
ORDER = {kind: place for place, kind in enumerate(StageKind)}


class Unmovable(ValueError):
    """The stage is not among those to come, or is one of them already."""


def rearranged(kinds: Sequence[str], kind: str, to: str) -> list[str]:
    """With `kind` dropped, added at its usual place, at the end, or before the kind that `to` names."""
    if (to == ADD) == (kind in kinds):
        raise Unmovable
    rest = [other for other in kinds if other != kind]
    if to == DROP:
        return rest
    if to == ADD:
        later = [other for other in rest if ORDER[StageKind(other)] > ORDER[StageKind(kind)]]
        to = later[0] if later else END
    if to != END and to not in rest:
        raise Unmovable
    rest.insert(len(rest) if to == END else rest.index(to), kind)
    return rest


@dataclass(frozen=True)
class Step:
    """One stage to come; `earlier` and `later` are what moves it there, empty at the ends."""

    kind: str
    earlier: str = ""
    later: str = ""

    @property
    def label(self) -> str:
        return str(StageKind(self.kind).label)

    @property
    def purpose(self) -> str:
        return str(PURPOSES[self.kind])


def steps(kinds: Sequence[str]) -> list[Step]:
    before = ["", *kinds]
    after = [*kinds[2:], END, ""] if len(kinds) > 1 else [""]
    return [Step(*facts) for facts in zip(kinds, before, after, strict=False)]


def left_out(kinds: Iterable[str]) -> list[Step]:
    there = set(kinds)
    return [Step(kind) for kind in StageKind if kind not in there]
