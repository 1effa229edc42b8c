"""Every word on screen is in every catalogue, translated, and says what the source says."""

import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from string import Formatter

import messages
import pytest
from babel.messages import Message
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

CATALOGUES = sorted(messages.LOCALE.glob("*/LC_MESSAGES/*.po"))
WHAT_TO_DO = "Run `make messages`, translate what is empty in the catalogue, and run this again."
each_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])

PERCENT = re.compile(r"%\(\w+\)[sd]|%[sd]")
TAG = re.compile(r"</?\w+")


def words(path: Path) -> list[Message]:
    catalogue = read_po(BytesIO(path.read_bytes()), locale=path.parts[-3], abort_invalid=True)
    return [message for message in catalogue if message.id]


def sources(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, (list, tuple)) else (message.id,)


def translations(message: Message) -> tuple[str, ...]:
    found = message.string
    return tuple(found) if isinstance(found, (list, tuple)) else (found or "",)


def placeholders(text: str) -> set[str]:
    braces = {f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name}
    return set(PERCENT.findall(text)) | braces


@each_catalogue
def test_every_word_on_screen_is_in_the_catalogue(path: Path) -> None:
    here = {(message.context, sources(message)) for message in words(path)}
    now = {(message.context, sources(message)) for message in messages.extracted() if message.id}

    assert sorted(now - here, key=str) == [], f"New words. {WHAT_TO_DO}"
    assert sorted(here - now, key=str) == [], f"Words that nothing says any more. {WHAT_TO_DO}"


@each_catalogue
def test_every_word_is_translated_in_all_its_plural_forms(path: Path) -> None:
    untranslated = [
        sources(message)[0]
        for message in words(path)
        if message.fuzzy or not all(text and text.strip() for text in translations(message))
    ]

    assert untranslated == [], f"Not translated. {WHAT_TO_DO}"


@each_catalogue
def test_translations_keep_what_is_filled_in_and_the_tags(path: Path) -> None:
    lost = []
    for message in words(path):
        wanted = placeholders(" ".join(sources(message)))
        tags = sorted(TAG.findall(sources(message)[-1]))
        for number, text in enumerate(translations(message)):
            # "No code", "one code", "two codes" need no figure.
            spoken = len(translations(message)) > 2 and number < 3
            found = placeholders(text)
            fits = found <= wanted if spoken else found == wanted
            if not fits or sorted(TAG.findall(text)) != tags:
                lost.append((sources(message)[0], text))

    assert lost == []


@each_catalogue
def test_nobody_is_shouted_at_in_either_language(path: Path) -> None:
    shouts = [
        text
        for message in words(path)
        for text in (*sources(message), *translations(message))
        if "!" in text
    ]

    assert shouts == []


def test_a_new_word_is_told_apart_from_a_translated_one(tmp_path: Path) -> None:
    """The catalogue check that a build runs says so, too."""
    path = messages.LOCALE / "ar" / "LC_MESSAGES" / "django.po"
    known = path.read_bytes()
    left_out = known.replace(b'msgid "Glossary"\n', b'msgid "Glosary"\n')
    assert left_out != known
    elsewhere = tmp_path / "ar" / "LC_MESSAGES" / "django.po"
    elsewhere.parent.mkdir(parents=True)
    elsewhere.write_bytes(left_out)

    assert b'msgid "Glossary"\nmsgstr ""\n' in messages.updated(elsewhere)
    assert b"Glosary" not in messages.updated(elsewhere)


def test_arabic_numbers_take_their_six_forms() -> None:
    with translation.override("ar"):
        said = [
            ngettext("%(waiting)s waits for your answer.", "%(waiting)s wait for your answer.", n)
            % {"waiting": n}
            for n in (0, 1, 2, 7, 11, 100)
        ]

    assert said == [
        "لا شيء ينتظر إجابتك.",
        "افتراض واحد ينتظر إجابتك.",
        "افتراضان ينتظران إجابتك.",
        "7 افتراضات تنتظر إجابتك.",
        "11 افتراضًا ينتظر إجابتك.",
        "100 افتراض ينتظر إجابتك.",
    ]


def test_what_set_up_compiled_is_what_the_catalogue_says() -> None:
    with translation.override("ar"):
        assert gettext("Glossary") == "المسرد"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "4 March 1992, 19:05"), ("ar", "4 مارس 1992، 19:05")],
)
def test_a_moment_is_written_as_its_language_writes_it(language: str, said: str) -> None:
    moment = datetime(1992, 3, 4, 19, 5, tzinfo=UTC)
    with translation.override(language):
        assert date_format(moment, "DATETIME_FORMAT") == said
