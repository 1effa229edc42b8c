import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.requests import SignedInRequest
from workshops import disputes as actions
from workshops.contributions import kind_of
from workshops.contributions import said as said_of
from workshops.forms.disputes import DisputeForm
from workshops.models import Contribution, Dispute, Seat
from workshops.pages import standing
from workshops.permissions import Can, require

State = Contribution.State


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest, slug: str, contribution_id: int) -> HttpResponse:
    """Say why a word or a piece of evidence is not settled."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.PROPOSE)
    there = Contribution.objects.within(seat.workshop).filter(
        kind__in=actions.DISPUTABLE, state=State.PUBLISHED
    )
    found = get_object_or_404(there.select_related("seat__workshop"), pk=contribution_id)
    form = DisputeForm(
        request.POST if request.method == "POST" else None,
        seat=seat,
        initial={"client_key": uuid.uuid4()},
    )
    if form.is_valid():
        try:
            actions.dispute(found, **form.cleaned_data, by=seat)
        except actions.Gone:
            form.add_error(None, _("It was taken down meanwhile."))
        else:
            messages.success(request, said_of(_("Your reason stands beside it."), by=seat))
            return redirect(kind_of(found).url(found))
    context = standing(seat, "situation") | actions.about(found) | {"form": form}
    status = 422 if form.is_bound else 200
    return render(request, "workshops/dispute_new.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def dispute(request: SignedInRequest, slug: str, dispute_id: int) -> HttpResponse:
    """One dispute; its author takes it back here."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    context = standing(seat, "situation")
    readable = Q(state=State.PUBLISHED) | Q(seat=seat) & ~Q(state=State.WITHDRAWN)
    if {Can.MODERATE, Can.REDACT} & context["can"]:
        readable |= ~Q(state=State.WITHDRAWN)
    there = Dispute.objects.filter(readable, seat__workshop=seat.workshop)
    found = get_object_or_404(
        there.select_related("seat__constituency", "of__seat__workshop"), pk=dispute_id
    )
    if request.method == "POST":
        actions.withdraw(found, by=seat)
        messages.success(request, _("You took it back."))
        return redirect(kind_of(found.of).url(found.of))
    own = found.seat_id == seat.pk
    context |= actions.about(found.of) | {
        "dispute": found,
        "own": own,
        "decision": found.decisions.first() if own else None,
    }
    return render(request, "workshops/dispute.html", context)
