"""What happened, told in sentences: for the workshop's page and for digests.

The app above registers how a scenario is called and where it is found; here only its number is known.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workshops.contributions import kind_of
from workshops.models import Activity, Seat, Stage, Workshop
from workshops.permissions import Can

Verb = Activity.Verb


@dataclass(frozen=True)
class Line:
    text: str
    url: str
    at: datetime
    seat: Seat | None


@dataclass(frozen=True)
class Story:
    title: str
    url: str


Finder = Callable[[Workshop, Collection[int]], dict[int, Story]]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """`finder` gives the scenarios of these numbers, with one query."""
    _finders.append(finder)


def lines(
    workshop: Workshop, happened: Iterable[Activity], can: frozenset[Can], stage: Stage | None
) -> list[Line]:
    """A sentence each; the writing of one seat in one scenario is told once, when it was last.

    Pass activity with seat, stage and contribution selected, newest first, what the reader can do, and the open
    stage: a line leads nowhere that would not open. Under the Chatham House rule nobody is named.
    """
    happened = list(happened)
    numbers = {one.scenario for one in happened if one.scenario is not None}
    stories: dict[int, Story] = {}
    for finder in _finders if numbers else []:
        stories |= finder(workshop, numbers)
    told: set[tuple[int | None, int | None]] = set()
    found = []
    for one in happened:
        if workshop.unnamed:
            one.seat = None
        if one.verb == Verb.DRAFTED:
            if (one.seat_id, one.scenario) in told:
                continue
            told.add((one.seat_id, one.scenario))
        found.append(_line(one, stories.get(one.scenario or 0), _opens(one, can, stage)))
    return found


def _opens(one: Activity, can: frozenset[Can], stage: Stage | None) -> bool:
    """What an open stage has gathered opens to those who may read it."""
    if one.contribution is None or Can.READ_OPEN in can:
        return True
    return stage is None or one.contribution.stage_id != stage.pk


def _line(one: Activity, story: Story | None, opens: bool) -> Line:
    who = one.seat.pseudonym if one.seat and one.seat.pseudonym else _("Somebody")
    url = story.url if story else ""
    if one.contribution is not None and opens:
        url = kind_of(one.contribution).url(one.contribution)
    return Line(text=_text(one, who, story), url=url, at=one.at, seat=one.seat)


_SENTENCES = {
    Verb.OPENED_WORKSHOP: gettext_lazy("%(who)s opened the workshop."),
    Verb.TOOK_SEAT: gettext_lazy("%(who)s took a seat."),
    Verb.SCHEDULED: gettext_lazy("A session was scheduled."),
    Verb.OPENED_STAGE: gettext_lazy("%(stage)s opened."),
    Verb.CLOSED_STAGE: gettext_lazy("%(stage)s closed."),
    Verb.CONTRIBUTED: gettext_lazy("New from %(who)s: %(what)s."),
    Verb.DECIDED: gettext_lazy("A moderator decided: %(what)s."),
    Verb.DRAFTED: gettext_lazy("%(who)s wrote in a draft."),
    Verb.ASKED_CONSENT: gettext_lazy("%(who)s asks for consent."),
    Verb.SETTLED: gettext_lazy("Positions were closed. Their outcome can be read."),
    Verb.ARRANGED_GROUPS: gettext_lazy("The drafting groups were arranged."),
    Verb.REVEALED_FORCES: gettext_lazy("%(who)s showed the driving forces to everyone."),
    Verb.FROZE_FORCES: gettext_lazy("%(who)s froze the list of driving forces."),
    Verb.REVEALED_RANKING: gettext_lazy("%(who)s showed everyone how the forces were rated."),
    Verb.RELEASED: gettext_lazy("The workshop's report was released."),
}


def _text(one: Activity, who: str, story: Story | None) -> str:
    if one.verb == Verb.DRAFTED and story is not None:
        return _("%(who)s wrote in “%(title)s”.") % {"who": who, "title": story.title}
    stage = one.stage.get_kind_display() if one.stage else ""
    what = one.contribution.get_kind_display() if one.contribution else ""
    return str(_SENTENCES[Verb(one.verb)]) % {"who": who, "stage": stage, "what": what}
