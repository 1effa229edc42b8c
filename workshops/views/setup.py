"""What a workshop was opened with: the rules everyone accepts, and, while convening, all of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.requests import SignedInRequest
from workshops.actions import opening as actions
from workshops.forms.opening import RulesForm, SetupForm
from workshops.models import Seat
from workshops.pages import standing
from workshops.permissions import Can, require


@login_required
@require_http_methods(["GET", "POST"])
def setup(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.EDIT_SETUP)
    workshop = seat.workshop
    rules = workshop.ground_rules.first()
    facts = {name: getattr(workshop, name, "") for name in SetupForm.base_fields}
    form = SetupForm(
        request.POST if request.method == "POST" else None,
        initial=facts | {"ground_rules": rules.text if rules else ""},
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
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    form = RulesForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            actions.accept_rules(**form.cleaned_data, by=seat)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Thank you."))
            return redirect(seat.workshop)
    if form.is_bound:
        status = 422
    context = standing(seat) | {"form": form, "rules": seat.workshop.ground_rules.first()}
    return render(request, "workshops/ground_rules.html", context, status=status)
