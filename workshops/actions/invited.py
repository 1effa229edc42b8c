"""Steps taken with many invitations at once. Who is reached is asked again here: an answer may have come since."""

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from participants import post
from workshops import audit
from workshops.actions import invitations, lock_workshop
from workshops.invited import Step, reach
from workshops.models import AuditEntry, Invitation, Seat
from workshops.permissions import Can, require


@transaction.atomic
def take(step: Step, ids: Iterable[int], *, by: Seat) -> int:
    """Do it to those it reaches, and say how many they were."""
    workshop = lock_workshop(by)
    require(by, Can.UNSEAT if step == Step.REVOKE else Can.INVITE)
    reached = reach(workshop, step, ids).reached
    for offer in reached:
        if step == Step.REVOKE:
            invitations.revoke(offer.seat, by=by)
        elif step == Step.RESEND:
            invitations.invite(
                offer.seat,
                address=offer.address,
                language=offer.language,
                neutral=offer.neutral,
                client_key=uuid.uuid4(),
                by=by,
            )
        else:
            _remind(offer)
    if step == Step.REMIND and reached:
        audit.record(workshop, AuditEntry.Act.SEATED, what="reminded", count=len(reached))
    return len(reached)


def _remind(offer: Invitation) -> None:
    """The same link once more: the mail before it stays good."""
    Invitation.objects.filter(pk=offer.pk).update(
        reminders=F("reminders") + 1, reminded_at=timezone.now()
    )
    post.queue(
        kind="invitation",
        key=f"remind:{offer.pk}:{offer.reminders + 1}",
        address=offer.address,
        language=offer.language,
        context={"invitation": offer.pk, "neutral": offer.neutral, "again": True},
    )
