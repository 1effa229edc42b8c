"""The seats of the demonstration that a visitor can take with one press."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workshops.models import Role, Seat, Workshop

PLACES: dict[str, tuple[Role, Promise]] = {
    "facilitator": (Role.FACILITATOR, _("Facilitator")),
    "participant": (Role.PARTICIPANT, _("Participant")),
    "second": (Role.PARTICIPANT, _("Participant of another side")),
    "moderator": (Role.MODERATOR, _("Moderator")),
    "observer": (Role.OBSERVER, _("Observer")),
    "convenor": (Role.CONVENOR, _("Convenor")),
}


def seat_for(workshop: Workshop, place: str) -> Seat | None:
    """The first of that role who still sits; "second" is of another constituency than "participant"."""
    role, _label = PLACES[place]
    sitting = (
        Seat.objects.taken().filter(workshop=workshop, role=role).select_related("participant")
    )
    first = sitting.first()
    if place != "second" or first is None:
        return first
    return sitting.exclude(constituency=first.constituency_id).first()
