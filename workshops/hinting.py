"""Hints in words, for moderators and authors alike."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from workshops.hints import Hint, What


@dataclass(frozen=True, slots=True)
class Labelled:
    label: str
    words: list[str]


def labelled(found: Iterable[Hint]) -> list[Labelled]:
    """A line for each kind of hint that was found."""
    labels = {
        What.SHOULD: _("Says what should happen?"),
        What.WILL: _("Says what will happen?"),
        What.NAME: _("Names a person?"),
        What.NUMBER: _("A telephone number?"),
        What.ADDRESS: _("An address?"),
    }
    by_kind: dict[What, list[str]] = {}
    for hint in found:
        by_kind.setdefault(hint.what, []).append(hint.words)
    return [Labelled(labels[what], words) for what, words in by_kind.items()]
