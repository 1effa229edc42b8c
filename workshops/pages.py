"""What every page of a workshop shows around its content."""

from typing import Any

from workshops.models import Seat
from workshops.permissions import open_stage, rights


def standing(seat: Seat, current: str = "") -> dict[str, Any]:
    """The context of a page: where the workshop is and what this seat can do; costs one query.

    `current` names the page in the navigation. Pass a taken seat.
    """
    stage = open_stage(seat.workshop)
    return {
        "workshop": seat.workshop,
        "seat": seat,
        "stage": stage,
        "can": rights(seat.role, stage.kind if stage else None),
        "current": current,
    }
