"""The ground rules: each change is a new version, and whoever has a seat accepts the one in force before going on."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from workshops import events
from workshops.actions import lock_workshop
from workshops.models import GroundRules, RulesAcceptance, Seat, Workshop
from workshops.permissions import Can, refuse


@transaction.atomic
def write(workshop: Workshop, text: str, *, by: Seat) -> GroundRules:
    """Words that are already in force stay the version they are. Who writes rules has accepted them.

    Asks no permission; everybody else can do nothing until they have accepted what is new.
    """
    latest = workshop.ground_rules.first()
    if latest is not None and latest.text == text:
        return latest
    rules = GroundRules.objects.create(
        workshop=workshop, version=latest.version + 1 if latest else 1, text=text
    )
    workshop.rules_version = by.workshop.rules_version = rules.version
    workshop.save(update_fields=["rules_version"])
    record(rules, by)
    for seat in workshop.seats.taken().exclude(pk=by.pk):
        events.announce(workshop.pk, events.AccessChanged(seat=seat.pk))
    return rules


@transaction.atomic
def accept(*, version: int, by: Seat) -> None:
    """Accepting an older version than the one in force is no acceptance of it."""
    workshop = lock_workshop(by)
    if by.state != Seat.State.TAKEN:
        refuse(by, Can.READ)
    latest = workshop.ground_rules.first()
    if latest is None or latest.version != version:
        raise ValidationError(_("The ground rules have changed. Please read them again."))
    record(latest, by)


def record(rules: GroundRules, seat: Seat) -> None:
    """Accepting twice is accepting once, at the first time."""
    RulesAcceptance.objects.get_or_create(rules=rules, seat=seat)
    seat.rules_version = rules.version
    Seat.objects.filter(pk=seat.pk).update(rules_version=rules.version)
