"""When a group can call something shared. Pure.

A thing is shared if in each required constituency at least k people took a position, nobody objects, and at least
60 % consent or stand aside. A reservation, wherever it comes from, makes it shared with reservations; so does an
objection from a side whose consent is not required, which is heard but cannot block. An objection from a required
side starts one repair; if one stands after that, the thing is contested.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable
from enum import StrEnum

LEAST_SHARE = 60
"""Per cent of the positions in a constituency."""

Side = Hashable


class Stance(StrEnum):
    CONSENT = "consent"
    ASIDE = "aside"
    RESERVE = "reserve"
    OBJECT = "object"


NEEDS_REASON = frozenset({Stance.RESERVE, Stance.OBJECT})
_CARRIES = frozenset({Stance.CONSENT, Stance.ASIDE})


class Outcome(StrEnum):
    SHARED = "shared"
    RESERVED = "reserved"
    OPEN = "open"  # nobody blocks it, and too few carry it
    REPAIR = "repair"  # an objection, the first time
    CONTESTED = "contested"


def outcome(
    positions: Iterable[tuple[Side | None, Stance]],
    *,
    required: Collection[Side],
    k: int,
    repaired: bool = False,
) -> Outcome:
    """Of positions, each with the side it comes from (None: of no side).

    Where no constituency is required, the whole room stands for one.
    """
    by_side: defaultdict[Side | None, list[Stance]] = defaultdict(list)
    for side, stance in positions:
        by_side[side].append(stance)
    everything = [stance for stances in by_side.values() for stance in stances]
    asked = [by_side.get(side, []) for side in required] if required else [everything]
    if any(Stance.OBJECT in stances for stances in asked):
        return Outcome.CONTESTED if repaired else Outcome.REPAIR
    if not all(_carried(stances, k) for stances in asked):
        return Outcome.OPEN
    return Outcome.SHARED if NEEDS_REASON.isdisjoint(everything) else Outcome.RESERVED


def _carried(stances: Collection[Stance], k: int) -> bool:
    carrying = sum(stance in _CARRIES for stance in stances)
    return len(stances) >= max(k, 1) and 100 * carrying >= LEAST_SHARE * len(stances)
