import pytest

from scenarios.tree import tree


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_every_leaf_has_its_own_place_within_the_picture(count: int) -> None:
    drawn = tree([f"Story {n}" for n in range(count)])

    assert len(drawn.joints) == count - 1
    places = [leaf.x for leaf in drawn.leaves]
    assert places == sorted(set(places))
    assert all(0 < x < 100 for x in places)
    assert {joint.no for joint in drawn.joints} == {(leaf.x, leaf.y) for leaf in drawn.leaves[:-1]}
    assert drawn.joints[-1].yes == (drawn.leaves[-1].x, drawn.leaves[-1].y)


def test_a_long_name_is_broken_into_lines() -> None:
    assert tree(["Ostrich", "Flight of the Flamingos"]).leaves[1].lines == [
        "Flight of",
        "the",
        "Flamingos",
    ]
