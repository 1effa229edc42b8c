"""What became of each invitation, and what a reminder, a new mail or taking it back would reach."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants.models import Participant, Refusal
from participants.unsubscribing import hash_address
from workshops.models import Invitation, Workshop

State = Invitation.State
MOST_REMINDERS: Final = 2
BETWEEN: Final = timedelta(days=1)


class Show(models.TextChoices):
    ALL = "all", gettext_lazy("All")
    WAITING = "waiting", gettext_lazy("Waiting for an answer")
    LOST = "lost", gettext_lazy("Did not arrive")
    EXPIRED = "expired", gettext_lazy("Expired")
    ACCEPTED = "accepted", gettext_lazy("Accepted")
    DECLINED = "declined", gettext_lazy("Declined")
    REVOKED = "revoked", gettext_lazy("Taken back")


class Step(models.TextChoices):
    REMIND = "remind", gettext_lazy("Remind them")
    RESEND = "resend", gettext_lazy("Send it anew")
    REVOKE = "revoke", gettext_lazy("Take it back")


def listed(workshop: Workshop, show: str) -> QuerySet[Invitation]:
    """The last invitation of each seat, the newest first."""
    found = Invitation.objects.latest_of(workshop).select_related("seat__constituency")
    open_now = Q(state__in=Invitation.UNANSWERED, expires_at__gt=timezone.now())
    which = {
        Show.ALL: Q(),
        Show.WAITING: open_now & Q(state__in=[State.QUEUED, State.SENT, State.OPENED]),
        Show.LOST: open_now & Q(state__in=[State.BOUNCED, State.SKIPPED]),
        Show.EXPIRED: Q(state=State.EXPIRED)
        | Q(state__in=Invitation.UNANSWERED, expires_at__lte=timezone.now()),
        Show.ACCEPTED: Q(state=State.ACCEPTED),
        Show.DECLINED: Q(state=State.DECLINED),
        Show.REVOKED: Q(state=State.REVOKED),
    }
    return found.filter(which[Show(show)])


def opted_out(addresses: Iterable[str]) -> set[str]:
    """Those whose readers want no invitation. One answer for every reason, so that none tells who has an account."""
    asked = {address.lower() for address in addresses}
    people = dict(
        Participant.objects.filter(email__in=asked)
        .filter(Q(mail=Participant.Mail.NONE) | Q(is_active=False))
        .values_list("email", "pk")
    )
    secrets = [None, *settings.SECRET_KEY_FALLBACKS]
    hashes = {
        hash_address(address, secret=secret): address for address in asked for secret in secrets
    }
    refused = Refusal.objects.filter(stream="invitations")
    by_hash = refused.filter(address_hash__in=hashes).values_list("address_hash", flat=True)
    by_person = refused.filter(participant__email__in=asked)
    return (
        {str(email) for email in people}
        | {hashes[found] for found in by_hash}
        | {str(email) for email in by_person.values_list("participant__email", flat=True)}
    )


@dataclass(frozen=True)
class Reach:
    """What a step would do: those it reaches, and the others with the reason why not."""

    step: Step
    reached: list[Invitation]
    left_out: list[tuple[Invitation, str]]


def reach(workshop: Workshop, step: Step, ids: Iterable[int]) -> Reach:
    chosen = listed(workshop, Show.ALL).filter(pk__in=list(ids))
    offers: list[Any] = list(chosen)
    wanting_none = opted_out(offer.address for offer in offers if offer.address)
    reached, left_out = [], []
    for offer in offers:
        why = _against(step, offer, wanting_none)
        if why:
            left_out.append((offer, why))
        else:
            reached.append(offer)
    return Reach(step, reached, left_out)


def _against(step: Step, offer: Invitation, wanting_none: set[str]) -> str:
    if offer.state not in Invitation.UNANSWERED:
        return _("It was answered, or has ended.")
    if step == Step.REVOKE:
        return ""
    if not offer.address:
        return _("It is a code to hand over; no address is known.")
    if offer.address.lower() in wanting_none:
        return _("Whoever reads this address wants no such mail.")
    return _against_reminder(offer) if step == Step.REMIND else ""


def _against_reminder(offer: Invitation) -> str:
    if offer.lapsed:
        return _("It has expired. Send it anew instead.")
    if offer.state not in {State.SENT, State.OPENED}:
        return _("The first mail has not arrived.")
    if offer.reminders >= MOST_REMINDERS:
        return _("There were two reminders already.")
    if (offer.reminded_at or offer.sent_at or offer.created_at) > timezone.now() - BETWEEN:
        return _("The last mail is less than a day old.")
    return ""
