import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from participants.requests import SignedInRequest
from scenarios.actions import timeline as actions
from scenarios.forms.timeline import ClashForm
from scenarios.models import Clash
from scenarios.timeline import predetermined
from scenarios.timeline import timeline as timeline_of
from workshops.contributions import said as said_of
from workshops.models import Seat
from workshops.pages import standing
from workshops.permissions import Can, require


@login_required
@require_GET
def timeline(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = standing(seat, "board")
    context["timeline"] = timeline_of(seat, context["can"])
    return render(request, "scenarios/timeline.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def flag(request: SignedInRequest, slug: str) -> HttpResponse:
    """Say that an event, named in the address, contradicts what is predetermined."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.FLAG)
    context = standing(seat, "board")
    event = request.POST.get("event") or request.GET.get("event", "")
    mark = timeline_of(seat, context["can"]).find(event)
    if mark is None:
        raise Http404
    form = ClashForm(
        request.POST if request.method == "POST" else None,
        against=predetermined(seat.workshop),
        initial={"client_key": uuid.uuid4()},
    )
    if form.is_valid():
        facts: dict[str, Any] = {
            "scenario": mark.scenario,
            "year": mark.event.year,
            "title": mark.event.title,
        }
        try:
            actions.flag(**facts, **form.cleaned_data, by=seat)
        except actions.Gone:
            form.add_error(None, _("It was taken down meanwhile."))
        else:
            messages.success(request, said_of(_("It is marked on the timeline."), by=seat))
            return redirect("scenarios:timeline", slug)
    context |= {"form": form, "mark": mark}
    return render(request, "scenarios/flag.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def withdraw(request: SignedInRequest, slug: str, clash_id: int) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.FLAG)
    mine = Clash.objects.filter(scenario__workshop=seat.workshop, seat=seat)
    actions.withdraw(get_object_or_404(mine, pk=clash_id), by=seat)
    messages.success(request, _("You took it back."))
    return redirect("scenarios:timeline", slug)
