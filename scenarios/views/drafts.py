import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from participants.requests import SignedInRequest
from scenarios.board import newest_logic, places
from scenarios.forms.drafts import TextForm
from scenarios.groups import story
from scenarios.live import history as past
from scenarios.live.posted import Conflict, NotSaved, save_text
from scenarios.live.protocol import Why
from scenarios.live.words import sentence
from scenarios.models import Draft, Revision
from scenarios.views.comments import around
from workshops.models import Seat
from workshops.pages import standing
from workshops.permissions import Can, refusal_at_story, require

REVISIONS = 20


@login_required
@require_GET
def scenario(request: SignedInRequest, slug: str, scenario_id: int) -> HttpResponse:
    """The story as it was accepted; as it stands now for those who may read what is open."""
    seat, draft = find_draft(request, slug, scenario_id, Can.READ)
    context = around_draft(seat, draft)
    can = context["can"]
    handed_in = Revision.objects.filter(draft=draft).exclude(state=Revision.State.WITHDRAWN)
    revisions = handed_in.readable_by(
        seat,
        open_ones=Can.READ_OPEN in can,
        any_state=not {Can.MODERATE, Can.REDACT}.isdisjoint(can),
    )
    accepted = Revision.objects.accepted().filter(draft=draft).newest_first().first()
    living = Can.READ_OPEN in can and (request.GET.get("text") == "now" or accepted is None)
    text = past.text_of(draft) if living else accepted.text if accepted else ""
    labels = places(newest_logic(seat.workshop))
    place = draft.scenario.place
    context |= {
        "accepted": accepted,
        "living": living,
        "text": text,
        "words": len(text.split()),
        "place": labels[place] if place is not None and place < len(labels) else "",
        "revisions": revisions.select_related("seat").newest_first()[:REVISIONS],
        "returned": _returned_to(seat, draft),
    }
    return render(request, "scenarios/scenario.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: SignedInRequest, slug: str, scenario_id: int) -> HttpResponse:
    """Where the text is written. A post is a page without scripting; what it cannot save it gives back."""
    seat, found = find_draft(request, slug, scenario_id, Can.READ_OPEN)
    context = around_draft(seat, found)
    why = (
        ""
        if Can.CO_EDIT in context["can"]
        else refusal_at_story(seat, Can.CO_EDIT, context["held"])
    )
    if found.frozen and not why:
        why = f"{sentence(Why.FROZEN)} {found.frozen_because}".strip()
    if request.method == "POST":
        return _save(request, seat, found, context | {"writable": not why, "why": why})
    context["redaction"] = found.redactions.first()
    text = past.text_of(found)
    now = {"text": text, "version": found.version, "client_key": uuid.uuid4()}
    context |= {"form": TextForm(initial=now), "writable": not why, "why": why}
    context |= around(found, text, seat, context["can"])
    return render(request, "scenarios/draft.html", context)


def _save(
    request: SignedInRequest, seat: Seat, found: Draft, context: dict[str, Any]
) -> HttpResponse:
    form = TextForm(request.POST)
    context["form"] = form
    if not context["writable"]:
        return render(request, "scenarios/draft.html", context, status=403)
    if not form.is_valid():
        return render(request, "scenarios/draft.html", context, status=422)
    sent = form.cleaned_data
    done = save_text(
        found,
        base_version=sent["version"],
        text=sent["text"],
        client_key=sent["client_key"],
        by=seat,
    )
    if isinstance(done, Conflict):
        again = {"text": sent["text"], "version": done.version, "client_key": uuid.uuid4()}
        context |= {"form": TextForm(initial=again), "theirs": done.text}
        return render(request, "scenarios/conflict.html", context, status=409)
    if isinstance(done, NotSaved):
        form.add_error(None, done.say)
        return render(request, "scenarios/draft.html", context, status=422)
    messages.success(request, _("Saved."))
    return redirect("scenarios:draft", seat.workshop.slug, found.scenario_id)


def find_draft(
    request: SignedInRequest, slug: str, scenario_id: int, can: Can
) -> tuple[Seat, Draft]:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, can)
    drafts = Draft.objects.within(seat.workshop).select_related("scenario__workshop")
    return seat, get_object_or_404(drafts, scenario=scenario_id)


def around_draft(seat: Seat, found: Draft) -> dict[str, Any]:
    context = standing(seat, "board") | {"scenario": found.scenario, "draft": found}
    held, here = context["can"], story(found.scenario)
    return context | {"can": here.abilities(seat, held), "held": held, "story": here}


def _returned_to(seat: Seat, found: Draft) -> Revision | None:
    """The newest revision, if it is this seat's and came back."""
    newest = Revision.objects.filter(draft=found).order_by("-pk").first()
    if newest is None or newest.seat_id != seat.pk or newest.state != newest.State.RETURNED:
        return None
    return newest
