"""CodeMirror's algebra of changes: the same answers as `@codemirror/state`, on every input.

A change set is a row of sections that together cover the text it was made on: keep the next n, or replace the next n.
Positions count UTF-16 code units, as JavaScript does, so inserted words are held as strings of code units: one
character outside the basic plane is two surrogates here, and `len` is the length a browser sees.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

MAX_LENGTH = 1_000_000

# A line never holds a break (the lines themselves are the breaks), nor NUL, which no database row takes.
_FORBIDDEN_IN_A_LINE = re.compile("[\0\n\r\ud800-\udfff]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")

Section = tuple[int, str | None]
"""How many units of the old text, and the units that replace them: None keeps them, the empty string deletes them."""


class Malformed(ValueError):
    """This is no change set, or not one for this text."""


def units(text: str) -> str:
    """The text as a string of UTF-16 code units."""
    return text if text.isascii() else _ASTRAL.sub(_surrogates, text)


def _surrogates(match: re.Match[str]) -> str:
    above = ord(match[0]) - 0x10000
    return chr(0xD800 + (above >> 10)) + chr(0xDC00 + (above & 0x3FF))


def characters(code_units: str) -> str:
    """The other way round; half a character stays half a character."""
    if code_units.isascii():
        return code_units
    return code_units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@dataclass(frozen=True, slots=True)
class ChangeSet:
    sections: tuple[Section, ...]

    @classmethod
    def empty(cls, length: int) -> Self:
        return cls(((length, None),) if length else ())

    @classmethod
    def of(cls, sections: Iterable[Section]) -> Self:
        """In CodeMirror's own form: neighbours of one kind are one, and nothing does nothing."""
        canonical: list[Section] = []
        for length, insert in sections:
            _add(canonical, length, insert)
        return cls(tuple(canonical))

    @classmethod
    def parse(cls, json: Any) -> Self:
        """From CodeMirror's JSON: `5` keeps five, `[2]` deletes two, `[2, "a", "b"]` replaces two with two lines."""
        if not isinstance(json, list):
            raise Malformed("a change set is a list")
        changes = cls.of(
            (_length(part[0] if part else None), _inserted(part[1:]))
            if isinstance(part, list)
            else (_length(part), None)
            for part in json
        )
        if changes.length > 2 * MAX_LENGTH:  # what goes over the limit gets a sentence elsewhere
            raise Malformed("longer than any text here")
        return changes

    def to_json(self) -> list[Any]:
        return [
            length
            if insert is None
            else [length, *(characters(insert).split("\n") if insert else ())]
            for length, insert in self.sections
        ]

    @property
    def length(self) -> int:
        return sum(length for length, _ in self.sections)

    @property
    def new_length(self) -> int:
        return sum(length if insert is None else len(insert) for length, insert in self.sections)

    @property
    def is_empty(self) -> bool:
        return all(insert is None for _, insert in self.sections)

    @property
    def one(self) -> tuple[int, int, str, int] | None:
        """Kept, replaced, by what, kept: for one replacement, as people mostly write."""
        return _only_one(self.sections)

    def replacements(self) -> Iterator[tuple[int, int, str]]:
        """What is replaced, as (from, to, with) in the old text; neighbours are joined."""
        start = position = 0
        inserted: list[str] | None = None
        for length, insert in self.sections:
            if insert is None:
                if inserted is not None:
                    yield start, position, "".join(inserted)
                    inserted = None
            elif inserted is None:
                start, inserted = position, [insert]
            else:
                inserted.append(insert)
            position += length
        if inserted is not None:
            yield start, position, "".join(inserted)

    def apply(self, text: str) -> str:
        """To a string of code units. A text that changes often is better held as a `Text`."""
        if len(text) != self.length:
            raise Malformed("made on a text of another length")
        pieces: list[str] = []
        kept = 0
        for start, end, insert in self.replacements():
            pieces += text[kept:start], insert
            kept = end
        return "".join([*pieces, text[kept:]])

    def invert(self, text: str) -> "ChangeSet":
        """What takes this back; `text` is the one it was made on."""
        sections: list[Section] = []
        position = 0
        for length, insert in self.sections:
            if insert is None:
                sections.append((length, None))
            else:
                sections.append((len(insert), text[position : position + length]))
            position += length
        return ChangeSet(tuple(sections))

    def compose(self, other: "ChangeSet") -> "ChangeSet":
        """This and then `other`, as one."""
        if self.new_length != other.length:
            raise Malformed("the second was made on a text of another length")
        if self.is_empty:
            return other
        return self if other.is_empty else ChangeSet(_compose(self, other))

    def map(self, other: "ChangeSet", *, before: bool = False) -> "ChangeSet":
        """The same intent after `other`, which was made on the same text.

        Where both insert at one place, `other` comes first unless `before`. For any two, a then b.map(a) gives the
        text of b then a.map(b, before=True). But mapping over a composition is not mapping over its parts one by one.
        """
        apart = _map_apart(self.sections, other.sections)
        if apart is not None:
            return ChangeSet(apart)
        if self.length != other.length:
            raise Malformed("the two were made on texts of different lengths")
        return self if other.is_empty else ChangeSet(_map(self, other, before=before))

    def map_position(self, position: int, assoc: int = -1) -> int:
        """Where a position goes. What is inserted right there lands after it, or before it with a positive assoc."""
        old = new = 0
        for length, insert in self.sections:
            end = old + length
            if insert is None:
                if end > position:
                    return new + position - old
                new += length
            else:
                if end > position or (end == position and assoc < 0 and not length):
                    return new if position == old or assoc < 0 else new + len(insert)
                new += len(insert)
            old = end
        if position > old:
            raise Malformed("a position outside the text")
        return new

    def map_range(self, anchor: int, head: int, assoc: int = -1) -> tuple[int, int]:
        """Where a selection goes: it takes in nothing that is inserted at its ends. A cursor goes by `assoc`."""
        if anchor == head:
            both = self.map_position(anchor, assoc)
            return both, both
        forward = 1 if anchor < head else -1
        anchor, head = self.map_position(anchor, forward), self.map_position(head, -forward)
        return (anchor, head) if (head - anchor) * forward > 0 else (head, head)


def compose_all(changes: Iterable[ChangeSet]) -> ChangeSet | None:
    """One after the other as one; None for none."""
    whole: ChangeSet | None = None
    for one in changes:
        whole = one if whole is None else whole.compose(one)
    return whole


def _length(value: Any) -> int:
    if (
        type(value) is not int or not 0 <= value <= 2 * MAX_LENGTH
    ):  # not isinstance: True is no length
        raise Malformed("a length is a whole number within the text")
    return value


def _inserted(lines: Sequence[Any]) -> str:
    for line in lines:
        if not isinstance(line, str) or _FORBIDDEN_IN_A_LINE.search(line):
            raise Malformed("a line is a string without breaks, NUL or half characters")
    return units("\n".join(lines))


def _add(sections: list[Section], length: int, insert: str | None, *, join: bool = False) -> None:
    """Append a section, merged with the last one where CodeMirror merges; `join` forces it."""
    if not length and not insert:
        return
    if sections:
        last_length, last_insert = sections[-1]
        if not insert and insert == last_insert:
            sections[-1] = last_length + length, insert
            return
        if (not length and not last_length) or join:
            sections[-1] = last_length + length, (last_insert or "") + (insert or "")
            return
    sections.append((length, insert))


class _Cursor:
    """Walks over sections, whole or piece by piece."""

    __slots__ = ("_sections", "done", "index", "insert", "length", "offset", "size")

    def __init__(self, changes: ChangeSet) -> None:
        self._sections = changes.sections
        self.index = 0  # of the section after this one, so it names this one too
        self.next()

    def next(self) -> None:
        self.done = self.index >= len(self._sections)
        self.length, self.insert = (0, None) if self.done else self._sections[self.index]
        self.size = (
            self.length if self.insert is None else len(self.insert)
        )  # what is left of it in the new text
        self.index += 1
        self.offset = 0

    def forward(self, length: int) -> None:
        """By so much of the old text."""
        if length == self.length:
            self.next()
        else:
            self.length -= length
            self.offset += length

    def forward_new(self, length: int) -> None:
        """By so much of the new text."""
        if length == self.size:
            self.next()
        else:
            self.size -= length
            self.offset += length
            if self.insert is None:
                self.length -= length


def _map_apart(a: tuple[Section, ...], b: tuple[Section, ...]) -> tuple[Section, ...] | None:
    """As `_map`, a tenth of its cost, where each is one replacement and they do not touch, as people mostly write."""
    mine, other = _only_one(a), _only_one(b)
    if mine is None or other is None:
        return None
    start, length, insert, rest = mine
    at, gone, came, tail = other
    if start + length + rest != at + gone + tail:
        return None
    if start + length < at:
        rest += len(came) - gone
    elif at + gone < start:
        start += len(came) - gone
    else:
        return None
    before: tuple[Section, ...] = ((start, None),) if start else ()
    return (*before, (length, insert), (rest, None)) if rest else (*before, (length, insert))


def _only_one(sections: tuple[Section, ...]) -> tuple[int, int, str, int] | None:
    """Kept, replaced, by what, kept."""
    if len(sections) == 3:
        (start, kept), (length, insert), (rest, tail) = sections
        one = kept is None and tail is None
    elif len(sections) == 2 and sections[0][1] is None:
        (start, _), (length, insert), rest, one = *sections, 0, True
    elif len(sections) == 2:
        (length, insert), (rest, tail), start = *sections, 0
        one = tail is None
    else:
        return None
    return (start, length, insert, rest) if one and insert is not None else None


def _map(changes: ChangeSet, over: ChangeSet, *, before: bool) -> tuple[Section, ...]:
    sections: list[Section] = []
    a, b = _Cursor(changes), _Cursor(over)
    inserted = (
        0  # the section of `a` whose words are already in, for those that go in piece by piece
    )
    while not (a.done and b.done):
        if a.insert is None and b.insert is None:
            length = min(a.length, b.length)
            _add(sections, length, None)
            a.forward(length)
            b.forward(length)
        elif b.insert is not None and (
            a.insert is None
            or inserted == a.index
            or (not a.offset and (b.length < a.length or (b.length == a.length and not before)))
        ):
            # A change in `b` that starts before the next one in `a`; with it go the changes in `a` that it covers.
            left = b.length
            _add(sections, len(b.insert), None)
            while left:
                piece = min(a.length, left)
                if a.insert is not None and inserted < a.index and a.length <= piece:
                    _add(sections, 0, a.insert)
                    inserted = a.index
                a.forward(piece)
                left -= piece
            b.next()
        else:
            # A change in `a`, up to the next change in `b` that inserts.
            length, left = 0, a.length
            while left:
                if b.insert is None:
                    piece = min(left, b.length)
                    length += piece
                    left -= piece
                    b.forward(piece)
                elif not b.insert and b.length < left:
                    left -= b.length
                    b.next()
                else:
                    break
            _add(sections, length, a.insert if inserted < a.index else "")
            inserted = a.index
            a.forward(a.length - left)
    return tuple(sections)


def _compose(first: ChangeSet, second: ChangeSet) -> tuple[Section, ...]:
    sections: list[Section] = []
    a, b = _Cursor(first), _Cursor(second)
    open_ = False  # whether the last section goes on
    while not (a.done and b.done):
        if a.insert == "":
            _add(sections, a.length, "", join=open_)
            a.next()
        elif not b.length and not b.done:
            _add(sections, 0, b.insert, join=open_)
            b.next()
        else:
            length, count = min(a.size, b.length), len(sections)
            if a.insert is None:
                insert = b.insert if b.insert is None or not b.offset else ""
                _add(sections, length, insert, join=open_)
            else:
                if b.insert is None:
                    insert = a.insert[a.offset : a.offset + length]
                else:
                    insert = "" if b.offset else b.insert
                _add(sections, 0 if a.offset else a.length, insert, join=open_)
            grew = open_ or len(sections) > count
            open_ = grew and (
                (a.insert is not None and a.size > length)
                or (b.insert is not None and b.length > length)
            )
            a.forward_new(length)
            b.forward(length)
    return tuple(sections)
