"""The common language: terms and what the group means by them."""

from uuid import UUID

from django.db import transaction
from django.urls import reverse

from workshops import contributions
from workshops.models import Contribution, GlossaryTerm, Seat
from workshops.permissions import Can, require


@transaction.atomic
def propose_term(*, term: str, definition: str, client_key: UUID, by: Seat) -> GlossaryTerm:
    require(by, Can.PROPOSE)
    row, _new = contributions.contribute(
        GlossaryTerm,
        Contribution.Kind.TERM,
        by=by,
        client_key=client_key,
        term=term,
        definition=definition,
    )
    return row


def register() -> None:
    contributions.register(
        Contribution.Kind.TERM,
        contributions.Kind(
            model=GlossaryTerm,
            title=lambda row: row.term,
            words=lambda row: f"{row.term}\n\n{row.definition}",
            url=lambda row: reverse("workshops:glossary", args=[row.seat.workshop.slug]),
            needs=("seat__workshop",),
            template="workshops/_moderate_term.html",
        ),
    )
