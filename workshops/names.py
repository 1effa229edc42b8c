"""The names people go by in one workshop."""

import random
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants.models import Participant
from workshops.models import Seat, Workshop

_JOINERS = "\u200c\u200d"  # part of how some languages are written
_NEUTRAL = [
    gettext_lazy("Heron"),
    gettext_lazy("Juniper"),
    gettext_lazy("Lantern"),
    gettext_lazy("Saffron"),
    gettext_lazy("Harbour"),
    gettext_lazy("Willow"),
    gettext_lazy("Kestrel"),
    gettext_lazy("Almond"),
    gettext_lazy("Granite"),
    gettext_lazy("Swallow"),
    gettext_lazy("Cedar"),
    gettext_lazy("Meadow"),
    gettext_lazy("Compass"),
    gettext_lazy("Olive"),
    gettext_lazy("Plover"),
    gettext_lazy("Thimble"),
    gettext_lazy("Basalt"),
    gettext_lazy("Clover"),
    gettext_lazy("Pelican"),
    gettext_lazy("Tamarisk"),
    gettext_lazy("Lighthouse"),
    gettext_lazy("Quince"),
    gettext_lazy("Sparrow"),
    gettext_lazy("Marble"),
]


def tidy(name: str) -> str:
    """One way to write each name; raises ValidationError for what cannot be seen or is not a name."""
    name = " ".join(unicodedata.normalize("NFKC", name).split())
    hidden = any(
        unicodedata.category(sign).startswith("C") and sign not in _JOINERS for sign in name
    )
    if hidden or not any(sign.isalnum() for sign in name):
        raise ValidationError(_("Choose a name of letters that can be seen."))
    return name


def suggest(workshop: Workshop, count: int = 4) -> list[str]:
    """Names that say nothing about anybody, and that nobody here goes by."""
    taken = {name.casefold() for name in workshop.seats.values_list("pseudonym", flat=True)}
    free = [name for name in map(str, _NEUTRAL) if name.casefold() not in taken]
    return random.sample(free, min(count, len(free)))


def links(name: str, *, attribution: str, person: Participant) -> bool:
    """Would this name connect the person's seat here with one elsewhere? Real names may be repeated."""
    elsewhere = Seat.objects.of(person).filter(pseudonym__iexact=name)
    if attribution == Workshop.Attribution.NAMED:
        elsewhere = elsewhere.exclude(workshop__attribution=attribution)
    return elsewhere.exists()


def refuse_link() -> ValidationError:
    return ValidationError(
        _(
            "You go by this name in another workshop. Choose another, so that nobody connects the two."
        )
    )
