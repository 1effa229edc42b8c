"""The mails about an appeal: to those who answer it, or see to it that somebody can, and to its author."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from participants import kinds
from participants.emails import Rendered, absolute
from participants.kinds import Letter
from workshops.contributions import concrete, kind_of
from workshops.models import Appeal, Seat


def _appeal(letter: Letter) -> Appeal | None:
    return (
        Appeal.objects.filter(pk=letter.context["appeal"])
        .select_related("decision__contribution__seat__workshop")
        .first()
    )


def unwanted(letter: Letter) -> str:
    appeal = _appeal(letter)
    if appeal is None:
        return "The appeal is gone."
    if not Seat.objects.taken().filter(pk=letter.context["seat"]).exists():
        return "The seat is empty."
    if (appeal.answered_at is None) is (letter.context["to"] == "author"):
        return "It was answered." if appeal.answered_at else "It is not answered."
    return ""


def render(letter: Letter) -> Rendered:
    appeal = _appeal(letter)
    assert appeal is not None  # `unwanted` was asked just before
    own = concrete(appeal.decision.contribution)
    slug = own.seat.workshop.slug
    there = {
        "author": reverse("workshops:appeal", args=[slug, appeal.decision_id]),
        "moderator": reverse("workshops:decision", args=[slug, own.pk]),
        "facilitator": reverse("workshops:seats", args=[slug]),
    }[letter.context["to"]]
    return letter.render(
        "workshops/emails/appeal.html",
        appeal=appeal,
        to=letter.context["to"],
        title=kind_of(own).title(own) if letter.context["to"] != "facilitator" else "",
        workshop=own.seat.workshop,
        url=absolute("/" if letter.neutral else there),
    )


def register() -> None:
    kinds.register(
        kinds.Kind(
            name="appeal",
            label=_("Appeal"),
            render=render,
            unwanted=unwanted,
            stream=lambda context: "decisions",
        )
    )
