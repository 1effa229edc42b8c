"""Reading a list of people as it comes out of a spreadsheet, a mail program or somebody's notes.

Pure: text in, lines out. What is not one plain address is never guessed into one.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

MOST_LINES: Final = 2000
HEADERS: Final = {
    "address": {
        "address", "email", "e-mail", "mail", "email address", "e-mail address",
        "البريد", "البريد الإلكتروني", "العنوان", "عنوان البريد الإلكتروني",
    },
    "side": {"side", "constituency", "group", "الطرف", "طرف"},
    "language": {"language", "lang", "اللغة", "لغة"},
}  # fmt: skip
_PLAIN = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


class Unreadable(ValueError):
    """The list as a whole cannot be read; says why in one word: `long` or `broken`."""


@dataclass(frozen=True)
class Line:
    """One line with something in it. `address` is what stands there, plain or not; several if there were several."""

    number: int
    address: str
    side: str = ""
    language: str = ""

    @property
    def plain(self) -> bool:
        """One address and nothing else, of a kind that mail can be sent to from here."""
        return len(self.address) <= 254 and _PLAIN.fullmatch(self.address) is not None


def decode(raw: bytes) -> str:
    """Whatever the file was saved as: UTF-8 or UTF-16, with a mark or without, or one of the old alphabets."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", "replace")
    elif raw[1::2].count(0) > len(raw) // 4:
        text = raw.decode("utf-16-le", "replace")
    elif raw[::2].count(0) > len(raw) // 4:
        text = raw.decode("utf-16-be", "replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
    return text.removeprefix("\ufeff").replace("\0", "\ufffd")


def read(text: str) -> list[Line]:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > 2 * MOST_LINES:
        raise Unreadable("long")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_divider(text))
    columns: dict[str, int] | None = None
    lines: list[Line] = []
    begins = 1
    try:
        for row in rows:
            number, begins = begins, rows.line_num + 1
            cells = [cell.strip(" \t\u00a0") for cell in row]
            if not any(cells):
                continue
            if columns is None:
                columns = _columns(cells)
                if columns:
                    continue
            lines.append(_line(number, cells, columns))
            if len(lines) > MOST_LINES:
                raise Unreadable("long")
    except csv.Error:
        raise Unreadable("broken") from None
    return lines


def write(rows: Iterable[Sequence[str | int]]) -> str:
    """As a file that a spreadsheet opens without running anything in it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow([_harmless(str(cell)) for cell in row])
    return "\ufeff" + out.getvalue()


def _harmless(cell: str) -> str:
    return (
        f"'{cell}"
        if cell.lstrip().startswith(_RUN_BY_SPREADSHEETS) or cell != cell.lstrip()
        else cell
    )


def _divider(text: str) -> str:
    first = next((line for line in text.split("\n") if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", first)
    return max("\t;,", key=unquoted.count)


def _columns(cells: list[str]) -> dict[str, int]:
    """Where each column stands, if these are its headings; nothing if they are not."""
    if any("@" in cell for cell in cells):
        return {}
    found = {
        name: place
        for place, cell in reversed(list(enumerate(cells)))
        for name, words in HEADERS.items()
        if cell.casefold() in words
    }
    return found if "address" in found else {}


def _line(number: int, cells: list[str], columns: dict[str, int] | None) -> Line:
    if not columns:
        with_at = [cell for cell in cells if "@" in cell]
        return Line(number, ", ".join(with_at or cells[:1]))
    found = {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
    return Line(number, found["address"], found.get("side", ""), found.get("language", ""))
