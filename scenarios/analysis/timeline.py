"""The dated headings and list items of a story, in the order of their years."""

import re
from dataclasses import dataclass

_heading = re.compile(r" {0,3}#{1,6}(?:[ \t]+(?P<title>.*?))?(?:[ \t]+#+)?[ \t]*\Z")
_item = re.compile(r"[ \t]{0,12}(?:[-+*]|\d{1,9}[.)])[ \t]+(?P<title>.+?)[ \t]*\Z")
_fence = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})")
_year = re.compile(r"(?<!\d)(\d{4})(?:\s*[-–—/]\s*(\d{4}|\d{2}))?(?!\d)")
_signs = re.compile(r"[*_`]+")
_joint = " \t-–—:.,،؛()"


@dataclass(frozen=True, slots=True)
class Event:
    year: int
    when: str  # the year, or the years, as the text has them
    title: str


def events(text: str, base: int, horizon: int) -> list[Event]:
    """Headings such as "1994 — An election for some" whose year lies within the workshop's own.

    A list item counts when it begins with its year: further on, a year is only mentioned.
    """
    found = [
        event
        for title, leading in _dated(text)
        if (event := _event(title, base, horizon, leading=leading))
    ]
    return sorted(found, key=lambda event: event.year)


def _dated(text: str) -> list[tuple[str, bool]]:
    """What may carry a date, and whether the date has to lead it."""
    titles: list[tuple[str, bool]] = []
    fence = ""
    for line in text.splitlines():
        mark = _fence.match(line)
        if fence:
            if mark and mark["mark"].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif mark:
            fence = mark["mark"]
        elif (heading := _heading.match(line[:500])) and heading["title"]:
            titles.append((_signs.sub("", heading["title"]).strip(), False))
        elif item := _item.match(line[:500]):
            titles.append((_signs.sub("", item["title"]).strip(), True))
    return titles


def _event(title: str, base: int, horizon: int, *, leading: bool) -> Event | None:
    for match in _year.finditer(title):
        year = int(match[1])
        if base <= year <= horizon:
            leads = not title[: match.start()].strip(_joint)
            if leading and not leads:
                return None
            rest = title[match.end() :].strip(_joint) if leads else title
            return Event(year, re.sub(r"\s", "", match[0]), rest)
    return None
