from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from participants.requests import SignedInRequest
from workshops import appeals as actions
from workshops.contributions import concrete, kind_of
from workshops.forms.appeals import AnswerForm, AppealForm, FlagForm
from workshops.models import Appeal, Seat
from workshops.pages import standing
from workshops.permissions import Can, refuse, require


@login_required
@require_http_methods(["GET", "POST"])
def appeal(request: SignedInRequest, slug: str, decision_id: int) -> HttpResponse:
    """The author's: ask for a second look, and read what came of it."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    decision = actions.standing_decision(seat, decision_id)
    if decision is None:
        raise Http404
    form = AppealForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.appeal(decision, **form.cleaned_data, by=seat)
            except actions.Gone:
                status = 409
            else:
                messages.success(request, _("Your appeal is in."))
                return redirect("workshops:appeal", slug, decision_id)
    own = concrete(decision.contribution)
    context = standing(seat) | {
        "decision": decision,
        "appeal": Appeal.objects.filter(decision=decision).first(),
        "alone": not actions.others(decision),
        "open": actions.stands(decision),
        "title": kind_of(own).title(own),
        "form": form,
    }
    return render(request, "workshops/appeal.html", context, status=status)


@login_required
@require_POST
def answer(request: SignedInRequest, slug: str, appeal_id: int) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    if not standing(seat)["can"] & {Can.MODERATE, Can.REDACT}:
        refuse(seat, Can.MODERATE)
    within = Appeal.objects.filter(decision__contribution__seat__workshop=seat.workshop)
    found = get_object_or_404(within.select_related("decision__contribution"), pk=appeal_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        context = standing(seat, "moderation") | {"form": form, "appeal": found}
        return render(request, "workshops/appeal_answer.html", context, status=422)
    said = form.cleaned_data
    try:
        actions.answer(found, overturn=said["outcome"] == "overturn", note=said["note"], by=seat)
    except actions.Gone:
        messages.warning(
            request, _("It was answered or changed meanwhile. Nothing of yours was applied.")
        )
    else:
        messages.success(request, _("Done. The author is told."))
    return redirect("workshops:decision", slug, found.decision.contribution_id)


@login_required
@require_http_methods(["GET", "POST"])
def flag(request: SignedInRequest, slug: str, contribution_id: int) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = standing(seat)
    found = actions.flaggable(seat, context["can"], contribution_id)
    if found is None:
        raise Http404
    own = concrete(found)
    there = kind_of(own).url(own)
    status = 200
    form = FlagForm(
        request.POST if request.method == "POST" else None, initial={"version": found.version}
    )
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.flag(found, **form.cleaned_data, by=seat)
            except actions.Gone:
                status = 409
                form = FlagForm(initial={"version": found.version})
                context["overtaken"] = True
            else:
                messages.success(
                    request, _("The moderators look at it. Nobody learns that it was you.")
                )
                return redirect(there)
    context |= {"title": kind_of(own).title(own), "back": there, "form": form}
    return render(request, "workshops/flag.html", context, status=status)
