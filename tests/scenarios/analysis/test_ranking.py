"""What ratings say together: the quantile rule, the rank correlation, and nothing about few."""

import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.analysis.ranking import (
    Kinship,
    Point,
    Region,
    contested,
    kinship,
    quantile,
    quartiles,
    rank_correlation,
    ranks,
    region,
    summary,
)

rate = st.integers(1, 10)
point = st.tuples(rate, rate)
sides = st.dictionaries(st.integers(1, 4), st.lists(point, max_size=9), max_size=4)
k = st.integers(3, 6)


@settings(max_examples=50)
@given(st.lists(rate, min_size=2, max_size=40))
def test_quartiles_are_those_of_the_standard_library(values: list[int]) -> None:
    """Its "inclusive" method is type 7."""
    found = quartiles(values)

    assert [found.low, found.median, found.high] == pytest.approx(
        statistics.quantiles(values, n=4, method="inclusive")
    )
    assert found.median == statistics.median(values)


def test_a_quantile_between_two_values_lies_on_the_line_between_them() -> None:
    assert quantile([1, 2, 4, 8], 0.25) == 1.75
    assert quantile([3], 0.75) == 3
    assert [quantile([9, 1, 5], share) for share in (0, 0.5, 1)] == [1, 5, 9]


@settings(max_examples=50)
@given(st.lists(rate, min_size=1, max_size=20), st.floats(0, 1), st.floats(0, 1))
def test_quantiles_rise_with_the_share_and_keep_within_the_values(
    values: list[int], one: float, other: float
) -> None:
    low, high = sorted((one, other))

    assert min(values) <= quantile(values, low) <= quantile(values, high) <= max(values)


def test_equals_share_the_mean_of_their_ranks() -> None:
    assert ranks([10, 20, 20, 30]) == [1, 2.5, 2.5, 4]
    assert ranks([5, 5, 5]) == [2, 2, 2]


def test_rank_correlation_is_known_where_it_was_worked_out_by_hand() -> None:
    assert rank_correlation([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]) == pytest.approx(0.8207826817)
    assert rank_correlation([1, 2, 3], [3, 3, 3]) is None


@settings(max_examples=50)
@given(st.permutations(range(1, 9)))
def test_without_ties_it_is_the_formula_of_the_books(order: list[int]) -> None:
    base = list(range(1, 9))
    squares = sum((one - other) ** 2 for one, other in zip(base, order, strict=True))

    assert rank_correlation(base, order) == pytest.approx(1 - 6 * squares / (8 * 63))


@settings(max_examples=50)
@given(st.lists(point, min_size=1, max_size=20))
def test_it_is_the_correlation_of_the_ranks(points: list[Point]) -> None:
    first, second = [one for one, _ in points], [other for _, other in points]
    found = rank_correlation(first, second)

    if found is None:
        assert len(set(first)) == 1 or len(set(second)) == 1
    else:
        assert found == pytest.approx(statistics.correlation(ranks(first), ranks(second)))
        assert rank_correlation(second, first) == pytest.approx(found)
        assert rank_correlation(first, [-value for value in second]) == pytest.approx(-found)


@pytest.mark.parametrize(
    ("impact", "uncertainty", "where"),
    [
        (9, 2, Region.PREDETERMINED),
        (9, 9, Region.CRITICAL),
        (5.5, 5.5, Region.CRITICAL),
        (5, 10, Region.BACKGROUND),
        (2, 2, Region.BACKGROUND),
    ],
)
def test_the_regions_of_the_plot(impact: float, uncertainty: float, where: Region) -> None:
    assert region(impact, uncertainty) == where


@settings(max_examples=50)
@given(sides, k)
def test_nothing_is_said_of_fewer_than_k(by_side: dict[int | None, list[Point]], k: int) -> None:
    points = [point for of_side in by_side.values() for point in of_side]
    found = summary(by_side, k)

    assert (found is None) == (len(points) < k)
    if found is not None:
        assert found.count == len(points)


@settings(max_examples=50)
@given(sides, st.lists(point, max_size=2), k)
def test_a_side_of_fewer_than_k_makes_nothing_contested(
    by_side: dict[int | None, list[Point]], few: list[Point], k: int
) -> None:
    assert contested(by_side, k) == contested(by_side | {9: few}, k)


def test_two_sides_whose_medians_lie_more_than_two_apart_contest_a_force() -> None:
    here, near, far = [(5, 5)] * 3, [(7, 5)] * 3, [(8, 5)] * 3

    assert not contested({1: here, 2: near}, 3)
    assert contested({1: here, 2: far}, 3)
    assert not contested({1: here, None: far}, 3), "those of no side are no side"


def test_two_uncertainties_that_are_rated_alike_are_called_dependent() -> None:
    alike = [((value, value), (value, value)) for value in range(1, 6)]
    apart = [
        ((3, 1), (3, 2)),
        ((4, 2), (1, 4)),
        ((5, 3), (5, 3)),
        ((6, 4), (2, 1)),
        ((7, 5), (4, 3)),
    ]

    assert kinship(alike, 5) == Kinship(5, 1.0, 1.0)
    assert kinship(alike, 6) is None
    found = kinship(apart, 5)
    assert found is not None
    assert not found.dependent
