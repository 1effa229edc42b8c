import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.live.changeset import ChangeSet, characters, units
from scenarios.live.merge import difference, overlap

texts = st.lists(
    st.sampled_from(["rain ", "\n", "سلام ", "😀", "could ", "ends.", "\u2028", "\r", "\x0b"]),
    max_size=12,
).map("".join)


@given(texts, texts)
def test_the_difference_leads_from_one_text_to_the_other(old: str, new: str) -> None:
    assert characters(difference(old, new).apply(units(old))) == new


def test_only_the_words_that_differ_are_touched() -> None:
    changes = difference("It rains.\nThe river rises.\nEnd.", "It rains.\nThe lake rises.\nEnd.")

    assert changes.to_json() == [14, [5, "lake"], 12]


def test_a_long_text_changed_all_over_is_one_replacement_and_quick() -> None:
    old, new = "\n\n" * 50_000, " \n\n" * 50_000

    assert characters(difference(old, new).apply(units(old))) == new


@pytest.mark.parametrize(
    ("mine", "theirs", "quarrel"),
    [
        ([2, [3, "x"], 5], [2, [3, "y"], 5], True),
        ([2, [3, "x"], 5], [4, [3, "y"], 3], True),
        ([2, [3, "x"], 5], [3, [0, "y"], 7], True),
        ([3, [0, "y"], 7], [2, [3], 5], True),
        ([2, [3, "x"], 5], [5, [3, "y"], 2], False),
        ([2, [3, "x"], 5], [2, [0, "y"], 8], False),
        ([10, [0, "x"]], [10, [0, "y"]], False),
        ([10], [[10, "y"]], False),
    ],
)
def test_a_quarrel_is_about_the_same_words(
    mine: list[object], theirs: list[object], quarrel: bool
) -> None:
    assert overlap(ChangeSet.parse(mine), ChangeSet.parse(theirs)) is quarrel
