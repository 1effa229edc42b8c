"""The dated headings of a story, in the order of their years."""

import re
from dataclasses import dataclass

_heading = re.compile(r" {0,3}#{1,6}(?:[ \t]+(?P<title>.*?))?(?:[ \t]+#+)?[ \t]*\Z")
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
    """Headings such as "1994 — An election for some" whose year lies within the workshop's own."""
    found = [event for title in _headings(text) if (event := _event(title, base, horizon))]
    return sorted(found, key=lambda event: event.year)


def _headings(text: str) -> list[str]:
    titles: list[str] = []
    fence = ""
    for line in text.splitlines():
        mark = _fence.match(line)
        if fence:
            if mark and mark["mark"].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif mark:
            fence = mark["mark"]
        elif (heading := _heading.match(line[:500])) and heading["title"]:
            titles.append(_signs.sub("", heading["title"]).strip())
    return titles


def _event(title: str, base: int, horizon: int) -> Event | None:
    for match in _year.finditer(title):
        year = int(match[1])
        if base <= year <= horizon:
            leads = not title[: match.start()].strip(_joint)
            rest = title[match.end() :].strip(_joint) if leads else title
            return Event(year, re.sub(r"\s", "", match[0]), rest)
    return None
