"""Every write of the exercise itself. What cannot be done raises PermissionDenied or ValidationError."""

from workshops.models import Seat, Workshop
from workshops.permissions import hold_stage


def lock_workshop(by: Seat) -> Workshop:
    """One after the other, and with the rights `by` has now: another may have taken them away meanwhile.

    Others may still add rows that point to the workshop. The stage comes first in every order of locks.
    """
    hold_stage(by.workshop)
    workshop = Workshop.objects.select_for_update(no_key=True).get(pk=by.workshop_id)
    by.refresh_from_db(fields=["state", "role", "rules_version"])
    return workshop
