"""The mail that tells an author what a moderator decided, and why."""

from django.utils.translation import gettext_lazy as _

from participants import kinds
from participants.emails import Rendered, absolute
from participants.kinds import Letter
from workshops.contributions import concrete, kind_of
from workshops.models import Decision, Seat


def _decision(letter: Letter) -> Decision | None:
    return (
        Decision.objects.filter(pk=letter.context["decision"])
        .select_related("contribution__seat__workshop")
        .first()
    )


def unwanted(letter: Letter) -> str:
    decision = _decision(letter)
    if decision is None:
        return "The decision is gone."
    if decision.contribution.seat.state != Seat.State.TAKEN:
        return "The seat is empty."
    if decision.contribution.version != decision.version + 1:
        return "It has changed since."
    return ""


def render(letter: Letter) -> Rendered:
    decision = _decision(letter)
    assert decision is not None  # `unwanted` was asked just before
    own = concrete(decision.contribution)
    kind = kind_of(own)
    return letter.render(
        "workshops/emails/decision.html",
        decision=decision,
        title=kind.title(own),
        workshop=decision.contribution.seat.workshop,
        url=absolute("/" if letter.neutral else kind.url(own)),
    )


def register() -> None:
    kinds.register(
        kinds.Kind(
            name="decision",
            label=_("Decision"),
            render=render,
            unwanted=unwanted,
            stream=lambda context: "decisions",
        )
    )
