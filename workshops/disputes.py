"""Where we differ: a word meant otherwise, a claim that not everybody takes for settled."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from workshops import contributions
from workshops.contributions import kind_of
from workshops.models import Contribution, Dispute, Seat
from workshops.permissions import Can, require

State = Contribution.State
DISPUTABLE = frozenset({Contribution.Kind.TERM, Contribution.Kind.EVIDENCE})


class Gone(Exception):
    """What was to be disputed is not published any more."""


@transaction.atomic
def dispute(
    contribution: Contribution, *, reason: str, names_side: bool, client_key: UUID, by: Seat
) -> Dispute:
    require(by, Can.PROPOSE)
    locked = Contribution.objects.select_for_update().get(pk=contribution.pk)
    if locked.state != State.PUBLISHED or locked.kind not in DISPUTABLE:
        raise Gone
    if locked.seat_id == by.pk:
        raise PermissionDenied(_("It is your own. Word it anew, or take it back."))
    row, _new = contributions.contribute(
        Dispute,
        Contribution.Kind.DISPUTE,
        by=by,
        client_key=client_key,
        of=locked,
        reason=reason,
        names_side=names_side and by.constituency_id is not None,
    )
    return row


@transaction.atomic
def withdraw(dispute: Dispute, *, by: Seat) -> None:
    require(by, Can.PROPOSE)
    locked = Contribution.objects.select_for_update().get(pk=dispute.pk)
    if locked.seat_id != by.pk:
        raise PermissionDenied(_("Only who put it in can change it."))
    if locked.state not in {State.WITHDRAWN, State.REDACTED}:
        locked.state = State.WITHDRAWN
        locked.version += 1
        locked.save(update_fields=["state", "version", "updated_at"])


def shown_to(seat: Seat | None) -> "Prefetch[str]":
    """With each contribution the disputes that may be read, as `shown_disputes`; for reports without a seat."""
    readable = Q(state=State.PUBLISHED)
    if seat is not None:
        readable |= Q(seat=seat) & ~Q(state=State.WITHDRAWN)
    rows = Dispute.objects.filter(readable).select_related("seat__constituency")
    return Prefetch("disputes", rows, to_attr="shown_disputes")


def about(contribution: Contribution) -> dict[str, str]:
    """What is disputed, as a line of its own, and where it stands."""
    kind = kind_of(contribution)
    return {
        "disputed": kind.title(contributions.concrete(contribution)),
        "disputed_at": kind.url(contribution),
    }


def register() -> None:
    contributions.register(
        Contribution.Kind.DISPUTE,
        contributions.Kind(
            model=Dispute,
            title=lambda row: row.reason,
            url=lambda row: reverse("workshops:dispute", args=[row.seat.workshop.slug, row.pk]),
            needs=("seat__workshop", "of__seat__workshop"),
            template="workshops/_moderate_dispute.html",
            context=lambda row: about(row.of),
        ),
    )
