from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from participants.requests import SignedInRequest
from workshops import activity, gates, rooms, way
from workshops.actions import stages as actions
from workshops.actions import way as way_actions
from workshops.asks import asked_of
from workshops.forms.stages import ArrangeForm, ClosingForm, ModerationForm, MoveForm, ReopenForm
from workshops.models import Activity, Seat, Stage
from workshops.pages import standing
from workshops.permissions import Can, require

State = Stage.State


@login_required
@require_GET
def stages(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    return _show(request, seat)


@login_required
@require_GET
def stage(request: SignedInRequest, slug: str, kind: str) -> HttpResponse:
    """What one stage is for, what to do in it, what others did, and when it closes."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    context = standing(seat, "stages")
    rows = list(seat.workshop.stages.all())
    one = next((row for row in rows if row.kind == kind), None)
    if one is None:
        raise Http404
    now_open = one.state == State.OPEN
    shown = Activity.objects.filter(workshop=seat.workshop).shown().during(one)
    shown = shown.select_related("seat", "stage", "contribution__seat__workshop")
    if now_open and Can.READ_OPEN not in context["can"]:
        shown = shown.none()
    page = Paginator(shown, 20).get_page(request.GET.get("page"))
    context |= {
        "one": one,
        "number": rows.index(one) + 1,
        "total": len(rows),
        "before": rows[rows.index(one) - 1] if one != rows[0] else None,
        "doors": rooms.doors(seat.workshop, kind, context["can"]),
        "asks": asked_of(seat, context["can"], one) if now_open else [],
        "page": page,
        "lines": activity.lines(seat.workshop, page.object_list, context["can"], context["stage"]),
        "hidden": now_open and Can.READ_OPEN not in context["can"],
    }
    return render(request, "workshops/stage.html", context)


@login_required
@require_POST
def arrange(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.MOVE_STAGES)
    form = ArrangeForm(request.POST)
    if not form.is_valid():
        return _show(request, seat, status=422, refused=[_("Use one of the buttons on this page.")])
    try:
        way_actions.rearrange(**form.cleaned_data, by=seat)
    except ValidationError as refused:
        return _show(request, seat, status=409, refused=refused.messages)
    return redirect(reverse("workshops:stages", args=[slug]) + "#to-come")


@login_required
@require_POST
def move(request: SignedInRequest, slug: str) -> HttpResponse:
    """Close the open stage, and open the next one unless only closing was asked for."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.MOVE_STAGES)
    form = MoveForm(request.POST)
    if not form.is_valid():
        known = form.errors.keys() == {"because"}
        why = [] if known else [_("Use one of the buttons on this page.")]
        return _show(request, seat, status=422, refused=why, moving=form)
    given = form.cleaned_data
    try:
        if given["act"] == "close":
            stage = actions.close(seen=given["seen"], by=seat)
        else:
            stage = actions.go_on(seen=given["seen"], because=given["because"], by=seat)
    except ValidationError as refused:
        return _show(request, seat, status=409, refused=refused.messages)
    said = _("%(stage)s is open.") if stage.state == State.OPEN else _("%(stage)s is closed.")
    messages.success(request, said % {"stage": stage.get_kind_display()})
    return redirect("workshops:stages", slug)


@login_required
@require_POST
def reopen(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.MOVE_STAGES)
    form = ReopenForm(_closed(seat), request.POST)
    if not form.is_valid():
        return _show(request, seat, status=422, reopening=form)
    try:
        stage = actions.reopen(
            stage_id=form.cleaned_data["stage"], because=form.cleaned_data["because"], by=seat
        )
    except ValidationError as refused:
        return _show(request, seat, status=409, refused=refused.messages)
    messages.success(request, _("%(stage)s is open.") % {"stage": stage.get_kind_display()})
    return redirect("workshops:stages", slug)


@login_required
@require_POST
def closing(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.MOVE_STAGES)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        return _show(request, seat, status=422, closing=form)
    try:
        actions.set_closing(
            stage_id=form.cleaned_data["stage"], closes_at=form.cleaned_data["closes_at"], by=seat
        )
    except ValidationError as refused:
        return _show(request, seat, status=409, refused=refused.messages)
    messages.success(request, _("Saved."))
    return redirect("workshops:stages", slug)


@login_required
@require_POST
def moderation(request: SignedInRequest, slug: str) -> HttpResponse:
    """The switch: whether contributions wait for a moderator, or are read after they are shown."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.MOVE_STAGES)
    form = ModerationForm(request.POST)
    if not form.is_valid():
        return _show(request, seat, status=422, reading=form)
    chosen = form.cleaned_data
    try:
        actions.set_moderation(stage_id=chosen["stage"], before=chosen["when"] == "pre", by=seat)
    except ValidationError as refused:
        return _show(request, seat, status=409, refused=refused.messages)
    messages.success(request, _("Saved."))
    return redirect("workshops:stages", slug)


def _show(request: SignedInRequest, seat: Seat, status: int = 200, **more: Any) -> HttpResponse:
    context = standing(seat, "stages")
    rows = list(seat.workshop.stages.select_related("workshop"))
    coming = next((row for row in rows if row.state == State.PENDING), None)
    shown = context["stage"] or coming
    moves = Can.MOVE_STAGES in context["can"]
    looks = gates.before(coming) if moves and coming else []
    context |= {
        "stages": rows,
        "coming": coming,
        "gates": looks,
        "unmet": any(not look.finding.met for look in looks),
        "moving": more.pop("moving", None) or MoveForm(),
        "steps": way.steps([row.kind for row in rows if row.state == State.PENDING]),
        "left_out": way.left_out(row.kind for row in rows),
        "arrange_url": reverse("workshops:arrange_stages", args=[seat.workshop.slug]),
        "closing": more.pop("closing", None) or (shown and ClosingForm.of(shown)),
        "reading": more.pop("reading", None) or (shown and ModerationForm.of(shown)),
        "reopening": more.pop("reopening", None) or _reopening(rows),
        **more,
    }
    return render(request, "workshops/stages.html", context, status=status)


def _closed(seat: Seat) -> list[Stage]:
    return list(seat.workshop.stages.filter(state=State.CLOSED))


def _reopening(rows: list[Stage]) -> ReopenForm | None:
    """Only while no stage is open, and one was."""
    closed = [row for row in rows if row.state == State.CLOSED]
    none_open = all(row.state != State.OPEN for row in rows)
    return ReopenForm(closed, initial={"stage": closed[-1].pk}) if closed and none_open else None
