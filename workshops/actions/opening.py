from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import Participant
from workshops import layouts, names
from workshops.actions import lock_workshop, rules
from workshops.models import (
    Activity,
    Constituency,
    DigestPreference,
    Role,
    Seat,
    Stage,
    Workshop,
)
from workshops.models.workshop import slug_for
from workshops.permissions import Can, require, require_unreleased


@dataclass(frozen=True)
class Side:
    """A constituency to be."""

    name: str
    label: str = ""
    least_seats: int = 1
    required: bool = True


def open_workshop(
    *,
    client_key: UUID,
    facts: dict[str, Any],
    sides: Sequence[Side],
    ground_rules: str,
    name: str,
    stages: Sequence[str] = (),
    by: Participant,
) -> Workshop:
    """Open it once per key, with its opener as facilitator; `name` is what the others call them.

    `stages` are kinds in their order, convening first; the template's, if none are given.
    """
    mine = Workshop.objects.visible_to(by)
    try:
        return mine.filter(client_key=client_key).first() or _open(
            client_key, facts, sides, ground_rules, name, stages, by
        )
    except IntegrityError:  # pressed twice: the other one was first
        found = mine.filter(client_key=client_key).first()
        if found is None:
            raise ValidationError(_("This was sent before. Begin again with a new page.")) from None
        return found


@transaction.atomic
def _open(
    client_key: UUID,
    facts: dict[str, Any],
    sides: Sequence[Side],
    ground_rules: str,
    name: str,
    kinds: Sequence[str],
    by: Participant,
) -> Workshop:
    now = timezone.now()
    if names.links(name, attribution=facts["attribution"], person=by):
        raise ValidationError({"name": names.refuse_link()})
    workshop = Workshop(client_key=client_key, state=Workshop.State.RUNNING, **facts)
    workshop.slug = slug_for(workshop.title)
    workshop.save()
    stages = layouts.lay_out(workshop, kinds)
    stages[0].state, stages[0].opened_at = Stage.State.OPEN, now
    Stage.objects.bulk_create(stages)
    Constituency.objects.bulk_create(
        Constituency(workshop=workshop, position=position, **vars(side))
        for position, side in enumerate(sides)
    )
    seat = Seat.objects.create(
        workshop=workshop,
        participant=by,
        role=Role.FACILITATOR,
        pseudonym=name,
        language=workshop.language,
        state=Seat.State.TAKEN,
        taken_at=now,
    )
    rules.write(workshop, ground_rules, by=seat)
    DigestPreference.objects.create(seat=seat)
    Activity.objects.create(workshop=workshop, seat=seat, verb=Activity.Verb.OPENED_WORKSHOP)
    return workshop


@transaction.atomic
def edit_setup(*, facts: dict[str, Any], ground_rules: str, by: Seat) -> Workshop:
    """Changed rules become a new version, which everybody is asked to accept."""
    workshop = lock_workshop(by)
    require(by, Can.EDIT_SETUP)
    require_unreleased(workshop)
    for fact, value in facts.items():
        setattr(workshop, fact, value)
    workshop.save(update_fields=list(facts))
    rules.write(workshop, ground_rules, by=by)
    return workshop
