import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.live.changeset import MAX_LENGTH, ChangeSet, Malformed, Section, characters, units
from scenarios.live.log import TooFarBehind
from scenarios.live.protocol import Push, Pushed, Stored
from scenarios.live.reader import Holder
from scenarios.live.replica import Offer, Replica
from scenarios.live.text import Text

words = st.text(st.sampled_from("ab\nسلامḍ̇é😀𝕏 "), max_size=6)
texts = st.text(st.sampled_from("ab\nسلامḍ̇é😀𝕏 "), max_size=30)


@st.composite
def changes_on(draw: st.DrawFn, text: str) -> ChangeSet:
    """Any changes to a text of code units that tear no character in two."""
    whole = characters(text)
    cuts = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    sections: list[Section] = []
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        length = len(units(whole[start:end]))
        insert = draw(st.none() | words)
        sections.append((length, None if insert is None else units(insert)))
    return ChangeSet.of(sections)


@st.composite
def two_on_one(draw: st.DrawFn) -> tuple[str, ChangeSet, ChangeSet]:
    text = units(draw(texts))
    return text, draw(changes_on(text)), draw(changes_on(text))


@st.composite
def three_in_a_row(draw: st.DrawFn) -> tuple[str, ChangeSet, ChangeSet, ChangeSet]:
    text = units(draw(texts))
    a = draw(changes_on(text))
    b = draw(changes_on(a.apply(text)))
    c = draw(changes_on(b.apply(a.apply(text))))
    return text, a, b, c


@given(two_on_one())
def test_both_orders_lead_to_one_text(case: tuple[str, ChangeSet, ChangeSet]) -> None:
    text, a, b = case

    assert b.map(a).apply(a.apply(text)) == a.map(b, before=True).apply(b.apply(text))


@given(three_in_a_row())
def test_composing_is_applying_one_after_the_other(
    case: tuple[str, ChangeSet, ChangeSet, ChangeSet],
) -> None:
    text, a, b, c = case

    assert a.compose(b).apply(text) == b.apply(a.apply(text))
    assert a.compose(b).compose(c).apply(text) == a.compose(b.compose(c)).apply(text)


@given(three_in_a_row())
def test_what_is_undone_is_as_it_was(case: tuple[str, ChangeSet, ChangeSet, ChangeSet]) -> None:
    text, a, _, _ = case

    assert a.invert(text).apply(a.apply(text)) == text


@given(two_on_one())
def test_json_and_back(case: tuple[str, ChangeSet, ChangeSet]) -> None:
    _, a, _ = case

    assert ChangeSet.parse(json.loads(json.dumps(a.to_json()))) == a


@given(three_in_a_row())
def test_positions_keep_their_order_and_stay_in_the_text(
    case: tuple[str, ChangeSet, ChangeSet, ChangeSet],
) -> None:
    text, a, _, _ = case
    for assoc in (-1, 1):
        mapped = [a.map_position(position, assoc) for position in range(len(text) + 1)]

        assert mapped == sorted(mapped)
        assert 0 <= mapped[0] <= mapped[-1] <= a.new_length


@given(two_on_one())
def test_a_text_changed_in_place_is_the_same_text(case: tuple[str, ChangeSet, ChangeSet]) -> None:
    before, a, _ = case
    text = Text(characters(before))
    text.apply(a)

    assert str(text) == characters(a.apply(before))
    assert len(text) == a.new_length


def test_many_changes_at_once_are_the_same_as_few() -> None:
    sections: list[Section] = [(1, None), (1, "𝕏")] * 17
    text = Text("ab" * 17)
    text.apply(ChangeSet.of(sections))

    assert str(text) == "a𝕏" * 17


def test_mapping_over_a_composition_is_not_mapping_over_its_parts() -> None:
    """The reason for moving pushes over one edit at a time, on both sides."""
    a, b, c = (ChangeSet.parse(json) for json in ([[0, "X"], 2], [[1], 1], [[0, "Q"], 1]))
    after = c.apply(b.apply("ab"))

    assert a.map(b).map(c).apply(after) == "QXb"
    assert a.map(b.compose(c)).apply(after) == "XQb"


@pytest.mark.parametrize(
    ("selection", "assoc", "expected"),
    [
        ((2, 2), -1, (2, 2)),
        ((2, 2), 1, (3, 3)),
        ((2, 4), -1, (3, 5)),
        ((4, 2), -1, (5, 3)),
        ((0, 2), -1, (0, 2)),
    ],
)
def test_a_selection_takes_in_nothing_that_is_inserted_at_its_ends(
    selection: tuple[int, int], assoc: int, expected: tuple[int, int]
) -> None:
    assert ChangeSet.parse([2, [0, "x"], 3]).map_range(*selection, assoc=assoc) == expected


def test_a_selection_whose_words_are_replaced_becomes_a_cursor() -> None:
    assert ChangeSet.parse([[5, "abc"], 1]).map_range(1, 3) == (0, 0)


@pytest.mark.parametrize(
    "json",
    [
        None,
        {},
        "abc",
        5,
        [-1],
        [1.0],
        [True],
        [None],
        ["abc"],
        [[]],
        [["a"]],
        [[-1, "a"]],
        [[True]],
        [[1.5]],
        [[0, 1]],
        [[0, None]],
        [[0, ["a"]]],
        [[0, "a\nb"]],
        [[0, "a\rb"]],
        [[0, "a\0b"]],
        [[0, "\ud83d"]],
        [[0, "\ude00x"]],
        [2 * MAX_LENGTH + 1],
        [2 * MAX_LENGTH, 1],
        [10**400],
        [[[[[]]]]],
    ],
)
def test_what_is_no_change_set_is_refused(json: Any) -> None:
    with pytest.raises(Malformed):
        ChangeSet.parse(json)


@pytest.mark.parametrize(
    ("json", "canonical"),
    [
        ([], []),
        ([0], []),
        ([[0]], []),
        ([[0, ""]], []),
        ([2, 3], [5]),
        ([[2], [3]], [[5]]),
        ([[0, "a"], 0, [0, "b"]], [[0, "ab"]]),
        ([[2, ""]], [[2]]),
        ([[0, "", ""]], [[0, "", ""]]),
    ],
)
def test_what_does_nothing_is_dropped(json: Any, canonical: Any) -> None:
    assert ChangeSet.parse(json).to_json() == canonical


@pytest.mark.parametrize("json", [[1], [3], [2, [0, "a"], 1], [[3]]])
def test_changes_made_on_a_text_of_another_length_are_refused(json: Any) -> None:
    changes, text = ChangeSet.parse(json), Text("ab")

    with pytest.raises(Malformed):
        text.apply(changes)
    with pytest.raises(Malformed):
        changes.apply("ab")
    with pytest.raises(Malformed):
        changes.map(ChangeSet.empty(2))
    with pytest.raises(Malformed):
        ChangeSet.empty(2).compose(changes)
    assert str(text) == "ab"


@pytest.mark.parametrize("json", [[1, [0, "x"], 1], [[1], 1], [1, [1]], [1, [1, "x"]]])
def test_half_a_character_is_refused(json: Any) -> None:
    text = Text("😀")

    with pytest.raises(Malformed):
        text.apply(ChangeSet.parse(json))
    assert str(text) == "😀"


def test_a_push_that_would_take_long_to_move_is_refused_at_once() -> None:
    length = 4000
    many = ChangeSet.of([(1, None), (1, "b")] * (length // 2))
    log = [Stored(version, 7, "somebody-else", version, many) for version in range(1, 51)]
    replica = Replica(1, "a" * length, 50, recent=log)
    push = Push(0, tuple(Pushed(sequence, many) for sequence in range(1, 11)))

    with pytest.raises(TooFarBehind):
        replica.rebase(Offer(Holder(1, 1, ""), "somebody", push))


def test_a_copy_of_a_push_that_comes_late_is_known() -> None:
    replica, holder = Replica(1, "", 0), Holder(1, 1, "")

    def push(version: int, sequence: int) -> Offer:
        changes = ChangeSet.of([(0, "a"), (version, None)])
        return Offer(holder, "somebody", Push(version, (Pushed(sequence, changes),)))

    for sequence in (1, 2):
        [edit] = replica.rebase(push(sequence - 1, sequence))
        replica.append(edit, seat=1, client="somebody")

    assert replica.rebase(push(0, 1)) == []
    with pytest.raises(Malformed):
        replica.rebase(push(0, 2))
