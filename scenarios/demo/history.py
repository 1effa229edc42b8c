"""How the demo's texts were written: steps from the data, replayed as edits of the size people type."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from scenarios.live.changeset import ChangeSet, units

HERE = Path(__file__).parent
HOME_TIME = ZoneInfo("Africa/Johannesburg")
KEYS_A_SECOND = 4
# A burst ends with the end of a clause, or with the first space after this many characters.
BURST = re.compile(r".{1,28}?(?:[.,;:!?]+[\"*”]*\s+|\n+|$)|.{20,48}?\s+|.+", re.DOTALL)
WORDS = re.compile(r"\s+|[^\s]+")


class BrokenHistory(ValueError):
    """A step does not fit the text as it then stood."""


@dataclass(frozen=True)
class Burst:
    """One edit: at `position`, the characters of `gone` give way to `put`."""

    seat: str
    when: datetime
    client: str
    sequence: int
    position: int
    gone: str
    put: str
    text: str = field(repr=False)  # the whole text afterwards

    def changes(self) -> list[Any]:
        """CodeMirror's JSON form of this edit."""
        before, after = self.text[: self.position], self.text[self.position + len(self.put) :]
        sections = [
            (len(units(before)), None),
            (len(units(self.gone)), units(self.put)),
            (len(units(after)), None),
        ]
        return ChangeSet(tuple(section for section in sections if section != (0, None))).to_json()


def moment(said: str, now: datetime) -> datetime:
    """Read "9d 18:40" (nine days ago, on the clock in Johannesburg), "in 9d 18:00", "5h" or "70m" ago."""
    if match := re.fullmatch(r"(in )?(\d+)d (\d\d):(\d\d)", said):
        days, hour, minute = map(int, match.groups()[1:])
        date = now.astimezone(HOME_TIME).date() + timedelta(days=days if match[1] else -days)
        return datetime.combine(date, time(hour, minute), HOME_TIME)
    if match := re.fullmatch(r"(\d+)([hm])", said):
        count = int(match[1])
        return now - (timedelta(hours=count) if match[2] == "h" else timedelta(minutes=count))
    raise BrokenHistory(f"no such moment: {said}")


def stories() -> dict[str, dict[str, Any]]:
    """Every draft's data by slug, in the order of the scenario logic."""
    slugs = ["ostrich", "lame-duck", "icarus", "flight-of-the-flamingos"]
    return {
        slug: {"slug": slug} | tomllib.loads((HERE / "drafts" / f"{slug}.toml").read_text("utf-8"))
        for slug in slugs
    }


def written(slug: str) -> str:
    """The story as it stands after the last step, kept beside the steps so that it can be read."""
    return (HERE / "drafts" / f"{slug}.md").read_text("utf-8").rstrip("\n")


def replay(story: dict[str, Any], now: datetime) -> Iterator[Burst]:
    """Every step of a story as the edits it was typed in."""
    text = ""
    latest: datetime | None = None
    for number, step in enumerate(story["steps"]):
        clock = moment(step["when"], now)
        if latest is not None and clock <= latest:
            raise BrokenHistory(f"{story['slug']}: {step['when']} is not after the step before")
        client = f"demo-{story['slug'][:12]}-{number:02d}"
        for sequence, (position, gone, put) in enumerate(typed(text, step), start=1):
            text = text[:position] + put + text[position + len(gone) :]
            clock += timedelta(seconds=2 + len(gone + put) / KEYS_A_SECOND)
            yield Burst(step["seat"], clock, client, sequence, position, gone, put, text)
        latest = clock


def typed(text: str, step: dict[str, str]) -> Iterator[tuple[int, str, str]]:
    """(position, gone, put) for each burst of a step, in order of typing."""
    put = step["put"]
    if find := step.get("find"):
        yield from rewritten(place(text, find), find, put)
    elif after := step.get("after"):
        yield from inserted(place(text, after) + len(after), put)
    elif below := step.get("below"):
        end = text.find("\n", place(text, below) + len(below))
        yield from inserted(len(text) if end < 0 else end, "\n\n" + put.strip())
    else:
        yield from inserted(place(text, ""), put.strip())


def place(text: str, passage: str) -> int:
    if not passage and not text:
        return 0
    if not passage or text.count(passage) != 1:
        raise BrokenHistory(f"found {text.count(passage)} times: {passage!r}")
    return text.index(passage)


def inserted(position: int, put: str) -> Iterator[tuple[int, str, str]]:
    for burst in BURST.findall(put):
        yield position, "", burst
        position += len(burst)


def rewritten(position: int, old: str, new: str) -> Iterator[tuple[int, str, str]]:
    """Only the words that differ: struck out first, then typed anew."""
    before, after = WORDS.findall(old), WORDS.findall(new)
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        gone, put = "".join(before[from_old:to_old]), "".join(after[from_new:to_new])
        if tag != "equal":
            if gone:
                yield position, gone, ""
            yield from inserted(position, put)
        position += len(put)
