"""Seeds: raw stories of a few lines."""

from uuid import UUID

from django.db import transaction

from scenarios.models import Seed
from workshops.contributions import contribute
from workshops.models import Contribution, Seat
from workshops.permissions import Can, require


@transaction.atomic
def sow(*, title: str, text: str, language: str, client_key: UUID, by: Seat) -> Seed:
    require(by, Can.SEED)
    seed, _new = contribute(
        Seed,
        Contribution.Kind.SEED,
        by=by,
        client_key=client_key,
        title=title,
        text=text,
        language=language,
    )
    return seed
