"""Who wrote what, and ranges on their words, against a model that looks at each letter by itself."""

from itertools import count, groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.live.anchors import find, follow, follow_all
from scenarios.live.authorship import SPLICES, Authorship, passages
from scenarios.live.changeset import ChangeSet, Section, characters, units
from tests.scenarios.live.test_changeset import changes_on, texts

Letter = tuple[int, int]  # a number of its own, and whose it is


class Letters:
    """A text as its letters, each of which knows who put it in."""

    def __init__(self, length: int, seat: int) -> None:
        self.new = count()
        self.row: list[Letter] = [(next(self.new), seat) for _ in range(length)]

    def apply(self, changes: ChangeSet, seat: int) -> None:
        at, row = 0, []
        for length, insert in changes.sections:
            if insert is None:
                row += self.row[at : at + length]
            else:
                row += [(next(self.new), seat) for _ in insert]
            at += length
        self.row = row

    @property
    def runs(self) -> list[tuple[int, int]]:
        return [(len(list(run)), seat) for seat, run in groupby(seat for _, seat in self.row)]


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, list[tuple[ChangeSet, int]]]:
    begin = text = units(draw(texts))
    edits = []
    for _ in range(draw(st.integers(0, 6))):
        changes = draw(changes_on(text))
        edits.append((changes, draw(st.integers(1, 3))))
        text = changes.apply(text)
    return begin, edits


@settings(max_examples=50)
@given(histories())
def test_every_word_belongs_to_whoever_put_it_in(
    case: tuple[str, list[tuple[ChangeSet, int]]],
) -> None:
    text, edits = case
    letters, authorship = Letters(len(text), 0), Authorship([(len(text), 0)])
    for changes, seat in edits:
        letters.apply(changes, seat)
        authorship.apply(changes, seat)
        text = changes.apply(text)

    assert authorship.runs == letters.runs
    assert Authorship(authorship.runs).runs == letters.runs
    written = list(passages(characters(text), authorship.runs))
    assert "".join(words for words, _ in written) == characters(text)
    assert [seat for _, seat in written] == [seat for _, seat in letters.runs]


def test_many_changes_at_once_are_as_one_after_the_other() -> None:
    sections: list[Section] = [part for _ in range(SPLICES + 4) for part in ((1, None), (1, "xy"))]
    authorship = Authorship([(2 * (SPLICES + 4), 1)])

    authorship.apply(ChangeSet.of(sections), 2)

    assert authorship.runs == [(1, 1), (2, 2)] * (SPLICES + 4)


@settings(max_examples=50)
@given(histories(), st.data())
def test_a_range_stays_on_its_words(
    case: tuple[str, list[tuple[ChangeSet, int]]], data: st.DataObject
) -> None:
    text, edits = case
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    letters, span = Letters(len(text), 0), (start, end)
    meant = {number for number, _ in letters.row[start:end]}
    rewritten: set[int] = set()  # put in in the place of words, so that they may count as them
    for changes, seat in edits:
        letters.apply(changes, seat)
        span = follow(span, changes)
        shift = 0
        for old, upto, insert in changes.replacements():
            if upto > old:
                new = letters.row[old + shift : old + shift + len(insert)]
                rewritten |= {number for number, _ in new}
            shift += len(insert) - (upto - old)

    numbers = [number for number, _ in letters.row]
    inside = numbers[span[0] : span[1]]
    assert 0 <= span[0] <= span[1] <= len(numbers)
    assert meant & set(numbers) <= set(inside)
    if inside:  # nothing foreign at its ends
        assert {inside[0], inside[-1]} <= meant | rewritten


def test_ranges_follow_the_log_edit_by_edit() -> None:
    put_in = ChangeSet.of([(4, None), (0, "so "), (4, None)])
    taken = ChangeSet.of([(4, None), (5, ""), (2, None)])

    assert follow_all([(4, 8), (0, 4), (6, 6)], [put_in]) == [(7, 11), (0, 4), (9, 9)]
    assert follow_all([(4, 8), (0, 8)], [put_in, taken]) == [(4, 6), (0, 6)]
    assert follow((4, 7), ChangeSet.of([(3, None), (5, "")])) == (3, 3)


def test_words_are_found_where_they_stand() -> None:
    assert find("rain, rain", "rain") == [(0, 4), (6, 10)]
    assert find("rain, rain", "rain", near=7) == [(6, 10)]
    assert find("rain", "sun", near=1) == find("rain", "") == []
