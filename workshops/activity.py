"""What happened, told in sentences: for the workshop's page and for digests."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


_SENTENCES = {
    Verb.OPENED_WORKSHOP: gettext_lazy("%(who)s opened the workshop."),
    Verb.TOOK_SEAT: gettext_lazy("%(who)s took a seat."),
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


def _text(one: Activity, who: str) -> str:
    stage = one.stage.get_kind_display() if one.stage else ""
    what = one.contribution.get_kind_display() if one.contribution else ""
    return str(_SENTENCES[Verb(one.verb)]) % {"who": who, "stage": stage, "what": what}
