"""The mail that offers somebody a seat."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants import kinds
from participants.emails import Rendered, absolute
from participants.kinds import Letter
from participants.models import Delivery
from workshops.models import Invitation
from workshops.tokens import token_of


def _invitation(letter: Letter) -> Invitation | None:
    return (
        Invitation.objects.acceptable()
        .filter(pk=letter.context["invitation"])
        .select_related("seat__workshop", "seat__constituency")
        .first()
    )


def unwanted(letter: Letter) -> str:
    return "" if _invitation(letter) else "The invitation was answered, taken back, or has expired."


def render(letter: Letter) -> Rendered:
    invitation = _invitation(letter)
    assert invitation is not None  # `unwanted` was asked just before
    token = token_of(invitation.nonce)
    return letter.render(
        "workshops/emails/invitation.html",
        neutral=letter.neutral or letter.context.get("neutral", False),
        seat=invitation.seat,
        workshop=invitation.seat.workshop,
        expires_at=invitation.expires_at,
        again=letter.context.get("again", False),
        code=token,
        code_url=absolute(reverse("workshops:invitations")),
        url=absolute(reverse("workshops:invitation", args=[token])),
    )


def settled(delivery: Delivery) -> None:
    """Show the facilitator what became of the mail. An answer, or the beginning of one, that was faster stays."""
    state = Invitation.State
    offer = Invitation.objects.unanswered().filter(pk=delivery.context["invitation"])
    unheard = offer.exclude(state=state.OPENED)
    if delivery.state == Delivery.State.SENT:
        first = unheard.exclude(state=state.SENT)
        first.update(state=state.SENT, sent_at=delivery.sent_at, ended_at=None)
    elif delivery.state in {Delivery.State.FAILED, Delivery.State.BOUNCED}:
        unheard.update(state=state.BOUNCED, ended_at=timezone.now())
    elif delivery.state == Delivery.State.SKIPPED:
        in_time = unheard.filter(expires_at__gt=timezone.now())
        in_time.update(state=state.SKIPPED, ended_at=timezone.now())


def register() -> None:
    kinds.register(
        kinds.Kind(
            name="invitation",
            label=_("Invitations"),
            render=render,
            unwanted=unwanted,
            stream=lambda context: "invitations",
            settled=settled,
        )
    )
