"""A chain of questions and its leaves as points and lines, for a picture."""

import textwrap
from dataclasses import dataclass

WIDTH = 100
TOP, STEP = 7, 17
LETTERS = 12  # of a leaf's name in a line
LINES = 3


@dataclass(frozen=True)
class Joint:
    """A question; lines lead from it to its leaf and to what a yes leads to."""

    number: int
    x: float
    y: float
    no: tuple[float, float]
    yes: tuple[float, float]


@dataclass(frozen=True)
class Leaf:
    x: float
    y: float
    lines: list[str]


@dataclass(frozen=True)
class Tree:
    joints: list[Joint]
    leaves: list[Leaf]
    height: float


def tree(names: list[str]) -> Tree:
    """From the names of the leaves, in the order of the questions: one more leaf than questions."""
    wide = WIDTH / len(names)
    at = [round((place + 0.5) * wide, 2) for place in range(len(names))]
    across = list(at)
    for place in reversed(range(len(names) - 1)):
        across[place] = round((at[place] + across[place + 1]) / 2, 2)
    down = [TOP + place * STEP for place in range(len(names))]
    last = len(names) - 1
    leaf_down = [down[place] + STEP for place in range(last)] + [down[last]]
    joints = [
        Joint(
            number=place + 1,
            x=across[place],
            y=down[place],
            no=(at[place], leaf_down[place]),
            yes=(across[place + 1], down[place + 1]),
        )
        for place in range(last)
    ]
    leaves = [
        Leaf(x, y, textwrap.wrap(name, LETTERS)[:LINES])
        for name, x, y in zip(names, at, leaf_down, strict=True)
    ]
    return Tree(joints, leaves, height=max(leaf_down) + 5 * LINES + 4)
