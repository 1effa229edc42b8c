"""Dropping, adding and moving stages that are still to come."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from workshops import events, way
from workshops.actions import lock_workshop
from workshops.models import Seat, Stage, Workshop
from workshops.permissions import Can, require

ASIDE = 1000  # beyond any position: positions are unique at every moment


@transaction.atomic
def rearrange(*, kind: str, to: str, by: Seat) -> None:
    """See way.rearranged. Stages that were opened keep their place."""
    workshop = lock_workshop(by)
    require(by, Can.MOVE_STAGES)
    stages = {stage.kind: stage for stage in workshop.stages.all()}
    coming = [kind for kind, stage in stages.items() if stage.state == Stage.State.PENDING]
    if to == way.ADD and kind in stages:
        raise _overtaken()
    try:
        kinds = way.rearranged(coming, kind, to)
    except way.Unmovable:
        raise _overtaken() from None
    if to == way.DROP:
        stages[kind].delete()
    if to == way.ADD:
        stages[kind] = Stage.objects.create(workshop=workshop, kind=kind, position=ASIDE)
    _number(workshop, [stages[one] for one in kinds])
    events.announce(workshop.pk, events.StageMoved(stage=stages[kind].pk or 0))


def _number(workshop: Workshop, stages: list[Stage]) -> None:
    """Behind those that were opened, in this order."""
    coming = workshop.stages.filter(state=Stage.State.PENDING)
    begun = workshop.stages.exclude(state=Stage.State.PENDING)
    last = begun.aggregate(last=Max("position"))["last"] or 0
    coming.update(position=F("position") + ASIDE)
    for position, stage in enumerate(stages, start=last + 1):
        coming.filter(pk=stage.pk).update(position=position)


def _overtaken() -> ValidationError:
    return ValidationError(_("The stages have changed meanwhile. Look again, then move them."))
