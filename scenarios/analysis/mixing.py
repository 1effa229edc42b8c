"""Drafting groups that mix the sides. Pure."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from random import Random
from typing import TypeVar

Person = TypeVar("Person", bound=Hashable)


def mixed(
    people: Mapping[Person, Hashable], groups: int, shuffle: Random
) -> Sequence[Sequence[Person]]:
    """People, each with their side, in so many groups: as equal in size as can be, and as mixed.

    Dealt like cards, one side after the other, so that the sizes differ by one at most, and so do
    the numbers of one side in any two groups.
    """
    sides: defaultdict[Hashable, list[Person]] = defaultdict(list)
    for person, side in people.items():
        sides[side].append(person)
    order = list(sides.values())
    shuffle.shuffle(order)
    found: list[list[Person]] = [[] for _ in range(groups)]
    place = shuffle.randrange(groups) if groups else 0
    for hand in order:
        shuffle.shuffle(hand)
        for person in hand:
            found[place % groups].append(person)
            place += 1
    return found
