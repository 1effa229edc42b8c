"""What a workshop was opened with: the rules everyone accepts, and, while convening, all of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.requests import SignedInRequest
from workshops.actions import opening as actions
from workshops.actions import rules
from workshops.forms.opening import RulesForm, SetupForm
from workshops.models import RulesAcceptance, Seat
from workshops.pages import standing
from workshops.permissions import Can, require


@login_required
@require_http_methods(["GET", "POST"])
def setup(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.EDIT_SETUP)
    workshop = seat.workshop
    in_force = workshop.ground_rules.first()
    facts = {name: getattr(workshop, name, "") for name in SetupForm.base_fields}
    form = SetupForm(
        request.POST if request.method == "POST" else None,
        initial=facts | {"ground_rules": in_force.text if in_force else ""},
    )
    if form.is_valid():
        facts = dict(form.cleaned_data)
        actions.edit_setup(ground_rules=facts.pop("ground_rules"), facts=facts, by=seat)
        messages.success(request, _("Saved."))
        return redirect(workshop)
    context = standing(seat) | {"form": form}
    return render(request, "workshops/setup.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def ground_rules(request: SignedInRequest, slug: str) -> HttpResponse:
    """Opens before the rules are accepted; `next` is the page that somebody was on the way to."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    form = RulesForm(request.POST if request.method == "POST" else None)
    onward = request.GET.get("next", "")
    status = 200
    if form.is_valid():
        try:
            rules.accept(**form.cleaned_data, by=seat)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Thank you."))
            here = url_has_allowed_host_and_scheme(onward, allowed_hosts=None)
            return redirect(onward if here else seat.workshop)
    if form.is_bound:
        status = 422
    accepted = RulesAcceptance.objects.filter(seat=seat).select_related("rules")
    context = standing(seat, before_rules=True) | {
        "form": form,
        "rules": seat.workshop.ground_rules.first(),
        "accepted": list(accepted),
    }
    return render(request, "workshops/ground_rules.html", context, status=status)
