"""What should be true before the workshop goes on from a stage. Apps above this one register their gates.

A gate does not lock: a facilitator may go past it with a reason that everyone can read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from workshops.models import Stage, StageKind, Workshop

State = Stage.State


@dataclass(frozen=True)
class Finding:
    """How one gate stands. `how` says in a sentence what would meet it, `url` is where; both for facilitators.

    Neither may say a number about fewer people than the workshop's threshold.
    """

    met: bool
    how: str = ""
    url: str = ""


@dataclass(frozen=True)
class Gate:
    """One condition for going on from stages of one kind. `code` is stored when somebody goes past it."""

    code: str
    stage: StageKind
    title: Any  # the condition as a whole sentence, translated lazily
    look: Callable[[Workshop], Finding]


@dataclass(frozen=True)
class Look:
    """A gate as it stands now."""

    gate: Gate
    finding: Finding


_gates: dict[str, Gate] = {}


def register(gate: Gate) -> None:
    _gates[gate.code] = gate


def before(coming: Stage) -> list[Look]:
    """The gates on the way to a stage still to come, in the order in which they were registered.

    They are those of the stage that is open and of the furthest that ever was, so that closing a stage
    first, or opening an earlier one again, leads around none.
    """
    kinds = {stage.kind for stage in _left(coming)}
    asked = [gate for gate in _gates.values() if gate.stage in kinds]
    return [Look(gate, gate.look(coming.workshop)) for gate in asked]


def titles(codes: Iterable[str]) -> list[str]:
    """The conditions that somebody went past, in the reader's language."""
    return [str(_gates[code].title) for code in codes if code in _gates]


def _left(coming: Stage) -> list[Stage]:
    begun = Stage.objects.filter(workshop=coming.workshop_id).exclude(state=State.PENDING)
    now_open = begun.filter(state=State.OPEN)
    furthest = begun.filter(position__lt=coming.position).order_by("-position")[:1]
    return [*now_open, *furthest]
