from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from participants.requests import SignedInRequest
from scenarios.actions import ranking as actions
from scenarios.blind import milestones, own_first, sees_ranking
from scenarios.forms.forces import RatingForm
from scenarios.forms.once import OUT_OF_DATE
from scenarios.models import DrivingForce, Milestone, Rating
from scenarios.plot import ranking as rows_of
from workshops.models import Seat
from workshops.pages import standing
from workshops.permissions import Can, require


@login_required
@require_http_methods(["GET", "POST"])
def rate(request: SignedInRequest, slug: str) -> HttpResponse:
    """One force at a time; `?force=` goes back to one that was rated."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.RATE)
    form, status, refused = None, 200, list[str]()
    listed = DrivingForce.objects.within(seat.workshop).listed()
    if request.method == "POST":
        form = RatingForm(request.POST)
        cannot_tell = "skip" in request.POST
        if cannot_tell:
            for name in ("impact", "uncertainty"):
                form.fields[name].required = False
        if form.is_valid():
            values = form.cleaned_data | (
                {"impact": None, "uncertainty": None} if cannot_tell else {}
            )
            found = listed.filter(pk=values.pop("force")).first()
            try:
                if found is None:
                    raise actions.Overtaken
                actions.rate(found, **values, by=seat)
            except actions.Overtaken:
                status = 409
                refused = [_("This force is not on the list any more. Here is the next.")]
                form = None
            else:
                return redirect("scenarios:ranking", slug)
        else:
            status = 422
            if "force" in form.errors:
                refused, form = [str(OUT_OF_DATE)], None
    context = standing(seat, "forces") | _progress(request, seat, form)
    context |= {"refused": refused, "own_first": own_first(seat.workshop)}
    return render(request, "scenarios/ranking.html", context, status=status)


def _progress(request: SignedInRequest, seat: Seat, form: RatingForm | None) -> dict[str, Any]:
    forces = list(DrivingForce.objects.within(seat.workshop).listed().order_by("pk"))
    mine = {row.force_id: row for row in Rating.objects.filter(seat=seat, force__in=forces)}
    wanted = request.POST.get("force") if form else request.GET.get("force")
    current = next((force for force in forces if str(force.pk) == wanted), None)
    current = current or next((force for force in forces if force.pk not in mine), None)
    if current is not None and (form is None or str(current.pk) != request.POST.get("force")):
        rated = mine.get(current.pk)
        initial: dict[str, Any] = {"force": current.pk}
        if rated is not None:
            initial |= {"impact": rated.impact, "uncertainty": rated.uncertainty}
        form = RatingForm(initial=initial)
    return {
        "force": current,
        "form": form if current else None,
        "rated": [(force, mine[force.pk]) for force in forces if force.pk in mine],
        "done": len(mine),
        "all": len(forces),
    }


@login_required
@require_GET
def result(request: SignedInRequest, slug: str) -> HttpResponse:
    """What the ratings say together, once the reader may see it."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = standing(seat, "forces")
    reached = milestones(seat.workshop)
    rates = Can.RATE in context["can"]
    context |= {
        "sees": sees_ranking(seat, context["can"], reached),
        "revealed": Milestone.What.RANKING_REVEALED in reached,
        "own_first": own_first(seat.workshop),
        "rates": rates,
    }
    if context["sees"]:
        rows = rows_of(seat.workshop, seat=seat, without_mine=rates)
        context |= {"rows": rows, "drawn": [row for row in rows if row.summary]}
    return render(request, "scenarios/ranking_result.html", context)
