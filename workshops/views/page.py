"""My page of a workshop: where it is, what is asked of me, what became of what I put in."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from participants.requests import SignedInRequest
from workshops import activity, rooms
from workshops.asks import asked_of
from workshops.contributions import kind_of, read, titles
from workshops.models import Activity, Contribution, Decision, Seat, Workshop
from workshops.pages import standing
from workshops.permissions import Can

RECENT, OWN = 10, 8


@login_required
@require_GET
def page(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    context = standing(seat, "page")
    stage = context["stage"]
    happened = Activity.objects.filter(workshop=seat.workshop).shown()
    latest = happened.select_related("seat", "stage", "contribution__seat__workshop")[: 5 * RECENT]
    asks = asked_of(seat, context["can"], stage)
    decisions = Prefetch("decisions", Decision.objects.order_by("-pk"))
    own = (
        Contribution.objects.filter(seat=seat)
        .select_related("seat__workshop")
        .prefetch_related(decisions)
        .order_by("-updated_at", "-pk")
    )
    page = Paginator(own, OWN).get_page(request.GET.get("page"))
    context |= {
        "asks": asks,
        "minutes": sum(ask.minutes for ask in asks),
        "doors": rooms.doors(seat.workshop, stage.kind, context["can"]) if stage else [],
        "stages": seat.workshop.stages.all(),
        "recent": activity.lines(seat.workshop, latest, context["can"], stage)[:RECENT],
        "page": page,
        "own": _own(list(page.object_list)),
        "decided": _decided(seat) if Can.MODERATE in context["can"] else [],
        "unnamed": seat.workshop.attribution == Workshop.Attribution.CHATHAM,
    }
    return render(request, "workshops/page.html", context)


def _own(rows: list[Contribution]) -> list[dict[str, Any]]:
    """What this seat put in, each with the last word on it and what came of it."""
    concrete = read(rows)
    return [
        {
            "title": kind_of(row).title(concrete[row.pk]),
            "became": kind_of(row).became(concrete[row.pk]),
            "url": kind_of(row).url(row),
            "contribution": row,
            "decision": next(iter(row.decisions.all()), None),
        }
        for row in rows
    ]


def _decided(seat: Seat) -> list[dict[str, Any]]:
    """What this seat decided on last, as a moderator, and how it stands now."""
    last = list(
        Decision.objects.filter(moderator=seat).select_related("contribution").order_by("-pk")[:OWN]
    )
    named = titles(decision.contribution for decision in last)
    return [{"title": named[one.contribution_id], "decision": one} for one in last]
