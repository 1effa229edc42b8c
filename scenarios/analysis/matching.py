"""The shortest way from one sequence to another (Myers 1986), as far as a budget of steps reaches."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

Snake = tuple[int, int, int]  # where in the old one, where in the new one, how many are the same


@dataclass(slots=True)
class Budget:
    """Shared by several comparisons; when it is spent, what is left counts as different."""

    steps: int


@dataclass(frozen=True, slots=True)
class Hunk:
    """Items that are the same in both sequences, or that stand in one another's place."""

    same: bool
    old: Sequence[Any]
    new: Sequence[Any]


def matched(a: Sequence[Hashable], b: Sequence[Hashable], budget: Budget) -> list[Hunk]:
    """The two sequences side by side; same and different hunks take turns."""
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    middle = _snakes(a[head : len(a) - tail], b[head : len(b) - tail], budget)
    hunks: list[Hunk] = []
    x = y = 0
    for at_x, at_y, length in _touching(
        [(0, 0, head)]
        + [(head + at_x, head + at_y, length) for at_x, at_y, length in middle]
        + [(len(a) - tail, len(b) - tail, tail), (len(a), len(b), 0)]
    ):
        if at_x > x or at_y > y:
            hunks.append(Hunk(False, a[x:at_x], b[y:at_y]))
        x, y = at_x + length, at_y + length
        if length:
            hunks.append(Hunk(True, a[at_x:x], b[at_y:y]))
    return hunks


def _touching(snakes: list[Snake]) -> list[Snake]:
    """Snakes that follow on one another without a gap are one."""
    joined: list[Snake] = []
    for snake in snakes:
        x, y, length = joined[-1] if joined else (0, 0, 0)
        if joined and (x + length, y + length) == snake[:2]:
            joined[-1] = (x, y, length + snake[2])
        else:
            joined.append(snake)
    return joined


def _common(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    pairs = enumerate(zip(a, b, strict=False))
    return next((i for i, (x, y) in pairs if x != y), min(len(a), len(b)))


def _snakes(a: Sequence[Hashable], b: Sequence[Hashable], budget: Budget) -> list[Snake]:
    """What the shortest way keeps, in order; nothing when the budget ends first."""
    if not a or not b:
        return []
    furthest = {1: 0}  # by diagonal, how far into `a` so many edits lead
    trace: list[dict[int, int]] = []
    for edits in range(len(a) + len(b) + 1):
        trace.append(dict(furthest))
        lowest, highest = -min(edits, 2 * len(b) - edits), min(edits, 2 * len(a) - edits)
        for k in range(lowest, highest + 1, 2):
            x = start = _after_edit(furthest, k, edits)[1]
            while x < len(a) and x - k < len(b) and a[x] == b[x - k]:
                x += 1
            furthest[k] = x
            budget.steps -= 1 + x - start
            if k == len(a) - len(b) and x >= len(a):
                return _back(trace, k, x)
        budget.steps -= len(furthest) // 8  # what remembering costs
        if budget.steps < 0:
            break
    return []


def _after_edit(furthest: dict[int, int], k: int, edits: int) -> tuple[int, int]:
    """The diagonal one comes from, and where on this one the last edit ends: the further of two."""
    added, removed = furthest.get(k + 1, -1), furthest.get(k - 1, -1)
    if k == -edits or (k != edits and removed < added):
        return k + 1, added
    return k - 1, removed + 1


def _back(trace: list[dict[int, int]], k: int, x: int) -> list[Snake]:
    snakes: list[Snake] = []
    for edits in range(len(trace) - 1, -1, -1):
        came_from, start = _after_edit(trace[edits], k, edits)
        if x > start:
            snakes.append((start, start - k, x - start))
        if edits:
            k, x = came_from, trace[edits][came_from]
    return snakes[::-1]
