"""Which numbers of a table may be shown, so that none about fewer than k people follows from them. Pure.

The table counts stances by side. Everybody knows how many people sit on each side; whoever took no stance counts as
silent, and how many did is never shown. A number below k (none included) is hidden, and beside it as many others as it
takes that, for all anybody can work out from sizes, totals and the rest, it could be nobody and it could be k people (or the
whole side, where that is smaller). This is complementary cell suppression with interval protection, as in L. Willenborg
and T. de Waal, "Elements of Statistical Disclosure Control" (2001), chapter 4; what can be worked out in a two-way table
is found by flows through it (R. Gusfield, "A graph theoretic approach to statistical data security", SIAM Journal on
Computing 17 (1988), 552-571).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Side = TypeVar("Side", bound=Hashable)
Node = tuple[str, Any]
Edge = tuple[Node, Node]

ROOM: Node = ("room", None)
SILENT: Node = ("stance", None)


@dataclass(frozen=True, slots=True)
class Shown(Generic[Side]):
    """What may be shown: totals by stance, and counts by side and stance. What is missing is hidden."""

    totals: Mapping[str, int]
    cells: Mapping[tuple[Side, str], int]


def shown(
    counts: Mapping[tuple[Side, str], int],
    *,
    seats: Mapping[Side, int],
    stances: Sequence[str],
    k: int,
) -> Shown[Side]:
    """`counts` by side and stance; `seats` says how many people each side has, whether or not they took a stance."""
    table = _Table(counts, seats, stances)
    open_ones = {edge for edge, count in table.counts.items() if count >= k and not _silent(edge)}
    while open_ones and (edge := table.found_out(open_ones, k)):
        near = [one for one in open_ones if set(one) & set(edge)] or open_ones
        open_ones.discard(min(near, key=lambda one: (table.counts[one], str(one))))
    return Shown(dict(table.totals(open_ones)), dict(table.cells(open_ones)))


def _silent(edge: Edge) -> bool:
    return SILENT in edge


class _Table(Generic[Side]):
    """As a network: people flow from their side to a stance, and from each stance to the room."""

    def __init__(
        self,
        counts: Mapping[tuple[Side, str], int],
        seats: Mapping[Side, int],
        stances: Sequence[str],
    ) -> None:
        self.seats = {("side", side): size for side, size in seats.items()}
        self.counts: dict[Edge, int] = {}
        totals: defaultdict[Node, int] = defaultdict(int)
        for side, size in seats.items():
            heard = {stance: counts.get((side, stance), 0) for stance in stances}
            row: dict[Node, int] = {("stance", stance): count for stance, count in heard.items()}
            row[SILENT] = size - sum(heard.values())
            for stance, count in row.items():
                self.counts[("side", side), stance] = count
                totals[stance] += count
        for stance, count in totals.items():
            self.counts[stance, ROOM] = count

    def cells(self, edges: Iterable[Edge]) -> Iterable[tuple[tuple[Side, str], int]]:
        for start, end in edges:
            if end != ROOM:
                yield (start[1], end[1]), self.counts[start, end]

    def totals(self, edges: Iterable[Edge]) -> Iterable[tuple[str, int]]:
        for start, end in edges:
            if end == ROOM:
                yield start[1], self.counts[start, end]

    def found_out(self, open_ones: set[Edge], k: int) -> Edge | None:
        """A number below k that one could tell to be so, or to be more than none."""
        hidden = {edge: count for edge, count in self.counts.items() if edge not in open_ones}
        residual: dict[Node, dict[Node, float]] = defaultdict(dict)
        for (start, end), count in hidden.items():
            residual[start][end], residual[end][start] = float("inf"), count
        people = sum(self.seats.values())
        for (start, end), count in hidden.items():
            if count >= k:
                continue
            more = min(k, self.seats.get(start, people)) - count
            if _flow(residual, end, start, more) < more or (
                count and _flow(residual, start, end, count) < count
            ):
                return start, end
        return None


def _flow(residual: Mapping[Node, Mapping[Node, float]], start: Node, end: Node, most: int) -> int:
    """How much, up to `most`, can go another way than straight from start to end."""
    left = {node: dict(ends) for node, ends in residual.items()}
    left[start].pop(end, None)
    left[end].pop(start, None)
    done = 0
    while done < most:
        path = _path(left, start, end)
        if path is None:
            break
        amount = min([most - done, *(left[a][b] for a, b in path)])
        for a, b in path:
            left[a][b] -= amount
            left[b][a] = left[b].get(a, 0) + amount
        done += int(amount)
    return done


def _path(left: Mapping[Node, Mapping[Node, float]], start: Node, end: Node) -> list[Edge] | None:
    came: dict[Node, Node] = {start: start}
    queue = [start]
    for node in queue:
        for after, room in left.get(node, {}).items():
            if room > 0 and after not in came:
                came[after] = node
                queue.append(after)
    if end not in came:
        return None
    path, node = [], end
    while node != start:
        path.append((came[node], node))
        node = came[node]
    return path
