"""What an attacker who knows everything that is shown can work out: every table that would look the same is tried."""

from collections.abc import Iterator
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.analysis.cells import Shown, shown

Row = tuple[int, ...]
STANCES = ("consent", "aside", "object")


def splits(size: int, parts: int) -> Iterator[Row]:
    """Every way to spread so many people over so many columns."""
    if parts == 1:
        yield (size,)
        return
    for first in range(size + 1):
        for rest in splits(size - first, parts - 1):
            yield (first, *rest)


def lookalikes(found: Shown[int], sizes: list[int]) -> Iterator[tuple[Row, ...]]:
    """All tables, the silent last in each row, that fit what is shown."""
    rows = [
        [
            row
            for row in splits(size, len(STANCES) + 1)
            if all(
                found.cells.get((side, stance), count) == count
                for stance, count in zip(STANCES, row, strict=False)
            )
        ]
        for side, size in enumerate(sizes)
    ]
    for table in product(*rows):
        totals = [sum(column) for column in zip(*table, strict=True)]
        if all(
            found.totals.get(stance, totals[n]) == totals[n] for n, stance in enumerate(STANCES)
        ):
            yield table


def look(rows: list[Row], k: int) -> Shown[int]:
    """Rows with the silent last."""
    counts = {
        (side, stance): count
        for side, row in enumerate(rows)
        for stance, count in zip(STANCES, row, strict=False)
    }
    sizes = {side: sum(row) for side, row in enumerate(rows)}
    return shown(counts, seats=sizes, stances=STANCES, k=k)


def rows(sides: int, most: int) -> st.SearchStrategy[list[Row]]:
    every = [row for size in range(most + 1) for row in splits(size, len(STANCES) + 1)]
    return st.lists(st.sampled_from(every), min_size=1, max_size=sides)


@settings(max_examples=60, deadline=None)
@given(rows(2, 6) | rows(3, 3), st.integers(2, 3))
def test_nobody_can_work_out_a_small_number_from_all_that_is_shown(
    table: list[Row], k: int
) -> None:
    found = look(table, k)
    sizes = [sum(row) for row in table]
    low: dict[tuple[int, int], int] = {}
    high: dict[tuple[int, int], int] = {}
    for other in lookalikes(found, sizes):
        sums = tuple(map(sum, zip(*other, strict=True)))
        for side, row in enumerate((*other, sums)):
            for column, count in enumerate(row):
                place = side, column
                low[place] = min(low.get(place, count), count)
                high[place] = max(high.get(place, count), count)

    true = [*table, tuple(map(sum, zip(*table, strict=True)))]
    for side, row in enumerate(true):
        for column, count in enumerate(row):
            if count < k:
                assert low[side, column] == 0
                assert high[side, column] >= min(k, [*sizes, sum(sizes)][side])


@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4), max_size=4), st.integers(3, 9))
def test_only_true_numbers_of_k_or_more_are_shown(table: list[Row], k: int) -> None:
    found = look(table, k)

    for (side, stance), count in found.cells.items():
        assert count == table[side][STANCES.index(stance)] >= k
    for stance, count in found.totals.items():
        assert count == sum(row[STANCES.index(stance)] for row in table) >= k


def test_large_numbers_far_from_small_ones_are_shown() -> None:
    found = look([(12, 9, 0, 8), (14, 1, 2, 9)], 5)

    assert found.cells == {(0, "consent"): 12, (1, "consent"): 14}
    # Of ten who stand aside, nine here would say that one does there.
    assert found.totals == {"consent": 26, "aside": 10}


def test_a_side_that_is_of_one_mind_is_not_shown() -> None:
    """Its number would say of everybody on it what they think."""
    found = look([(5, 0, 0, 0), (5, 4, 4, 4)], 5)

    assert (0, "consent") not in found.cells
