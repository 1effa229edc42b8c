import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from participants.requests import SignedInRequest
from scenarios.actions import seeds as actions
from scenarios.forms.seeds import RoundForm, SeedForm, SettleForm, SortForm
from scenarios.funnel import funnel
from scenarios.models import Dot, DotRound, Seed
from scenarios.models.board import SeedQuerySet
from workshops.contributions import said as said_of
from workshops.models import Contribution, Seat
from workshops.pages import standing
from workshops.permissions import Can, require

A_PAGE = 40
Refusals = (actions.Gone, actions.NoDotsLeft, actions.RoundClosed)


@login_required
@require_GET
def seeds(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    return _show(request, seat)


def _show(request: SignedInRequest, seat: Seat, status: int = 200, **more: Any) -> HttpResponse:
    context = standing(seat, "board")
    readable = _readable(seat, context["can"]).with_dots(seat)
    page = Paginator(readable.order_by("cluster", "pk"), A_PAGE).get_page(request.GET.get("page"))
    dots = DotRound.objects.filter(workshop=seat.workshop).first()
    k = seat.workshop.small_cell
    rows: Any = page.object_list
    for row in rows:
        count = row.__dict__.pop("dot_count")
        closed = dots is not None and not dots.is_open
        row.dots_shown = count if closed and count >= k else None
        row.in_the_running = (
            row.funnel in actions.IN_THE_RUNNING and row.state == Contribution.State.PUBLISHED
        )
    given = Dot.objects.filter(seat=seat).count() if dots and Can.DOT in context["can"] else 0
    named = Seed.objects.filter(seat__workshop=seat.workshop).exclude(cluster="")
    context |= {
        "page": page,
        "dots": dots,
        "dots_left": dots.dots - given if dots else 0,
        "clusters": list(named.order_by("cluster").values_list("cluster", flat=True).distinct()),
        "round_form": RoundForm(initial={"dots": dots.dots if dots else 5}),
        "funnel": funnel(seat.workshop),
        **more,
    }
    return render(request, "scenarios/seeds.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def sow(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.SEED)
    form = SeedForm(
        request.POST if request.method == "POST" else None,
        initial={"client_key": uuid.uuid4(), "language": get_language()},
    )
    if form.is_valid():
        actions.sow(**form.cleaned_data, by=seat)
        messages.success(request, said_of(_("Your seed is in the pool."), by=seat))
        return redirect("scenarios:seeds", slug)
    context = standing(seat, "board") | {"form": form}
    return render(request, "scenarios/sow.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def seed(request: SignedInRequest, slug: str, seed_id: int) -> HttpResponse:
    """One seed; who plans says here what becomes of it."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = standing(seat, "board")
    found = get_object_or_404(_readable(seat, context["can"]), pk=seed_id)
    form, status, refused = None, 200, list[str]()
    if request.method == "POST":
        require(seat, Can.PLAN)
        form = SettleForm(request.POST, workshop=seat.workshop)
        status = 422
        if form.is_valid():
            try:
                actions.settle(found, **form.cleaned_data, by=seat)
            except Refusals as problem:
                status, refused = 409, [_why_not(problem)]
            else:
                messages.success(request, _("Saved. Its author sees it, too."))
                return redirect(_place(slug, found))
    elif Can.PLAN in context["can"] and found.state == Contribution.State.PUBLISHED:
        form = SettleForm(
            workshop=seat.workshop,
            initial={"funnel": found.funnel, "scenario": found.scenario, "thanks": found.thanks},
        )
    last = found.decisions.first() if found.seat_id == seat.pk else None
    context |= {"seed": found, "decision": last, "form": form, "refused": refused}
    return render(request, "scenarios/seed.html", context, status=status)


@login_required
@require_POST
def sort(request: SignedInRequest, slug: str, seed_id: int) -> HttpResponse:
    """Into a cluster. With scripting only whether it was done is asked for."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.SORT)
    found = get_object_or_404(_readable(seat, standing(seat)["can"]), pk=seed_id)
    form = SortForm(request.POST)
    if not form.is_valid():
        refused = [str(error) for errors in form.errors.values() for error in errors]
        return _show(request, seat, 422, refused=refused)
    try:
        actions.sort(found, cluster=form.chosen(), by=seat)
    except actions.Gone as problem:
        return _show(request, seat, 409, refused=[_why_not(problem)])
    return redirect(_place(slug, found))


@login_required
@require_POST
def dot(request: SignedInRequest, slug: str, seed_id: int) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.DOT)
    found = get_object_or_404(_readable(seat, standing(seat)["can"]), pk=seed_id)
    act = {"give": actions.give_dot, "take": actions.take_dot_back}.get(request.POST.get("act", ""))
    if act is None:
        return _show(request, seat, 422, refused=[_("Use one of the buttons on this page.")])
    try:
        act(found, by=seat)
    except Refusals as problem:
        return _show(request, seat, 409, refused=[_why_not(problem)])
    return redirect(_place(slug, found))


@login_required
@require_POST
def dots(request: SignedInRequest, slug: str) -> HttpResponse:
    """Open the round of dots, or close it."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.PLAN)
    require(seat, Can.SORT)
    if request.POST.get("act") == "close":
        try:
            actions.close_round(by=seat)
        except actions.RoundClosed as problem:
            return _show(request, seat, 409, refused=[_why_not(problem)])
        messages.success(request, _("The dots are counted."))
        return redirect("scenarios:seeds", slug)
    form = RoundForm(request.POST)
    if not form.is_valid():
        return _show(request, seat, 422, round_form=form)
    actions.open_round(dots=form.cleaned_data["dots"], by=seat)
    messages.success(request, _("Everyone can give dots now."))
    return redirect("scenarios:seeds", slug)


def _readable(seat: Seat, can: Iterable[str]) -> SeedQuerySet:
    any_state = not {Can.MODERATE, Can.REDACT}.isdisjoint(can)
    return Seed.objects.readable_by(seat, any_state=any_state).select_related("seat", "scenario")


def _place(slug: str, found: Seed) -> str:
    return f"{reverse('scenarios:seeds', args=[slug])}#seed-{found.pk}"


def _why_not(problem: Exception) -> str:
    if isinstance(problem, actions.NoDotsLeft):
        return _("You have given all your dots. Take one back first.")
    if isinstance(problem, actions.RoundClosed):
        return _("No dots are given at the moment.")
    return _("This seed is not to be had any more: it was taken down, merged or set aside.")
