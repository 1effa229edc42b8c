import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from participants.requests import SignedInRequest
from scenarios.actions import revisions as actions
from scenarios.analysis.diff import diff
from scenarios.forms.drafts import SubmitForm
from scenarios.groups import require_at, story
from scenarios.kinds import against_last_accepted
from scenarios.live.history import text_of
from scenarios.models import Draft, Revision
from workshops.models import Seat
from workshops.pages import standing
from workshops.permissions import Can, require


@login_required
@require_http_methods(["GET", "POST"])
def submit(request: SignedInRequest, slug: str, scenario_id: int) -> HttpResponse:
    """What would be handed in, against what was accepted before; the version read is the one handed in."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    drafts = Draft.objects.within(seat.workshop).select_related("scenario__workshop")
    draft = get_object_or_404(drafts, scenario=scenario_id)
    require_at(seat, Can.SUBMIT, draft.scenario)
    initial = {"client_key": uuid.uuid4(), "version": draft.version}
    form = SubmitForm(request.POST if request.method == "POST" else None, initial=initial)
    status, problem = 200, ""
    if form.is_valid():
        try:
            revision = actions.submit(draft.scenario, **form.cleaned_data, by=seat)
        except (actions.NothingWritten, actions.NothingNew) as why:
            status, problem = 409, _why_not(why)
        else:
            messages.success(request, _("Handed in. You hear what a moderator decides."))
            return redirect("scenarios:revision", slug, revision.pk)
    elif form.is_bound:
        status = 422
    context = _what_it_says(draft) | {"form": form, "problem": problem, "draft": draft}
    context |= standing(seat, "board") | {"scenario": draft.scenario}
    return render(request, "scenarios/submit.html", context, status=status)


@login_required
@require_GET
def revision(request: SignedInRequest, slug: str, revision_id: int) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = standing(seat, "board")
    readable = Revision.objects.readable_by(
        seat,
        open_ones=Can.READ_OPEN in context["can"],
        any_state=not {Can.MODERATE, Can.REDACT}.isdisjoint(context["can"]),
    ).select_related("seat", "draft__scenario__workshop")
    found = get_object_or_404(readable, pk=revision_id)
    mine = found.seat_id == seat.pk
    context["can"] = story(found.draft.scenario).abilities(seat, context["can"])
    context |= against_last_accepted(found) | {
        "scenario": found.draft.scenario,
        "mine": mine,
        "decision": found.decisions.first() if mine else None,
    }
    return render(request, "scenarios/revision.html", context)


def _what_it_says(draft: Draft) -> dict[str, Any]:
    text = text_of(draft)
    before = Revision.objects.accepted().filter(draft=draft).newest_first().first()
    handed_in = Revision.objects.filter(draft=draft, state=Revision.State.HELD)
    return {
        "revision": {"text": text},
        "before": before,
        "passages": diff(before.text, text) if before else [],
        "waiting": handed_in.first(),
        "empty": not text.strip(),
    }


def _why_not(why: Exception) -> str:
    if isinstance(why, actions.NothingWritten):
        return _("There is nothing written yet, so there is nothing to hand in.")
    return _("Nothing has changed since the last revision was handed in.")
