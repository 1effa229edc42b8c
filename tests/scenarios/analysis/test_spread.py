"""No number about fewer than k people is shown, and none follows from what is."""

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.spread import Part, Spread, carried, spread

count = st.integers(0, 12)
counts = st.fixed_dictionaries({"agree": count, "disagree": count, "pass": count})
k = st.integers(1, 8)


def numbers(shown: Spread | None) -> list[int]:
    if shown is None:
        return []
    found = (shown.agree, shown.disagree, shown.passed, shown.total)
    return [number for number in found if number is not None]


def test_all_is_shown_when_enough_people_stand_behind_each_answer() -> None:
    shown = spread({"agree": 9, "disagree": 5, "pass": 6}, 5)

    assert shown == Spread(agree=9, disagree=5, passed=6, k=5)
    assert shown.total == 20


def test_a_small_count_is_hidden_and_with_it_the_whole() -> None:
    shown = spread({"agree": 19, "disagree": 1, "pass": 0}, 5)

    assert shown == Spread(agree=19, disagree=None, passed=None, k=5)
    assert shown.total is None


def test_nothing_is_shown_while_every_count_is_small() -> None:
    assert spread({}, 5) is None
    assert spread({"agree": 4, "disagree": 4, "pass": 4}, 5) is None


@given(counts, k)
def test_every_number_shown_is_about_at_least_k_people(answers: dict[str, int], k: int) -> None:
    assert all(number >= k for number in numbers(spread(answers, k)))


@given(counts, counts, k)
def test_what_is_shown_says_nothing_about_what_is_hidden(
    answers: dict[str, int], others: dict[str, int], k: int
) -> None:
    """Whatever the hidden counts are, the page is the same: nothing can be computed from it."""
    same_but_hidden = {
        answer: number if number >= k else others[answer] % k for answer, number in answers.items()
    }

    assert spread(answers, k) == spread(same_but_hidden, k)


def test_carried_is_said_of_what_most_agree_with() -> None:
    assert carried(spread({"agree": 12, "disagree": 5, "pass": 3}, 5), 0.6)
    assert not carried(spread({"agree": 9, "disagree": 9, "pass": 0}, 5), 0.6)
    assert not carried(spread({"agree": 4, "disagree": 0, "pass": 0}, 5), 0.6)
    assert not carried(spread({"disagree": 9}, 5), 0.6)


def test_the_bar_is_drawn_from_what_is_shown() -> None:
    shown = spread({"agree": 19, "disagree": 6, "pass": 2}, 5)

    assert shown is not None
    assert shown.parts == [Part("agree", 0, 19), Part("disagree", 19, 6), Part("few", 25, 5)]
    assert shown.width == 30


@given(
    st.fixed_dictionaries(dict.fromkeys(("agree", "disagree", "pass"), st.integers(0, 12))),
    st.integers(3, 8),
)
def test_changing_ones_own_answer_tells_nothing_of_how_many_the_others_are(
    others: dict[str, int], k: int
) -> None:
    hidden = set()
    for own in ("agree", "disagree", "pass"):
        found = spread(others | {own: others[own] + 1}, k, own)
        shown = (found.agree, found.disagree, found.passed) if found else (None, None, None)
        hidden.add(tuple(count is None for count in shown))

    assert len(hidden) == 1
    assert hidden == {tuple(others[answer] < k for answer in ("agree", "disagree", "pass"))}
