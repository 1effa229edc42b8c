"""Rating forces by impact and uncertainty, blind."""

from django.db import transaction

from scenarios.models import DrivingForce, Rating
from workshops.models import Contribution, Seat
from workshops.permissions import Can, require


class Overtaken(Exception):
    """The force is not on the list any more."""


@transaction.atomic
def rate(force: DrivingForce, *, impact: int | None, uncertainty: int | None, by: Seat) -> Rating:
    """Rate, or rate otherwise, until the stage closes; two empty values say that one cannot tell."""
    require(by, Can.RATE)
    Contribution.objects.select_for_update().get(pk=force.pk)
    listed = DrivingForce.objects.within(by.workshop).listed()
    if not listed.filter(pk=force.pk).exists():
        raise Overtaken
    rating, _new = Rating.objects.update_or_create(
        force=force, seat=by, defaults={"impact": impact, "uncertainty": uncertainty}
    )
    return rating
