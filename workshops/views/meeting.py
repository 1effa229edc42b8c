"""The room of one session. Its pages work by reloading; with scripting they hear when something changed."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from participants.requests import SignedInRequest
from workshops import gates, meeting, voices
from workshops.actions import meeting as actions
from workshops.forms.sessions import ActForm, NotesForm, PollForm
from workshops.models import Contribution, Seat, Session, Stage
from workshops.pages import standing
from workshops.permissions import Can, require
from workshops.views.sessions import find

DOORS_OPEN = timedelta(hours=1)


@login_required
@require_GET
def session(request: SignedInRequest, slug: str, session_id: int) -> HttpResponse:
    seat, found = find(request, slug, session_id)
    context = standing(seat, "sessions")
    if Can.MEET in context["can"] and _doors_are_open(found):
        actions.arrive(found, by=seat)
    return _show(request, seat, found, context)


@login_required
@require_POST
def act(request: SignedInRequest, slug: str, session_id: int) -> HttpResponse:
    """One press in the room."""
    seat, found = find(request, slug, session_id)
    require(seat, Can.MEET)
    form = ActForm(request.POST)
    if not form.is_valid():
        said = [_("Use one of the buttons on this page.")]
        return _show(request, seat, found, status=422, refused=said)
    try:
        _acts(found, seat, form.cleaned_data)[form.cleaned_data["act"]]()
    except ValidationError as refused:
        seat, found = find(request, slug, session_id)
        return _show(request, seat, found, status=409, refused=refused.messages)
    except PermissionDenied as refused:
        if "X-Part" not in request.headers:
            raise
        return _show(request, seat, found, status=403, refused=[str(refused)])
    if "X-Part" in request.headers:
        seat, found = find(request, slug, session_id)
        return _show(request, seat, found)
    return redirect("workshops:session", slug, session_id)


def _acts(found: Session, seat: Seat, given: dict[str, Any]) -> dict[str, Callable[[], object]]:
    seen = given["seen"]
    return {
        "go_on": lambda: actions.go_on(found, seen=seen, by=seat),
        "pause": lambda: actions.pause(found, seen=seen, by=seat),
        "extend": lambda: actions.extend(found, minutes=given["minutes"] or 5, seen=seen, by=seat),
        "hand": lambda: actions.raise_hand(found, up=True, by=seat),
        "lower": lambda: actions.raise_hand(found, up=False, by=seat),
        "spoke": lambda: actions.speak(found, seat_id=given["spoke"] or 0, by=seat),
        "ready": lambda: actions.be_ready(found, ready=True, seen=seen, by=seat),
        "not_ready": lambda: actions.be_ready(found, ready=False, seen=seen, by=seat),
        "answer": lambda: actions.answer(
            found,
            poll_id=given["poll"] or 0,
            choice=-1 if given["choice"] is None else given["choice"],
            by=seat,
        ),
        "close": lambda: actions.close_poll(found, poll_id=given["poll"] or 0, by=seat),
    }


@login_required
@require_http_methods(["GET", "POST"])
def notes(request: SignedInRequest, slug: str, session_id: int) -> HttpResponse:
    """The shared notes. Who saves on an older version sees both, and loses neither."""
    seat, found = find(request, slug, session_id)
    require(seat, Can.MEET)
    first = {"text": found.notes, "version": found.notes_version}
    form = NotesForm(request.POST if request.method == "POST" else None, initial=first)
    status, theirs = 200, ""
    if form.is_valid():
        try:
            actions.write_notes(found, **form.cleaned_data, by=seat)
        except actions.NotesChanged:
            found.refresh_from_db()
            status, theirs = 409, found.notes
            typed = form.cleaned_data["text"]
            form = NotesForm(initial={"text": typed, "version": found.notes_version})
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("workshops:session", slug, session_id)
    if form.is_bound:
        status = 422
    context = standing(seat, "sessions") | {"form": form, "session": found, "theirs": theirs}
    return render(request, "workshops/session_notes.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def cockpit(request: SignedInRequest, slug: str, session_id: int) -> HttpResponse:
    """For whoever hosts: who was not heard yet, what waits, the next gates, and asking a poll."""
    seat, found = find(request, slug, session_id)
    require(seat, Can.HOST)
    form = PollForm(
        request.POST if request.method == "POST" else None, initial={"client_key": uuid.uuid4()}
    )
    if form.is_valid():
        try:
            actions.ask(found, **form.cleaned_data, by=seat)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("The poll is open in the room."))
            return redirect("workshops:session", slug, session_id)
    context = standing(seat, "sessions")
    stage = context["stage"]
    since = found.begun_at or (stage.opened_at if stage else None) or found.starts_at
    coming = seat.workshop.stages.filter(state=Stage.State.PENDING).select_related("workshop")
    next_stage = coming.first()
    context |= {
        "form": form,
        "session": found,
        "unheard": voices.unheard(found, since),
        "since": since,
        "k": seat.workshop.small_cell,
        "waiting": Contribution.objects.within(seat.workshop).waiting().count(),
        "coming": next_stage,
        "gates": gates.before(next_stage) if next_stage else [],
    }
    status = 422 if form.is_bound else 200
    return render(request, "workshops/cockpit.html", context, status=status)


def _doors_are_open(found: Session) -> bool:
    over = found.ended_at is not None or found.cancelled_at is not None
    return not over and (found.is_on or found.starts_at <= timezone.now() + DOORS_OPEN)


def _show(
    request: SignedInRequest,
    seat: Seat,
    found: Session,
    around: dict[str, Any] | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = around or standing(seat, "sessions")
    context |= {
        "session": found,
        "room": meeting.room(found, seat, context["can"]),
        "doors_open": _doors_are_open(found),
        "unnamed": seat.workshop.unnamed,
        **more,
    }
    part = "X-Part" in request.headers
    template = "workshops/_room.html" if part else "workshops/session.html"
    response = render(request, template, context, status=status)
    if part:
        response["X-Part"] = "1"
    return response
