"""The promises of docs/style-guide.md that a program can keep an eye on."""

import gzip
import re
from itertools import chain
from pathlib import Path

import pytest
from django import forms
from django.template.loader import render_to_string

ROOT = Path(__file__).resolve().parents[2]
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text()
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "emails" not in path.parts and "email" not in path.parts]

READ = 4.5
SEEN = 3.0
PAIRS = [
    *((text, ground, READ) for text in ("ink", "soft", "accent") for ground in ("paper", "tint")),
    *((state, "paper", READ) for state in ("good", "warn", "danger")),
    *((state, f"{state}-tint", READ) for state in ("good", "warn", "danger")),
    *(("ink", f"{state}-tint", READ) for state in ("good", "warn", "danger")),
    ("accent", "accent-tint", READ),
    ("paper", "danger", READ),
    ("on-action", "action", READ),
    ("on-action", "action-strong", READ),
    *((f"hue-{number}", "paper", READ) for number in range(8)),
    *((sign, "paper", SEEN) for sign in ("edge", "coral", "focus", "agree", "disagree")),
    ("edge", "tint", SEEN),
]


def tokens(selector: str) -> dict[str, str]:
    block = TOKENS[TOKENS.index(selector) :]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[: block.index("}")]))


LIGHT = tokens(":root {")
DARK = tokens(':root[data-theme="dark"]')


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_can_be_read_on_its_ground(theme: dict[str, str]) -> None:
    faint = [
        (over, ground, round(contrast(theme[over], theme[ground]), 2))
        for over, ground, least in PAIRS
        if contrast(theme[over], theme[ground]) < least
    ]

    assert faint == []


def test_the_stored_and_the_systems_dark_are_the_same() -> None:
    assert tokens(':root:not([data-theme="light"])') == DARK
    assert DARK.keys() == LIGHT.keys()


def test_all_style_sheets_together_stay_small() -> None:
    everything = b"".join(path.read_bytes() for path in SHEETS)

    assert len(gzip.compress(everything)) <= 12_000


def test_style_sheets_read_from_either_side() -> None:
    sided = re.compile(
        r"^\s*((?:margin|padding|border)-(?:left|right|top|bottom)[\w-]*|left|right|top|bottom"
        r"|(?:min-|max-)?(?:width|height)|(?:text-align|float): (?:left|right))\b.*[:;]",
        re.MULTILINE,
    )
    found = {
        path.name: sided.findall(re.sub(r"@media[^{]*", "", path.read_text())) for path in SHEETS
    }

    assert {name: sides for name, sides in found.items() if sides} == {}


def test_no_template_carries_style_or_script_of_its_own() -> None:
    inline = re.compile(
        r"\sstyle=|<style|\son\w+=\"|<script(?![^>]*\b(?:src|type=\"application/json\"))"
    )
    found = [str(path.relative_to(ROOT)) for path in PAGES if inline.search(path.read_text())]

    assert found == []


def test_every_class_of_a_shared_template_exists() -> None:
    known = set(re.findall(r"\.([a-z][\w-]*)", "".join(path.read_text() for path in SHEETS)))
    shared = [
        *(ROOT / "templates").glob("*.html"),
        *(ROOT / "templates" / "django").rglob("*.html"),
    ]
    used = set(
        chain.from_iterable(
            names.split()
            for path in shared
            for names in re.findall(r'class="([^"{]*)"', path.read_text())
        )
    )

    assert used - known == set()


class Question(forms.Form):
    question = forms.CharField(max_length=5, help_text="One sentence.")
    why = forms.CharField(required=False)
    template = forms.ChoiceField(
        choices=[("axes", "Two axes"), ("chain", "A chain")], widget=forms.RadioSelect
    )
    rules = forms.BooleanField(label="I have read the rules")


def test_a_form_says_on_top_and_beside_the_field_what_is_wrong() -> None:
    shown = str(Question({"question": "much too long", "template": "axes", "rules": "on"}))

    assert 'class="error-summary" role="alert"' in shown
    assert 'href="#id_question"' in shown
    assert shown.count('id="id_question_error"') == 1
    assert 'aria-describedby="id_question_helptext id_question_error"' in shown
    assert shown.count("data-invalid") == 1


def test_a_fresh_form_accuses_nobody_and_marks_what_may_stay_empty() -> None:
    shown = str(Question())

    assert "error-summary" not in shown
    assert shown.count("(optional)") == 1
    assert shown.count("<fieldset") == shown.count("<legend") == 1
    assert shown.count('<label class="choice"') == 3


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "413", "429", "500"])
def test_an_error_page_stands_without_a_request_and_offers_a_way_on(page: str) -> None:
    shown = render_to_string(f"{page}.html")

    assert shown.count("<h1") == 1
    assert 'href="/"' in shown
    assert "<form" not in shown
