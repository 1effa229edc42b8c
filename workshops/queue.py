"""What lies before a moderator: which contributions, in which order, and which comes next."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from workshops.appeals import flagged
from workshops.models import Contribution, Seat, StageKind

State = Contribution.State

WAITING: Final = "held"
APPEALED: Final = "appealed"
FLAGGED: Final = "flagged"
UNREAD: Final = "unread"
DECIDED_BY_ME: Final = "mine"

FAR: Final = 1000
"""So many are looked through for the neighbours of one."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an address asks for; anything it does not know counts as not asked."""

    show: str = WAITING
    kind: str = ""
    stage: str = ""

    @property
    def query(self) -> str:
        return urlencode({key: value for key, value in self._asked().items() if value})

    @property
    def elsewhere(self) -> str:
        """The same kind and stage, whatever is shown."""
        return urlencode({"kind": self.kind, "stage": self.stage})

    def _asked(self) -> dict[str, str]:
        return {"show": self.show, "kind": self.kind, "stage": self.stage}


def shows() -> list[tuple[str, str]]:
    return [
        (WAITING, _("Waiting")),
        (APPEALED, _("Appeals")),
        (FLAGGED, _("Flagged")),
        (UNREAD, _("Published unread")),
        (State.PUBLISHED, _("Published")),
        (State.RETURNED, _("Returned")),
        (State.REDACTED, _("Redacted")),
        (DECIDED_BY_ME, _("Decided by you")),
    ]


def chosen(asked: QueryDict) -> Chosen:
    show, kind, stage = (asked.get(key, "") for key in ("show", "kind", "stage"))
    return Chosen(
        show if show in dict(shows()) else WAITING,
        kind if kind in Contribution.Kind.values else "",
        stage if stage in StageKind.values else "",
    )


def found(seat: Seat, chosen: Chosen) -> QuerySet[Contribution]:
    """The longest waiting first; of what was decided, the newest."""
    within = Contribution.objects.within(seat.workshop)
    match chosen.show:
        case show if show == UNREAD:
            rows = within.undecided()
        case show if show == APPEALED:
            rows = within.filter(
                decisions__appeal__answered_at=None,
                decisions__appeal__isnull=False,
                decisions__version=F("version") - 1,
            )
        case show if show == FLAGGED:
            rows = within.filter(flagged()).distinct()
        case show if show == DECIDED_BY_ME:
            rows = within.filter(decisions__moderator=seat).distinct()
        case show:
            rows = within.filter(state=show)
    if chosen.kind:
        rows = rows.filter(kind=chosen.kind)
    if chosen.stage:
        rows = rows.filter(stage__kind=chosen.stage)
    oldest_first = chosen.show in {WAITING, UNREAD}
    return rows.order_by("created_at" if oldest_first else "-updated_at", "pk")


def neighbours(
    seat: Seat, chosen: Chosen, contribution: Contribution
) -> tuple[int | None, int | None]:
    """The ids before and after it; after one that is no longer there comes the first."""
    ids = list(found(seat, chosen).values_list("pk", flat=True)[:FAR])
    if contribution.pk not in ids:
        return None, ids[0] if ids else None
    place = ids.index(contribution.pk)
    before, after = ids[:place], ids[place + 1 :]
    return before[-1] if before else None, after[0] if after else None
