"""My page of a workshop: where it is, what is asked of me, what became of what I put in."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from participants.requests import SignedInRequest
from workshops import activity
from workshops.asks import asked_of
from workshops.contributions import kind_of, titles
from workshops.models import Activity, Contribution, Decision, Seat, Workshop
from workshops.pages import standing

RECENT, OWN = 10, 8


@login_required
@require_GET
def page(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    context = standing(seat, "page")
    happened = Activity.objects.filter(workshop=seat.workshop).shown()
    recent = happened.select_related("seat", "stage", "contribution__seat__workshop")[:RECENT]
    context |= {
        "asks": asked_of(seat, context["can"], context["stage"]),
        "stages": seat.workshop.stages.all(),
        "recent": activity.lines(seat.workshop, recent),
        "own": _own(seat),
        "unnamed": seat.workshop.attribution == Workshop.Attribution.CHATHAM,
    }
    return render(request, "workshops/page.html", context)


def _own(seat: Seat) -> list[dict[str, Any]]:
    """What this seat put in, newest first, each with the last word on it."""
    rows = list(
        Contribution.objects.filter(seat=seat)
        .select_related("seat__workshop")
        .prefetch_related(Prefetch("decisions", Decision.objects.order_by("-pk")))
        .order_by("-updated_at", "-pk")[:OWN]
    )
    named = titles(rows)
    return [
        {
            "title": named[row.pk],
            "url": kind_of(row).url(row),
            "contribution": row,
            "decision": next(iter(row.decisions.all()), None),
        }
        for row in rows
    ]
