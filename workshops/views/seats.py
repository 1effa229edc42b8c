"""The seating plan, and each seat with its offer, for facilitators."""

import uuid
from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from participants.emails import absolute
from participants.requests import SignedInRequest
from workshops import seating
from workshops.actions import invitations
from workshops.actions import seats as actions
from workshops.forms.opening import SideForm
from workshops.forms.seats import AddSeatsForm, CodeForm, InviteForm, RoleForm
from workshops.models import Invitation, Role, Seat, Workshop
from workshops.pages import standing
from workshops.permissions import Can, require
from workshops.tokens import token_of


@login_required
@require_GET
def seats(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.SEE_SEATS)
    return _show_plan(request, seat)


@login_required
@require_POST
def add_seats(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.INVITE)
    form = AddSeatsForm(seat.workshop, request.POST)
    if not form.is_valid():
        return _show_plan(request, seat, status=422, adding=form)
    try:
        added = actions.add_seats(**form.cleaned_data, by=seat)
    except ValidationError as refused:
        return _show_plan(request, seat, status=409, refused=refused.messages)
    messages.success(request, _("Seats added: %(count)s.") % {"count": len(added)})
    if len(added) == 1:
        return redirect("workshops:seat", slug, added[0].pk)
    return redirect("workshops:seats", slug)


@login_required
@require_POST
def add_side(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.INVITE)
    form = SideForm(request.POST)
    if form.is_valid():
        try:
            side = actions.add_constituency(**form.cleaned_data, by=seat)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("%(side)s has a place at the table.") % {"side": side.name})
            return redirect("workshops:seats", slug)
    return _show_plan(request, seat, status=422, siding=form)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def seat_page(request: SignedInRequest, slug: str, seat_id: int) -> HttpResponse:
    """One seat and its offer; posting sends the invitation by mail."""
    me, seat = _seat(request, slug, seat_id)
    form = InviteForm(request.POST if request.method == "POST" else None, initial=_fresh(seat))
    status = 200
    if request.method == "POST":
        require(me, Can.INVITE)
        status = 422
    if form.is_valid():
        try:
            invitations.invite(seat, **form.cleaned_data, by=me)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect("workshops:seat", slug, seat.pk)
    return _show_seat(request, me, seat, status=status, form=form)


@login_required
@require_POST
def make_code(request: SignedInRequest, slug: str, seat_id: int) -> HttpResponse:
    me, seat = _seat(request, slug, seat_id)
    require(me, Can.INVITE)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _show_seat(request, me, seat, status=422)
    try:
        invitations.invite(seat, **form.cleaned_data, language=seat.language, by=me)
    except ValidationError as refused:
        return _show_seat(request, me, seat, status=409, refused=refused.messages)
    return redirect("workshops:card", slug, seat.pk)


@login_required
@require_POST
def revoke(request: SignedInRequest, slug: str, seat_id: int) -> HttpResponse:
    me, seat = _seat(request, slug, seat_id)
    try:
        invitations.revoke(seat, by=me)
    except ValidationError as refused:
        return _show_seat(request, me, seat, status=409, refused=refused.messages)
    messages.success(request, _("The offer is taken back. Its link and its code no longer work."))
    return redirect("workshops:seat", slug, seat.pk)


@login_required
@require_POST
def change_role(request: SignedInRequest, slug: str, seat_id: int) -> HttpResponse:
    me, seat = _seat(request, slug, seat_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _show_seat(request, me, seat, status=422, role_form=form)
    try:
        actions.change_role(seat, **form.cleaned_data, by=me)
    except ValidationError as refused:
        return _show_seat(request, me, seat, status=409, refused=refused.messages)
    messages.success(request, _("The seat has its new role from now on."))
    return redirect("workshops:seat", slug, seat.pk)


@login_required
@require_GET
@never_cache
def card(request: SignedInRequest, slug: str, seat_id: int) -> HttpResponse:
    """The code to hand over, for as long as it is good. A mailed one is its reader's alone."""
    me, seat = _seat(request, slug, seat_id)
    offer = Invitation.objects.acceptable().filter(seat=seat, address="").first()
    if offer is None:
        raise Http404
    token = token_of(offer.nonce)
    url = absolute(reverse("workshops:invitation", args=[token]))
    drawn = segno.make(url, micro=False).svg_inline(
        border=0, omitsize=True, svgclass=None, lineclass=None
    )
    context = standing(me, "seats") | {
        "place": seat,
        "offer": offer,
        "token": token,
        "url": url,
        "type_at": absolute(reverse("workshops:invitations")),
        "qr": mark_safe(drawn),  # noqa: S308  (drawn by segno from an address of ours)
    }
    return render(request, "workshops/card.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def remove(request: SignedInRequest, slug: str, seat_id: int) -> HttpResponse:
    me, seat = _seat(request, slug, seat_id)
    refused: list[str] = []
    if request.method == "POST":
        try:
            actions.remove(seat, by=me)
        except ValidationError as error:
            refused = error.messages
        else:
            messages.success(request, _("The seat is removed."))
            return redirect("workshops:seats", slug)
    context = standing(me, "seats") | {"place": seat, "refused": refused}
    return render(request, "workshops/remove_seat.html", context, status=409 if refused else 200)


@login_required
@require_http_methods(["GET", "POST"])
def leave(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    refused: list[str] = []
    if request.method == "POST":
        try:
            actions.leave(by=seat)
        except ValidationError as error:
            refused = error.messages
        else:
            messages.success(request, _("You have left the workshop. What you wrote stays."))
            return redirect("home")
    context = standing(seat, before_rules=True) | {"refused": refused}
    return render(request, "workshops/leave.html", context, status=409 if refused else 200)


def _seat(request: SignedInRequest, slug: str, seat_id: int) -> tuple[Seat, Seat]:
    """My seat, and the one the page is about."""
    me = get_object_or_404(Seat.objects.at(slug, request.user))
    require(me, Can.UNSEAT)
    there = me.workshop.seats.exclude(state__in=[Seat.State.LEFT, Seat.State.REMOVED])
    return me, get_object_or_404(there.select_related("workshop", "constituency"), pk=seat_id)


def _fresh(seat: Seat) -> dict[str, Any]:
    return {"client_key": uuid.uuid4(), "language": seat.language}


def _show_plan(request: SignedInRequest, me: Seat, status: int = 200, **more: Any) -> HttpResponse:
    plan = seating.plan(me.workshop)
    around = standing(me, "seats")
    context = around | {
        "plan": plan,
        "groups": seating.picture(plan),
        # The picture names nobody; the list does only to those who seat people, or where all go by their names.
        "named": Can.UNSEAT in around["can"]
        or me.workshop.attribution == Workshop.Attribution.NAMED,
        "adding": AddSeatsForm(me.workshop, initial={"seen": me.workshop.seats.count()}),
        "siding": SideForm(),
        **more,
    }
    return render(request, "workshops/seats.html", context, status=status)


def _show_seat(
    request: SignedInRequest, me: Seat, seat: Seat, status: int = 200, **more: Any
) -> HttpResponse:
    latest = seat.invitations.first()
    context = standing(me, "seats") | {
        "place": seat,
        "latest": latest,
        "unanswered": latest is not None and latest.state in Invitation.UNANSWERED,
        "form": InviteForm(initial=_fresh(seat)),
        "code_form": CodeForm(initial=_fresh(seat)),
        "role_form": RoleForm(initial={"role": seat.role}),
        "may_change_role": seat.state == Seat.State.TAKEN
        and seat.pk != me.pk
        and seat.role != Role.CONVENOR,
        **more,
    }
    return render(request, "workshops/seat.html", context, status=status)
