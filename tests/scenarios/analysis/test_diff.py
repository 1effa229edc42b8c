import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.analysis.diff import Change, Passage, diff
from scenarios.analysis.matching import Budget, matched


def runs(old: str, new: str) -> list[tuple[str, str]]:
    return [(run.change.value, run.text) for passage in diff(old, new) for run in passage.runs]


def kept(passages: list[Passage], *changes: Change) -> str:
    """The text as a reader would put it together, without its spaces."""
    text = "".join(
        run.text for passage in passages for run in passage.runs if run.change in changes
    )
    return "".join(text.split())


def test_a_word_that_changed_stands_between_those_that_stayed() -> None:
    assert runs("The old flock flies south.", "The young flock flies south.") == [
        ("same", "The"),
        ("same", " "),
        ("removed", "old"),
        ("same", " "),
        ("added", "young"),
        ("same", " flock flies south."),
    ]


def test_arabic_words_are_compared_whole_with_their_vowel_signs() -> None:
    assert runs("قد يَحدُثُ ذلك غدا، ربما هنا.", "قد يَحدُثُ ذلك اليوم، ربما هنا.") == [
        ("same", "قد يَحدُثُ ذلك"),
        ("same", " "),
        ("removed", "غدا"),
        ("same", " "),
        ("added", "اليوم"),
        ("same", "، ربما هنا."),
    ]


def test_another_line_break_is_no_change() -> None:
    assert runs("One two\nthree.\n\nFour.", "One two three.\n\n\n\nFour.  ") == [
        ("same", "One two three."),
        ("same", "Four."),
    ]


def test_a_new_paragraph_is_added_and_nothing_else() -> None:
    assert runs("One.\n\nThree.", "One.\n\nTwo.\n\nThree.") == [
        ("same", "One."),
        ("added", "Two."),
        ("same", "Three."),
    ]


def test_a_word_left_between_larger_changes_counts_as_changed() -> None:
    assert runs("Soldiers patrol the harbour", "Merchants repair the warehouse") == [
        ("removed", "Soldiers patrol the harbour"),
        ("added", "Merchants repair the warehouse"),
    ]


def test_unchanged_paragraphs_far_from_a_change_are_folded() -> None:
    story = [f"Paragraph {number}." for number in range(10)]

    passages = diff("\n\n".join(story), "\n\n".join([*story[:5], "New.", *story[5:]]))

    assert [(passage.folded, passage.text) for passage in passages] == [
        (4, "Paragraph 0.\n\nParagraph 1.\n\nParagraph 2.\n\nParagraph 3."),
        (0, "Paragraph 4."),
        (0, "New."),
        (0, "Paragraph 5."),
        (4, "Paragraph 6.\n\nParagraph 7.\n\nParagraph 8.\n\nParagraph 9."),
    ]


def test_nothing_to_compare_is_nothing() -> None:
    assert diff("", "") == []
    assert runs("", "One.") == [("added", "One.")]
    assert runs("One.", "\n\n") == [("removed", "One.")]


words = st.lists(
    st.sampled_from(
        ["the", "a", "flock", "could", "،", ".", "\n\n", "\n", "يطير", "it's", "—", "🦩"]
    ),
    max_size=60,
).map(" ".join)


@given(st.one_of(words, st.text()), st.one_of(words, st.text()))
@settings(max_examples=300, deadline=None)
def test_both_texts_can_be_read_from_what_changed(old: str, new: str) -> None:
    passages = diff(old, new)

    assert kept(passages, Change.SAME, Change.ADDED) == "".join(new.split())
    assert kept(passages, Change.SAME, Change.REMOVED) == "".join(old.split())


@given(words)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(run.change is Change.SAME for passage in diff(text, text) for run in passage.runs)


@given(st.lists(st.integers(0, 3), max_size=40), st.lists(st.integers(0, 3), max_size=40))
@settings(deadline=None)
def test_matching_takes_turns_loses_nothing_and_is_shortest(a: list[int], b: list[int]) -> None:
    hunks = matched(a, b, Budget(10**6))

    assert [item for hunk in hunks for item in hunk.old] == a
    assert [item for hunk in hunks for item in hunk.new] == b
    assert all(hunk.old == hunk.new for hunk in hunks if hunk.same)
    assert all(x.same != y.same for x, y in pairwise(hunks))
    assert sum(len(hunk.old) for hunk in hunks if hunk.same) == longest_common(a, b)


def longest_common(a: list[int], b: list[int]) -> int:
    row = [0] * (len(b) + 1)
    for x in a:
        diagonal = 0
        for place, y in enumerate(b, start=1):
            diagonal, row[place] = (
                row[place],
                diagonal + 1 if x == y else max(row[place], row[place - 1]),
            )
    return row[-1]


def test_large_texts_that_differ_everywhere_take_a_bounded_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("scenarios.analysis.diff.STEPS", 200_000)
    cases = [
        (" ".join(f"old{n}" for n in range(50_000)), " ".join(f"new{n}" for n in range(50_000))),
        ("a\n\n" * 100_000, "b\n\na\n\n" * 60_000),
        ("a b " * 100_000, "b a a " * 60_000),
        (
            "\n\n".join(f"x{n} a b c" for n in range(9_000)),
            "\n\n".join(f"y{n} c b a" for n in range(9_000)),
        ),
    ]
    for old, new in cases:
        begun = time.thread_time()
        passages = diff(old, new)
        assert time.thread_time() - begun < 3
        assert kept(passages, Change.SAME, Change.ADDED) == "".join(new.split())
