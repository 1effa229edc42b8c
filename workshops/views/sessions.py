"""The schedule of sessions."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from participants.requests import SignedInRequest
from workshops import calendars
from workshops.actions import sessions as actions
from workshops.forms.sessions import SessionForm, written
from workshops.models import Seat, Session
from workshops.pages import standing
from workshops.permissions import Can, require


@login_required
@require_GET
def sessions(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    rows = seat.workshop.sessions.select_related("stage").prefetch_related("agenda")
    ahead = list(rows.ahead()[:30])
    over = rows.exclude(pk__in=[session.pk for session in ahead])
    context = standing(seat, "sessions") | {
        "ahead": ahead,
        "page": Paginator(over, 20).get_page(request.GET.get("page")),
    }
    return render(request, "workshops/sessions.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.HOST)
    context = standing(seat, "sessions")
    form = SessionForm(
        seat.workshop,
        request.POST if request.method == "POST" else None,
        initial={"client_key": uuid.uuid4(), "stage": context["stage"]},
    )
    if form.is_valid():
        try:
            session = actions.schedule(**form.cleaned_data, by=seat)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("The session stands in the schedule."))
            return redirect("workshops:session", slug, session.pk)
    context |= {"form": form}
    status = 422 if form.is_bound else 200
    return render(request, "workshops/session_form.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, slug: str, session_id: int) -> HttpResponse:
    seat, session = find(request, slug, session_id)
    require(seat, Can.HOST)
    facts: dict[str, Any] = {
        name: getattr(session, name) for name in ("title", "starts_at", "stage", "client_key")
    }
    form = SessionForm(
        seat.workshop,
        request.POST if request.method == "POST" else None,
        initial=facts | {"agenda": written(session)},
    )
    if form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "client_key"}
        try:
            actions.change(session, **given, by=seat)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("workshops:session", slug, session.pk)
    context = standing(seat, "sessions") | {"form": form, "session": session}
    status = 422 if form.is_bound else 200
    return render(request, "workshops/session_form.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def call_off(request: SignedInRequest, slug: str, session_id: int) -> HttpResponse:
    seat, session = find(request, slug, session_id)
    require(seat, Can.HOST)
    refused: list[str] = []
    if request.method == "POST":
        try:
            actions.call_off(session, by=seat)
        except ValidationError as error:
            refused = error.messages
        else:
            messages.success(request, _("The session is called off."))
            return redirect("workshops:sessions", slug)
    context = standing(seat, "sessions") | {"session": session, "refused": refused}
    return render(request, "workshops/call_off.html", context, status=409 if refused else 200)


@login_required
@require_GET
def calendar(request: SignedInRequest, slug: str, session_id: int) -> HttpResponse:
    seat, session = find(request, slug, session_id)
    require(seat, Can.READ)
    return HttpResponse(
        calendars.calendar_file(session, request.user),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="session.ics"'},
    )


def find(request: SignedInRequest, slug: str, session_id: int) -> tuple[Seat, Session]:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    rows = Session.objects.select_related("workshop", "stage", "item").prefetch_related("agenda")
    return seat, get_object_or_404(rows, pk=session_id, workshop=seat.workshop)
