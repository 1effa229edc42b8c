from random import Random
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.requests import SignedInRequest
from scenarios.actions import groups as actions
from scenarios.analysis.mixing import mixed
from scenarios.forms.groups import GroupsForm
from scenarios.models import GroupMember, Scenario
from workshops.models import Role, Seat
from workshops.pages import standing
from workshops.permissions import Can, require


@login_required
@require_http_methods(["GET", "POST"])
def groups(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who writes what. With ?mix= the form holds a proposal; nothing is saved before it is sent."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ_OPEN)
    context = standing(seat, "board")
    scenarios = list(Scenario.objects.filter(workshop=seat.workshop).select_related("workshop"))
    members = list(
        GroupMember.objects.within(seat.workshop).sitting().select_related("seat__constituency")
    )
    status = 200
    if request.method == "POST":
        require(seat, Can.PLAN)
        form = GroupsForm(request.POST, **_who(seat, scenarios, members))
        if form.is_valid():
            try:
                actions.arrange(form.places(), by=seat)
            except ValidationError as refused:
                form.add_error(None, refused)
                status = 409
            else:
                messages.success(request, _("The groups are saved."))
                return redirect("scenarios:groups", slug)
        status = 409 if status == 409 else 422
        context["form"] = form
    elif Can.PLAN in context["can"] and scenarios:
        context["mix"] = "mix" in request.GET
        who = _who(seat, scenarios, members)
        if context["mix"]:
            who["places"] = _proposal(who["seats"], scenarios)
        context["form"] = GroupsForm(**who)
    context["groups"] = _shown(seat, scenarios, members)
    return render(request, "scenarios/groups.html", context, status=status)


def _who(seat: Seat, scenarios: list[Scenario], members: list[GroupMember]) -> dict[str, Any]:
    seats = (
        Seat.objects.filter(workshop=seat.workshop, role=Role.PARTICIPANT)
        .taken()
        .select_related("constituency")
        .order_by("constituency__position", "pk")
    )
    places = {member.seat_id: member.scenario_id for member in members}
    return {"seats": list(seats), "scenarios": scenarios, "places": places}


def _proposal(seats: list[Seat], scenarios: list[Scenario]) -> dict[int, int]:
    sides = {seat.pk: seat.constituency_id for seat in seats}
    dealt = mixed(sides, len(scenarios), Random())
    return {
        person: scenario.pk
        for scenario, group in zip(scenarios, dealt, strict=True)
        for person in group
    }


def _shown(
    seat: Seat, scenarios: list[Scenario], members: list[GroupMember]
) -> list[dict[str, Any]]:
    """Each story with who writes it; under the Chatham House rule only whether one does oneself."""
    return [
        {
            "scenario": scenario,
            "mine": any(
                one.seat_id == seat.pk for one in members if one.scenario_id == scenario.pk
            ),
            "there": any(one.scenario_id == scenario.pk for one in members),
            "seats": []
            if seat.workshop.unnamed
            else [one.seat for one in members if one.scenario_id == scenario.pk],
        }
        for scenario in scenarios
    ]
