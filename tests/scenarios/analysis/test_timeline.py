import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.timeline import Event, events


@pytest.mark.parametrize(
    ("heading", "event"),
    [
        ("## 1994 — An election for some", Event(1994, "1994", "An election for some")),
        ("# 1994", Event(1994, "1994", "")),
        ("### 1994: *Two* taxes ###", Event(1994, "1994", "Two taxes")),
        ("## The hall in 1994", Event(1994, "1994", "The hall in 1994")),
        ("## The same hall, 1994", Event(1994, "1994", "The same hall, 1994")),
        ("## By 1994 the chairs are gone", Event(1994, "1994", "By 1994 the chairs are gone")),
        ("## 1994–96 — Two countries", Event(1994, "1994–96", "Two countries")),
        ("## 1994 - 1996", Event(1994, "1994-1996", "")),
        ("## ١٩٩٤ — انتخابات للبعض", Event(1994, "١٩٩٤", "انتخابات للبعض")),
        ("## After 1066 and before 1994", Event(1994, "1994", "After 1066 and before 1994")),
        ("- 1994: An election for some", Event(1994, "1994", "An election for some")),
        ("  * **1994** Two taxes", Event(1994, "1994", "Two taxes")),
        ("3. 1994–96 — Two countries", Event(1994, "1994–96", "Two countries")),
    ],
)
def test_a_dated_heading_is_an_event(heading: str, event: Event) -> None:
    assert events(f"Before.\n\n{heading}\n\nAfter.", 1992, 2002) == [event]


@pytest.mark.parametrize(
    "text",
    [
        "In 1994 it rained.",
        "- It rained in 1994.",
        "-1994",
        "1994. It rained.",
        "```\n- 1994\n```",
        "## 1991 — Too early",
        "## 2003 — Too late",
        "## 19945 votes",
        "##1994",
        "```\n## 1994\n```",
        "~~~\n```\n## 1994\n~~~",
        "    ## 1994",
        "####### 1994",
        "##",
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert events(text, 1992, 2002) == []


def test_events_stand_in_the_order_of_their_years() -> None:
    found = events("## 1999 b\n## 1994 a\n## 1999 c", 1992, 2002)

    assert [(event.year, event.title) for event in found] == [(1994, "a"), (1999, "b"), (1999, "c")]


@given(st.text())
def test_any_text_has_a_timeline(text: str) -> None:
    assert all(1992 <= event.year <= 2002 for event in events(text, 1992, 2002))


def test_hostile_headings_take_no_time() -> None:
    assert events("# " + " #" * 500_000 + "\n# " + "1" * 500_000, 1, 9999) == []
