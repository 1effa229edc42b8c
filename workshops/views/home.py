"""The first page: what Flamingo is, or where my workshops are."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from participants.models import Participant
from workshops.models import Contribution, Invitation, Seat, Stage
from workshops.permissions import Can, rights
from workshops.tokens import token_of


@dataclass(frozen=True)
class Mine:
    """One of my workshops in the list."""

    seat: Seat
    stage: Stage | None
    waiting: int  # contributions that a moderator may decide on
    overdue: bool


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "home.html")
    page = Paginator(_seats(request.user), 20).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "mine": [_mine(seat) for seat in page],
        "offers": _offers(request.user),
    }
    return render(request, "home_mine.html", context)


def _seats(person: Participant) -> "QuerySet[Seat, Any]":
    held = Contribution.objects.waiting().filter(seat__workshop=OuterRef("workshop")).order_by()
    count = held.values("seat__workshop").annotate(count=Count("pk")).values("count")
    now_open = Prefetch(
        "workshop__stages", Stage.objects.filter(state=Stage.State.OPEN), to_attr="now_open"
    )
    return (
        Seat.objects.taken()
        .of(person)
        .select_related("workshop", "constituency")
        .prefetch_related(now_open)
        .annotate(held=Coalesce(Subquery(count), 0))
        .order_by("-taken_at", "-pk")
    )


def _mine(seat: Any) -> Mine:
    stage = next(iter(seat.workshop.now_open), None)
    can = rights(seat.role, stage.kind if stage else None)
    closes_at = stage.closes_at if stage else None
    return Mine(
        seat=seat,
        stage=stage,
        waiting=seat.held if Can.MODERATE in can else 0,
        overdue=Can.MOVE_STAGES in can and closes_at is not None and closes_at <= timezone.now(),
    )


def _offers(person: Participant) -> list[dict[str, Any]]:
    """Seats offered to this person's address."""
    if not person.email:
        return []
    offers = Invitation.objects.acceptable().filter(address__iexact=person.email)
    return [
        {
            "title": offer.seat.workshop.title,
            "url": reverse("workshops:invitation", args=[token_of(offer.nonce)]),
        }
        for offer in offers.select_related("seat__workshop")[:20]
    ]
