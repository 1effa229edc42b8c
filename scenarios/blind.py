"""What is put in unseen, and from when on a seat sees what the others put in."""

from collections.abc import Iterable

from scenarios.models import DrivingForce, Look, Milestone, Rating
from workshops.layouts import REVEALED_BY_FACILITATOR
from workshops.models import Seat, Stage, StageKind, Workshop
from workshops.permissions import Can

What = Milestone.What


def own_first(workshop: Workshop) -> bool:
    """Whether each seat sees the others' once its own are in; otherwise a facilitator shows them to all."""
    return workshop.template not in REVEALED_BY_FACILITATOR


def milestones(workshop: Workshop) -> set[str]:
    return set(Milestone.objects.filter(workshop=workshop).values_list("what", flat=True))


def sees_forces(seat: Seat, can: Iterable[str], reached: set[str]) -> bool:
    """Those of a stage that is closed are open to all anyway."""
    if Can.READ_OPEN not in can:
        return False
    if Can.FORCE not in can or reached & {What.FORCES_REVEALED, What.FORCES_FROZEN}:
        return True
    return own_first(seat.workshop) and Look.objects.filter(seat=seat).exists()


def sees_ranking(seat: Seat, can: Iterable[str], reached: set[str]) -> bool:
    """Those who rate see it after their own last rating; those who only look on, when the stage is closed."""
    if Can.READ_OPEN not in can:
        rated = Stage.objects.filter(workshop=seat.workshop, kind=StageKind.RANKING)
        return rated.filter(state=Stage.State.CLOSED).exists()
    if Can.FORCE in can:
        return False  # forces that were not seen yet would stand there
    if Can.RATE not in can or What.RANKING_REVEALED in reached:
        return True
    forces = DrivingForce.objects.within(seat.workshop)
    return (
        own_first(seat.workshop)
        and not forces.unrated_by(seat).exists()
        and Rating.objects.filter(seat=seat).exists()
    )
