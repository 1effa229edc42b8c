"""What happened, told in sentences: for the workshop's page and for digests."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from workshops.contributions import kind_of
from workshops.models import Activity, Seat, Workshop

Verb = Activity.Verb


@dataclass(frozen=True)
class Line:
    text: str
    url: str
    at: datetime
    seat: Seat | None


def lines(workshop: Workshop, happened: Iterable[Activity]) -> list[Line]:
    """A sentence each. Pass activity with seat, stage and contribution selected.

    Under the Chatham House rule nobody is named.
    """
    unnamed = workshop.attribution == Workshop.Attribution.CHATHAM
    return [_line(one, unnamed=unnamed) for one in happened]


def _line(one: Activity, *, unnamed: bool) -> Line:
    seat = None if unnamed else one.seat
    who = seat.pseudonym if seat and seat.pseudonym else _("Somebody")
    url = ""
    if one.contribution_id is not None and one.contribution is not None:
        url = kind_of(one.contribution).url(one.contribution)
    return Line(text=_text(one, who), url=url, at=one.at, seat=seat)


def _text(one: Activity, who: str) -> str:
    stage = one.stage.get_kind_display() if one.stage else ""
    what = one.contribution.get_kind_display() if one.contribution else ""
    match one.verb:
        case Verb.OPENED_WORKSHOP:
            return _("%(who)s opened the workshop.") % {"who": who}
        case Verb.TOOK_SEAT:
            return _("%(who)s took a seat.") % {"who": who}
        case Verb.OPENED_STAGE:
            return _("%(stage)s opened.") % {"stage": stage}
        case Verb.CLOSED_STAGE:
            return _("%(stage)s closed.") % {"stage": stage}
        case Verb.CONTRIBUTED:
            return _("New from %(who)s: %(what)s.") % {"who": who, "what": what}
        case Verb.DECIDED:
            return _("A moderator decided: %(what)s.") % {"what": what}
        case Verb.DRAFTED:
            return _("%(who)s wrote in a draft.") % {"who": who}
        case Verb.ARRANGED_GROUPS:
            return _("The drafting groups were arranged.")
        case _:
            return _("The workshop's report was released.")
