from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.mixing import mixed

people = st.dictionaries(st.integers(0, 60), st.sampled_from("abcde"), max_size=40)


@given(people, st.integers(1, 6), st.integers())
def test_groups_are_as_equal_and_as_mixed_as_can_be(
    people: dict[int, str], groups: int, seed: int
) -> None:
    found = mixed(people, groups, Random(seed))

    assert sorted(person for group in found for person in group) == sorted(people)
    sizes = [len(group) for group in found]
    assert len(sizes) == groups
    assert max(sizes) - min(sizes) <= 1
    of_sides = [Counter(people[person] for person in group) for group in found]
    for side in "abcde":
        numbers = [counted[side] for counted in of_sides]
        assert max(numbers) - min(numbers) <= 1


def test_another_press_proposes_another_mix() -> None:
    people = {person: "ab"[person % 2] for person in range(12)}

    proposals = {str(mixed(people, 3, Random(seed))) for seed in range(5)}

    assert len(proposals) > 1
    assert mixed(people, 3, Random(1)) == mixed(people, 3, Random(1))
