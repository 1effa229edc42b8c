import uuid
from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from participants.requests import SignedInRequest
from scenarios.actions import seeds as actions
from scenarios.forms.seeds import SeedForm
from scenarios.models import Seed
from scenarios.models.board import SeedQuerySet
from workshops.models import Seat
from workshops.pages import standing
from workshops.permissions import Can, require

A_PAGE = 40


@login_required
@require_GET
def seeds(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = standing(seat, "board")
    readable = _readable(seat, context["can"])
    page = Paginator(readable.order_by("pk"), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "scenarios/seeds.html", context | {"page": page})


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
        messages.success(request, _("Your seed is in the pool."))
        return redirect("scenarios:seeds", slug)
    context = standing(seat, "board") | {"form": form}
    return render(request, "scenarios/sow.html", context, status=422 if form.is_bound else 200)


@login_required
@require_GET
def seed(request: SignedInRequest, slug: str, seed_id: int) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = standing(seat, "board")
    found = get_object_or_404(_readable(seat, context["can"]), pk=seed_id)
    last = found.decisions.first() if found.seat_id == seat.pk else None
    return render(request, "scenarios/seed.html", context | {"seed": found, "decision": last})


def _readable(seat: Seat, can: Iterable[str]) -> SeedQuerySet:
    any_state = not {Can.MODERATE, Can.REDACT}.isdisjoint(can)
    return Seed.objects.readable_by(seat, any_state=any_state).select_related("seat", "scenario")
