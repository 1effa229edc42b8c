import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.requests import SignedInRequest
from scenarios.actions import watching as actions
from scenarios.analysis.diff import diff
from scenarios.forms.watching import FreezeForm, ReadForm, RedactForm
from scenarios.live import history as past
from scenarios.live.redacting import NotThere
from scenarios.models import Draft, LastRead
from scenarios.views.drafts import around_draft, find_draft
from workshops.hinting import labelled
from workshops.hints import hints
from workshops.models import Seat
from workshops.permissions import Can, refuse


@login_required
@require_http_methods(["GET", "POST"])
def watch(request: SignedInRequest, slug: str, scenario_id: int) -> HttpResponse:
    """A living draft before a moderator: what is new since the last look, freezing, and taking words out."""
    seat, draft = find_draft(request, slug, scenario_id, Can.READ_OPEN)
    context = around_draft(seat, draft)
    if not context["held"] & {Can.MODERATE, Can.REDACT}:
        refuse(seat, Can.MODERATE)
    forms: dict[str, Form] = {}
    if request.method == "POST":
        act = request.POST.get("act", "")
        said = _act(act, request, draft, seat, forms)
        if said:
            messages.success(request, said)
            return redirect("scenarios:watch", slug, scenario_id)
    context |= _shown(draft, seat) | {
        "freeze_form": forms.get("freeze", FreezeForm()),
        "redact_form": forms.get("redact", RedactForm(initial={"client_key": uuid.uuid4()})),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "scenarios/watch.html", context, status=status)


def _act(
    act: str, request: SignedInRequest, draft: Draft, seat: Seat, forms: dict[str, Form]
) -> str:
    """What was done, in a sentence; empty where a form has something to say first."""
    match act:
        case "freeze":
            form: Form = FreezeForm(request.POST)
            forms[act] = form
            if form.is_valid():
                actions.freeze(draft, **form.cleaned_data, by=seat)
                return _("The draft is frozen. Everybody who has it open reads why.")
        case "thaw":
            actions.thaw(draft, by=seat)
            return _("People can write again.")
        case "read":
            form = ReadForm(request.POST)
            if form.is_valid():
                actions.have_read(draft, **form.cleaned_data, by=seat)
                return _("Noted. Next time you see what is new since now.")
        case "redact":
            form = RedactForm(request.POST)
            forms[act] = form
            if form.is_valid():
                asked = dict(form.cleaned_data)
                del asked["sure"]
                try:
                    actions.redact_passage(draft, **asked, by=seat)
                except NotThere:
                    form.add_error("words", _("These words never stood in this text."))
                else:
                    return _("Done. The words are gone from the text and from its history.")
    return ""


def _shown(draft: Draft, seat: Seat) -> dict[str, Any]:
    draft.refresh_from_db()
    read = LastRead.objects.filter(draft=draft, seat=seat).first()
    text = past.text_of(draft)
    known = read is not None and read.version <= draft.version
    before = past.text_at(draft.pk, read.version) if read and known else ""
    return {
        "read": read,
        "text": text,
        "passages": diff(before, text) if read and before != text else [],
        "hints": labelled(hints(text)),
        "redactions": draft.redactions.select_related("seat"),
    }
