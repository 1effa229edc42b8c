import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from participants.requests import SignedInRequest
from scenarios.actions import evidence as actions
from scenarios.forms.evidence import EvidenceForm, RewordEvidenceForm
from scenarios.models import Evidence
from workshops.contributions import said as said_of
from workshops.disputes import shown_to
from workshops.models import Contribution, Seat, Stage
from workshops.pages import standing
from workshops.permissions import Can, require

A_PAGE = 50
State = Contribution.State


@login_required
@require_GET
def situation(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = standing(seat, "situation")
    readable = _readable(seat, context["can"]).prefetch_related(shown_to(seat))
    page = Paginator(readable.order_by("pk"), A_PAGE).get_page(request.GET.get("page"))
    rows: Any = page.object_list
    for row in rows:
        row.contested = any(one.state == State.PUBLISHED for one in row.shown_disputes)
    return render(request, "scenarios/situation.html", context | {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def put_in(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.PROPOSE)
    form = EvidenceForm(
        request.POST if request.method == "POST" else None,
        initial={"client_key": uuid.uuid4(), "language": get_language(), "quality": "fair"},
    )
    if form.is_valid():
        found = actions.put_in(**form.cleaned_data, by=seat)
        messages.success(request, said_of(_("It stands with the evidence."), by=seat))
        return redirect(_place(slug, found))
    context = standing(seat, "situation") | {"form": form}
    return render(request, "scenarios/evidence.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def evidence(request: SignedInRequest, slug: str, evidence_id: int) -> HttpResponse:
    """One's own, worded anew or taken back; everybody else reads it in the list."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = standing(seat, "situation")
    found = get_object_or_404(_readable(seat, context["can"]), pk=evidence_id)
    if found.seat_id != seat.pk and request.method == "GET":
        return redirect(_place(slug, found))
    form, status = None, 200
    if request.method == "POST":
        form = RewordEvidenceForm(request.POST)
        if request.POST.get("act") == "withdraw":
            actions.withdraw(found, by=seat)
            messages.success(request, _("You took it back."))
            return redirect("scenarios:situation", slug)
        if found.seat_id != seat.pk:
            require(seat, Can.PROPOSE)
        if form.is_valid():
            try:
                actions.reword(found, **form.cleaned_data, by=seat)
            except (actions.Overtaken, actions.Disputed) as problem:
                status, context["problem"] = 409, _why_not(problem)
            else:
                messages.success(request, _("Your words are saved."))
                return redirect(_place(slug, found))
        status = 422 if status == 200 else status
    elif Can.PROPOSE in context["can"]:
        fields = ("claim", "source", "link", "quality", "language", "version")
        form = RewordEvidenceForm(initial={field: getattr(found, field) for field in fields})
    context |= {"form": form, "evidence": found, "decision": found.decisions.first()}
    return render(request, "scenarios/evidence.html", context, status=status)


def _readable(seat: Seat, can: Any) -> QuerySet[Evidence]:
    """What is published, of stages still open only for who may read those; and one's own."""
    shown = Q(state=State.PUBLISHED)
    if Can.READ_OPEN not in can:
        shown &= Q(stage__state=Stage.State.CLOSED)
    mine = Q(seat=seat) & ~Q(state=State.WITHDRAWN)
    return Evidence.objects.filter(shown | mine, seat__workshop=seat.workshop).select_related(
        "seat", "stage"
    )


def _place(slug: str, found: Evidence) -> str:
    return f"{reverse('scenarios:situation', args=[slug])}#evidence-{found.pk}"


def _why_not(problem: Exception) -> str:
    if isinstance(problem, actions.Disputed):
        return _("Somebody disputes these words, so they stay as they are. You can take them back.")
    return _("The words changed while you were reading. Here is how they stand now.")
