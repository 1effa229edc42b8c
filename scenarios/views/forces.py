import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from participants.requests import SignedInRequest
from scenarios.actions import forces as actions
from scenarios.blind import milestones, own_first, sees_forces
from scenarios.forms.forces import ForceForm, MergeForm, RewordForceForm
from scenarios.models import DrivingForce, Merge, MergeVoice, Milestone
from scenarios.models.forces import ForceQuerySet
from workshops.contributions import said as said_of
from workshops.models import Contribution, Seat
from workshops.pages import standing
from workshops.permissions import Can, require

What = Milestone.What


@login_required
@require_GET
def forces(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    return _show(request, seat)


def _show(
    request: SignedInRequest, seat: Seat, status: int = 200, refused: list[str] | None = None
) -> HttpResponse:
    context = _around(seat)
    readable = _readable(seat, context["sees"]).order_by("category", "name", "pk")
    rows: list[Any] = list(readable)
    for row in rows:
        row.is_mine = row.seat_id == seat.pk
    context |= {
        "mine": [row for row in rows if row.is_mine],
        "others": [row for row in rows if not row.is_mine and row.merged_into_id is None],
        "merges": _merges(seat) if Can.MERGE in context["can"] else [],
        "refused": refused,
    }
    return render(request, "scenarios/forces.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def propose(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.FORCE)
    form = ForceForm(
        request.POST if request.method == "POST" else None,
        workshop=seat.workshop,
        initial={"client_key": uuid.uuid4(), "language": get_language()},
    )
    if form.is_valid():
        try:
            actions.propose(**form.cleaned_data, by=seat)
        except actions.Frozen:
            form.add_error(None, _frozen())
        else:
            messages.success(request, said_of(_("It is on the list."), by=seat))
            return redirect("scenarios:forces", slug)
    context = _around(seat) | {"form": form}
    return render(request, "scenarios/force.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def force(request: SignedInRequest, slug: str, force_id: int) -> HttpResponse:
    """One's own force, worded anew; everybody else reads it in the list."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = _around(seat)
    found = get_object_or_404(_readable(seat, context["sees"]), pk=force_id)
    if request.method == "POST":
        require(seat, Can.FORCE)
    if found.seat_id != seat.pk:
        return redirect(f"{_list(slug)}#force-{found.pk}")
    form, status = None, 200
    if request.method == "POST":
        form = RewordForceForm(request.POST, workshop=seat.workshop)
        if form.is_valid():
            try:
                actions.reword(found, **form.cleaned_data, by=seat)
            except (actions.Overtaken, actions.Frozen) as problem:
                status, context["problem"] = 409, _why_not(problem)
            else:
                messages.success(request, _("Your words are saved."))
                return redirect("scenarios:forces", slug)
        status = 422 if status == 200 else status
    elif Can.FORCE in context["can"] and What.FORCES_FROZEN not in context["reached"]:
        fields = ("name", "category", "trend", "language", "version")
        initial: dict[str, Any] = {field: getattr(found, field) for field in fields}
        initial |= {"grounds": found.grounds.all(), "meant": found.name}
        form = RewordForceForm(workshop=seat.workshop, initial=initial)
    context |= {"form": form, "force": found, "decision": found.decisions.first()}
    return render(request, "scenarios/force.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: SignedInRequest, slug: str, force_id: int) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.FORCE)
    mine = DrivingForce.objects.within(seat.workshop).filter(seat=seat)
    found = get_object_or_404(mine, pk=force_id)
    if request.method == "POST":
        try:
            actions.withdraw(found, by=seat)
        except actions.Frozen:
            return _show(request, seat, 409, [_frozen()])
        messages.success(request, _("You took it back."))
        return redirect("scenarios:forces", slug)
    context = _around(seat) | {"force": found}
    return render(request, "scenarios/withdraw_force.html", context)


@login_required
@require_POST
def look(request: SignedInRequest, slug: str) -> HttpResponse:
    """That was all of mine: show me the others'."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.FORCE)
    if not own_first(seat.workshop):
        return _show(request, seat, 409, [_("The facilitator shows them to everyone at once.")])
    actions.look(by=seat)
    return redirect("scenarios:forces", slug)


@login_required
@require_POST
def steps(request: SignedInRequest, slug: str) -> HttpResponse:
    """A facilitator's step for everybody: reveal, freeze, open again."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.REVEAL)
    match request.POST.get("act"):
        case "reveal":
            actions.reach(What.FORCES_REVEALED, by=seat)
            messages.success(request, _("Everyone sees all forces now."))
        case "freeze":
            actions.reach(What.FORCES_FROZEN, by=seat)
            messages.success(request, _("The list is frozen. It can be rated as it stands."))
        case "thaw":
            actions.thaw(by=seat)
            messages.success(request, _("The list is open again."))
        case "ranking":
            actions.reach(What.RANKING_REVEALED, by=seat)
            messages.success(request, _("Everyone sees how the forces were rated."))
            return redirect("scenarios:ranking_result", slug)
        case _:
            return _show(request, seat, 422, [_("Use one of the buttons on this page.")])
    return redirect("scenarios:forces", slug)


# --- merging --------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def propose_merge(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.MERGE)
    form = MergeForm(request.POST if request.method == "POST" else None, workshop=seat.workshop)
    if form.is_valid():
        try:
            merge = actions.propose_merge(**form.cleaned_data, by=seat)
        except (actions.Overtaken, actions.Frozen) as problem:
            form.add_error(None, _why_not(problem))
        else:
            done = merge.state == Merge.State.DONE
            said = _("They are one now.") if done else _("The authors are asked.")
            messages.success(request, said)
            return redirect("scenarios:forces", slug)
    context = _around(seat) | {"form": form}
    return render(
        request, "scenarios/merge_new.html", context, status=422 if form.is_bound else 200
    )


@login_required
@require_http_methods(["GET", "POST"])
def merge(request: SignedInRequest, slug: str, merge_id: int) -> HttpResponse:
    """For the authors it asks, and for who proposed it; for nobody else it is there."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = _around(seat)
    readable = Merge.objects.filter(into__seat__workshop=seat.workshop)
    if Can.MERGE not in context["can"]:
        readable = readable.filter(voices__force__seat=seat).distinct()
    found = get_object_or_404(readable.select_related("into"), pk=merge_id)
    status = 200
    if request.method == "POST":
        try:
            said = _act_on(found, request.POST.get("act", ""), seat)
        except (actions.Overtaken, actions.Frozen) as problem:
            status, context["refused"] = 409, [_why_not(problem)]
        else:
            if said:
                messages.success(request, said)
                return redirect("scenarios:forces", slug)
            status, context["refused"] = 422, [_("Use one of the buttons on this page.")]
    voices = list(found.voices.select_related("force__seat"))
    context |= {
        "merge": found,
        "forces": [voice.force for voice in voices],
        "asked": any(v.force.seat_id == seat.pk and v.agrees is None for v in voices),
        "own": any(v.force.seat_id == seat.pk for v in voices),
    }
    return render(request, "scenarios/merge.html", context, status=status)


def _act_on(merge: Merge, act: str, seat: Seat) -> str:
    if act in {"agree", "decline"}:
        require(seat, Can.FORCE)
        done = actions.answer_merge(merge, agrees=act == "agree", by=seat)
        return _("They are one now.") if done.state == Merge.State.DONE else _("Thank you.")
    if act == "drop":
        require(seat, Can.MERGE)
        actions.drop_merge(merge, by=seat)
        return _("They stand apart.")
    require(seat, Can.FORCE if Can.MERGE not in _around(seat)["can"] else Can.MERGE)
    return ""


# --- what they share ------------------------------------------------------------------------


def _around(seat: Seat) -> dict[str, Any]:
    context = standing(seat, "forces")
    reached = milestones(seat.workshop)
    return context | {
        "reached": reached,
        "sees": sees_forces(seat, context["can"], reached),
        "own_first": own_first(seat.workshop),
        "frozen": What.FORCES_FROZEN in reached,
    }


def _readable(seat: Seat, sees: bool) -> ForceQuerySet:
    merged = Prefetch("merged", DrivingForce.objects.filter(state=Contribution.State.PUBLISHED))
    return (
        DrivingForce.objects.readable_by(seat, sees_others=sees)
        .select_related("seat", "merged_into")
        .prefetch_related(merged, "grounds")
    )


def _merges(seat: Seat) -> list[Merge]:
    waiting = Merge.objects.filter(
        into__seat__workshop=seat.workshop,
        state__in=[Merge.State.PROPOSED, Merge.State.DECLINED],
    )
    voices = Prefetch("voices", MergeVoice.objects.select_related("force"))
    return list(waiting.select_related("into").prefetch_related(voices)[:20])


def _list(slug: str) -> str:
    return reverse("scenarios:forces", args=[slug])


def _frozen() -> str:
    return _("The list is frozen. What is on it stays as it is.")


def _why_not(problem: Exception) -> str:
    if isinstance(problem, actions.Frozen):
        return _frozen()
    return _("Something changed meanwhile. Look at the list once more.")
