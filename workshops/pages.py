"""What every page of a workshop shows around its content."""

from typing import Any

from workshops.models import Seat
from workshops.permissions import Can, abilities_during, has_accepted_rules, open_stage, refuse


def standing(seat: Seat, current: str = "", *, before_rules: bool = False) -> dict[str, Any]:
    """The context of a page: where the workshop is and what this seat can do; costs one query.

    `current` names the page in the navigation. Pass a taken seat. Only pages marked `before_rules` open to
    somebody who has yet to accept the ground rules in force.
    """
    if not before_rules and not has_accepted_rules(seat):
        refuse(seat, Can.READ)
    stage = open_stage(seat.workshop)
    return {
        "workshop": seat.workshop,
        "seat": seat,
        "stage": stage,
        "can": abilities_during(seat, stage),
        "current": current,
    }
