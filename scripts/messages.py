"""The words on screen and their translations: `update` the catalogues, `compile` or `check` them.

Django's own makemessages and compilemessages need GNU gettext on the machine; Babel does not.
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import django
from babel.messages import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
APPS = ("config", "participants", "workshops", "scenarios")
TEMPLATES = (".html", ".txt", ".md", ".svg")
CALLS = {"_"} | {
    name + ending
    for name in ("gettext", "ngettext", "pgettext", "npgettext")
    for ending in ("", "_lazy", "_noop")
}
# Dates and tool names would change at every run, and with them every diff.
UNSTABLE_HEADER = re.compile(
    rb'^"(POT-Creation-Date|PO-Revision-Date|Report-Msgid-Bugs-To|Generated-By|Last-Translator|Language-Team'
    rb"|Project-Id-Version):.*\n",
    re.MULTILINE,
)


def sources() -> Iterator[tuple[str, BinaryIO]]:
    """Every file that may hold words for people, templates rewritten as the Python they stand for."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), BytesIO(path.read_bytes())
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in TEMPLATES:
            # What is not words becomes X's; without their indentation those are Python too.
            python = re.sub(r"^[ \t]+", "", templatize(path.read_text("utf-8")), flags=re.MULTILINE)
            yield path.relative_to(ROOT).as_posix(), BytesIO(python.encode())


def extracted() -> Catalog:
    found = Catalog(charset="utf-8")
    for name, source in sources():
        # Only the names matter to the extractor: it hands over every argument that is a literal.
        calls: Any = dict.fromkeys(CALLS)
        for _, function, message, comments in extract_python(
            source, calls, ["Translators:"], {"encoding": "utf-8"}
        ):
            add(found, name, function, message, comments)
    return found


def add(found: Catalog, name: str, function: Any, message: Any, comments: Any) -> None:
    arguments = list(message) if isinstance(message, tuple) else [message]
    context = arguments.pop(0) if "pgettext" in function else None
    words = arguments[:2] if function.startswith("n") else arguments[:1]
    if not all(isinstance(word, str) and word for word in words):
        return  # not a literal: nothing a translator could see
    found.add(
        tuple(words) if len(words) > 1 else words[0],
        locations=[(name, 1)],
        auto_comments=comments or [],
        context=context,
        flags=["python-format"] if re.search(r"%\(\w+\)[sd]", words[0]) else [],
    )


def updated(path: Path) -> bytes:
    """The catalogue at `path` with today's words: translations kept, words no longer used dropped."""
    language = path.parent.parent.name
    catalog = read_po(BytesIO(path.read_bytes()), locale=language)
    catalog.update(extracted(), no_fuzzy_matching=True)
    written = BytesIO()
    write_po(
        written, catalog, width=110, sort_by_file=True, ignore_obsolete=True, include_lineno=False
    )
    return UNSTABLE_HEADER.sub(b"", written.getvalue()).lstrip()


def problems(path: Path) -> Iterator[str]:
    catalog = read_po(
        BytesIO(path.read_bytes()), locale=path.parent.parent.name, abort_invalid=True
    )
    where = path.relative_to(ROOT)
    for message, errors in catalog.check():
        for error in errors:
            yield f"{where}:{message.lineno}: {error}"
    if path.read_bytes() != updated(path):
        yield f"{where} is behind the source: run `make messages`."
    for message in catalog:
        translated = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (message.fuzzy or not all(translated)):
            yield f"{where}:{message.lineno}: no translation yet: {message.id!r}"


def compile_catalogue(path: Path) -> None:
    catalog = read_po(
        BytesIO(path.read_bytes()), locale=path.parent.parent.name, abort_invalid=True
    )
    with path.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, catalog)


def main(command: str) -> int:
    if not settings.configured:
        settings.configure(USE_I18N=False)
        django.setup()
    found: list[str] = []
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        if command == "update":
            path.write_bytes(updated(path))
        elif command == "check":
            found += problems(path)
        if command != "check":
            compile_catalogue(path)
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["update"], ["compile"], ["check"]):
        sys.exit("Usage: messages.py update | compile | check")
    sys.exit(main(sys.argv[1]))
