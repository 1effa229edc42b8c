"""What became of the invitations, and steps taken with many of them, each shown before it is done."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from participants.requests import SignedInRequest
from workshops.actions import invited as actions
from workshops.forms.invited import StepForm
from workshops.invited import Show, Step, listed, reach
from workshops.models import Seat
from workshops.pages import standing
from workshops.permissions import Can, require

A_PAGE = 100


@login_required
@require_GET
@never_cache
def invited(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.UNSEAT)
    return _show(request, seat)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def step(request: SignedInRequest, slug: str) -> HttpResponse:
    """Whom it reaches and whom it leaves out; posting does it."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.UNSEAT)
    form = StepForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        refused = [sentence for errors in form.errors.values() for sentence in errors]
        return _show(request, seat, status=422, refused=refused)
    what, ids = form.cleaned_data["step"], form.cleaned_data["ids"]
    if what != Step.REVOKE:
        require(seat, Can.INVITE)
    if request.method == "POST":
        done = actions.take(what, ids, by=seat)
        messages.success(request, said(what, done))
        return redirect("workshops:invited", slug)
    context = standing(seat, "seats") | {"reach": reach(seat.workshop, what, ids)}
    return render(request, "workshops/invited_step.html", context)


def said(what: Step, done: int) -> str:
    if what == Step.REVOKE:
        said = ngettext("%(n)s offer was taken back.", "%(n)s offers were taken back.", done)
    elif what == Step.REMIND:
        said = ngettext("%(n)s reminder is on its way.", "%(n)s reminders are on their way.", done)
    else:
        said = ngettext(
            "%(n)s invitation is on its way.", "%(n)s invitations are on their way.", done
        )
    return said % {"n": done}


def _show(request: SignedInRequest, seat: Seat, status: int = 200, **more: Any) -> HttpResponse:
    asked = request.GET.get("show", Show.ALL)
    show = asked if asked in Show.values else Show.ALL
    page = Paginator(listed(seat.workshop, show), A_PAGE).get_page(request.GET.get("page"))
    context = standing(seat, "seats") | {
        "page": page,
        "show": show,
        "filters": Show.choices,
        "query": f"show={show}",
        **more,
    }
    return render(request, "workshops/invited.html", context, status=status)
