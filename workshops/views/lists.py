"""Inviting from a list: first what would become of each line, then the act. The list is kept nowhere between the two."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from participants.requests import SignedInRequest
from workshops import lists
from workshops.actions.lists import invite_all
from workshops.forms.lists import ListForm
from workshops.invited import Step
from workshops.models import Seat
from workshops.pages import standing
from workshops.permissions import Can, require
from workshops.verdicts import Judged, Verdict, judge
from workshops.views.invited import said


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def invite_list(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.INVITE)
    workshop = seat.workshop
    form = (
        ListForm(workshop, request.POST, request.FILES)
        if request.method == "POST"
        else ListForm(workshop, initial={"language": workshop.language})
    )
    context: dict[str, Any] = standing(seat, "seats") | {"form": form}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "workshops/invite_list.html", context, status=status)
    lines, act = form.cleaned_data["lines"], request.POST.get("act")
    if act == "invite":
        messages.success(request, said(Step.RESEND, invite_all(lines, form.terms(), by=seat)))
        return redirect("workshops:invited", slug)
    judged = judge(workshop, lines, form.terms())
    if act == "file":
        return _file(judged)
    context |= {
        "judged": judged,
        "counts": [
            (Verdict(which), n) for which, n in Counter(one.verdict for one in judged).items()
        ],
        "invites": any(one.verdict == Verdict.NEW for one in judged),
        "kept": {
            name: form.cleaned_data[name].pk
            if name == "side" and form.cleaned_data[name]
            else form.cleaned_data[name]
            for name in ("role", "side", "language", "neutral")
            if form.cleaned_data[name]
        },
        "text": form.cleaned_data["text"],
    }
    return render(request, "workshops/invite_list_judged.html", context)


def _file(judged: list[Judged]) -> HttpResponse:
    rows = [(one.line.number, one.line.address, str(one.verdict.label)) for one in judged]
    answer = HttpResponse(lists.write(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="invitations.csv"'
    return answer
