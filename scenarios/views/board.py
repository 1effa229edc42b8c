import uuid
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from participants.requests import SignedInRequest
from scenarios.actions import board as actions
from scenarios.actions.seeds import Gone, settle
from scenarios.analysis.ranking import Region
from scenarios.board import agreed_at, axes_kinship, board_of, newest_logic, places
from scenarios.forms.board import LOGIC_FORMS, AddForm, PremiseForm
from scenarios.models import ConsentItem, DrivingForce, Question, Scenario, ScenarioLogic, Seed
from scenarios.plot import forces_in, pairs_of
from workshops.models import Contribution, Seat
from workshops.pages import standing
from workshops.permissions import Can, require

MOST_PAIRED = 6  # of the critical uncertainties; more pairs than that nobody reads


@login_required
@require_GET
def board(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = standing(seat, "board")
    context["board"] = board_of(seat, context["can"])
    context["challenged"] = Can.CHALLENGE in context["can"] or (
        Can.READ_OPEN in context["can"]
        and Question.objects.filter(scenario__workshop=seat.workshop).exists()
    )
    context["consented"] = ConsentItem.objects.filter(workshop=seat.workshop).exists()
    newest = context["board"].logic
    context["agreed_at"] = agreed_at(seat.workshop, newest)
    if Can.READ_OPEN in context["can"] and Can.RATE not in context["can"]:
        context["kinship"] = axes_kinship(newest)
    context["seeds"] = Seed.objects.readable_by(seat, any_state=False).count()
    return render(request, "scenarios/board.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def logic(request: SignedInRequest, slug: str) -> HttpResponse:
    """The logic, laid out anew: which kind comes in the address, its parts in the form."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.PLAN)
    newest = newest_logic(seat.workshop)
    kind = request.GET.get("kind") or (newest.kind if newest else ScenarioLogic.Kind.BRANCHING)
    if kind not in LOGIC_FORMS:
        raise Http404
    form_class, status = LOGIC_FORMS[kind], 200
    filled = form_class.filled_from(newest) if newest and newest.kind == kind else {}
    initial = filled | {"version": newest.version if newest else 0}
    more: dict[str, Any] = {}
    if kind == ScenarioLogic.Kind.AXES:
        more["forces"] = _uncertainties(seat, newest)
    data = request.POST if request.method == "POST" else None
    form = form_class(data, initial=initial, **more)
    context = standing(seat, "board")
    if more.get("forces"):
        context["pairs"] = pairs_of(seat.workshop, more["forces"][:MOST_PAIRED])
    if form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.lay_out(kind=kind, version=version, by=seat, **form.facts())
        except actions.Overtaken:
            status, context["overtaken"] = 409, True
        else:
            messages.success(request, _("The logic is laid out."))
            _warn_of_kinship(request, seat)
            return redirect("scenarios:board", slug)
    elif form.is_bound:
        status = 422
    kinds = [(key, ScenarioLogic.Kind(key).label) for key in LOGIC_FORMS]
    context |= {"form": form, "kind": kind, "kinds": kinds, "newest": newest}
    return render(request, "scenarios/logic.html", context, status=status)


@login_required
@require_GET
def logic_versions(request: SignedInRequest, slug: str) -> HttpResponse:
    """Every version of the logic, the newest first."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    versions = ScenarioLogic.objects.filter(workshop=seat.workshop)[:50]
    return render(
        request, "scenarios/logic_versions.html", standing(seat, "board") | {"versions": versions}
    )


def _uncertainties(seat: Seat, newest: ScenarioLogic | None) -> list[DrivingForce]:
    """What may become an axis: the critical uncertainties, and what the axes are made of now."""
    found = forces_in(seat.workshop, Region.CRITICAL)
    there = {force.pk for force in found}
    used = {axis.get("force") for axis in newest.axes} - there - {None} if newest else set()
    return found + list(DrivingForce.objects.within(seat.workshop).filter(pk__in=used))


def _warn_of_kinship(request: SignedInRequest, seat: Seat) -> None:
    found = axes_kinship(newest_logic(seat.workshop))
    if found is not None and found.dependent:
        messages.warning(
            request,
            _(
                "Who rated the one axis high or low tended to rate the other so, too. Two of the four quadrants may be hard to imagine."
            ),
        )


@login_required
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.PLAN)
    seed = _seed_of(request, seat)
    initial = {"client_key": uuid.uuid4(), "place": request.GET.get("place")}
    if seed is not None:
        initial |= {"title": seed.title, "premise": Truncator(seed.text).chars(300)}
    form = AddForm(
        request.POST if request.method == "POST" else None,
        workshop=seat.workshop,
        places=places(newest_logic(seat.workshop)),
        initial=initial,
    )
    if form.is_valid():
        try:
            scenario = actions.add_scenario(**form.cleaned_data, by=seat)
        except actions.Taken:
            form.add_error(None, _taken())
        else:
            if seed is not None:
                with suppress(Gone):  # taken down in this very moment
                    settle(seed, funnel=Seed.Funnel.MERGED, scenario=scenario, by=seat)
            messages.success(request, _("The scenario is on the board."))
            return redirect(scenario)
    return _premise(request, seat, form)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, slug: str, scenario_id: int) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.PLAN)
    scenario = get_object_or_404(Scenario, workshop=seat.workshop, pk=scenario_id)
    fields = ("title", "premise", "place")
    form = PremiseForm(
        request.POST if request.method == "POST" else None,
        workshop=seat.workshop,
        places=places(newest_logic(seat.workshop)),
        scenario=scenario,
        initial={field: getattr(scenario, field) for field in fields},
    )
    if form.is_valid():
        values = {"place": scenario.place} | form.cleaned_data
        try:
            actions.edit_scenario(scenario, **values, by=seat)
        except actions.Taken:
            form.add_error(None, _taken())
        else:
            messages.success(request, _("Saved."))
            return redirect(scenario)
    return _premise(request, seat, form, scenario)


def _seed_of(request: SignedInRequest, seat: Seat) -> Seed | None:
    """The seed that the address says the scenario begins with."""
    wanted = request.GET.get("seed", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        return None
    there = Seed.objects.filter(seat__workshop=seat.workshop, state=Contribution.State.PUBLISHED)
    return there.filter(pk=int(wanted)).first()


def _taken() -> str:
    return _("Another scenario took this name or place meanwhile. Choose another.")


def _premise(
    request: SignedInRequest, seat: Seat, form: PremiseForm, scenario: Scenario | None = None
) -> HttpResponse:
    context: dict[str, Any] = standing(seat, "board") | {"form": form, "scenario": scenario}
    status = 422 if form.is_bound else 200
    return render(request, "scenarios/premise.html", context, status=status)
