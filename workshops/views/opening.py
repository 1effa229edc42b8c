"""Opening a workshop in four steps. What was typed waits in the session, as typed, until the last."""

import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.requests import SignedInRequest
from workshops import layouts, way
from workshops.actions.opening import Side, open_workshop
from workshops.forms.opening import (
    FIRST_ROWS,
    MethodForm,
    PeopleForm,
    QuestionForm,
    SideForm,
    SideFormSet,
)
from workshops.forms.stages import ArrangeForm
from workshops.models import StageKind, Workshop

KEPT = "opening"
LONGEST = 5000


@login_required
@require_http_methods(["GET", "POST"])
def question(request: SignedInRequest) -> HttpResponse:
    first = {"base_year": now().year, "horizon_year": now().year + 10, "language": get_language()}
    return _step(request, QuestionForm, "question", first, onward="workshops:new_method")


@login_required
@require_http_methods(["GET", "POST"])
def method(request: SignedInRequest) -> HttpResponse:
    if not QuestionForm(_kept(request, "question")).is_valid():
        return redirect("workshops:new")
    first = {
        "template": Workshop.Template.MONT_FLEUR,
        "attribution": Workshop.Attribution.PSEUDONYMOUS,
        "visibility": Workshop.Visibility.MEMBERS,
    }
    return _step(
        request, MethodForm, "method", first, onward="workshops:new_stages", back="workshops:new"
    )


@login_required
@require_http_methods(["GET", "POST"])
def stages(request: SignedInRequest) -> HttpResponse:
    """The stages after convening, in their order; each button of the page changes one."""
    form = MethodForm(_kept(request, "method"))
    if not form.is_valid():
        return redirect("workshops:new_method")
    template = form.cleaned_data["template"]
    kinds = _kinds(request, template)
    if request.method == "POST":
        if "back" in request.POST:
            return redirect("workshops:new_method")
        if "kind" not in request.POST:
            return redirect("workshops:new_people")
        asked = ArrangeForm(request.POST)
        with suppress(way.Unmovable):  # pressed twice, or on an old page: what is shown next is so
            if asked.is_valid() and asked.cleaned_data["kind"] != StageKind.CONVENING:
                kinds = way.rearranged(kinds, **asked.cleaned_data)
        kept = {"stages": {"template": template, "kinds": list(map(str, kinds))}}
        request.session[KEPT] = {**request.session[KEPT], **kept}
        return redirect("workshops:new_stages")
    context = {
        "step": "stages",
        "steps": way.steps(kinds),
        "left_out": way.left_out([StageKind.CONVENING, *kinds]),
        "arrange_url": request.path,
    }
    return render(request, "workshops/new_stages.html", context)


def _kinds(request: SignedInRequest, template: str) -> Sequence[str]:
    """Those after convening, as they were arranged for this template."""
    kept = _kept(request, "stages")
    if kept.get("template") == template:
        found: list[str] = kept["kinds"]
        return found
    return layouts.STAGES[template][1:]


@login_required
@require_http_methods(["GET", "POST"])
def people(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST" and (done := _opened_before(request)):
        return redirect(done)
    facts: dict[str, Any] = {}
    earlier_steps: list[tuple[type[forms.Form], str, str]] = [
        (QuestionForm, "question", "workshops:new"),
        (MethodForm, "method", "workshops:new_method"),
    ]
    for form_class, step, url in earlier_steps:
        earlier = form_class(_kept(request, step))
        if not earlier.is_valid():
            return redirect(url)
        facts |= earlier.cleaned_data
    if request.method == "POST" and {"back", "add"} & set(request.POST):
        _keep(request, "people", PeopleForm.base_fields)
        _keep_rows(request)
        return redirect("workshops:new_stages" if "back" in request.POST else request.path + "#add")
    posted = request.POST if request.method == "POST" else None
    kept = _kept(request, "people")
    first = {"ground_rules": layouts.GROUND_RULES, "client_key": uuid.uuid4()}
    form = PeopleForm(facts["attribution"], posted, initial=first | kept)
    # What is sent counts as sent, also where it is what was kept: to Django a row as it was is an empty one.
    shown = kept.get("sides") if posted is None else None
    sides = SideFormSet(posted, initial=shown, prefix="sides")
    if posted is not None and form.is_valid() & sides.is_valid():
        try:
            workshop = open_workshop(
                facts=facts,
                sides=[Side(**row) for row in sides.filled()],
                stages=[StageKind.CONVENING, *_kinds(request, facts["template"])],
                **form.cleaned_data,
                by=request.user,
            )
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            request.session.pop(KEPT, None)
            messages.success(request, _("The workshop is open. Now offer the seats."))
            return redirect(workshop)
    status = 422 if form.is_bound else 200
    context = {"form": form, "sides": sides, "step": "people"}
    return render(request, "workshops/new_people.html", context, status=status)


def _step(
    request: SignedInRequest,
    form_class: type[forms.Form],
    step: str,
    first: dict[str, Any],
    *,
    onward: str,
    back: str = "",
) -> HttpResponse:
    """Show one step, or keep what it says and lead on."""
    if request.method == "POST" and back and "back" in request.POST:
        _keep(request, step, form_class.base_fields)
        return redirect(back)
    form = form_class(
        request.POST if request.method == "POST" else None, initial=first | _kept(request, step)
    )
    if form.is_valid():
        _keep(request, step, form_class.base_fields)
        return redirect(onward)
    status = 422 if form.is_bound else 200
    return render(request, "workshops/new.html", {"form": form, "step": step}, status=status)


def _opened_before(request: SignedInRequest) -> Workshop | None:
    """The workshop this very page opened already, if it was sent twice."""
    try:
        key = uuid.UUID(request.POST.get("client_key", ""))
    except ValueError:
        return None
    return Workshop.objects.visible_to(request.user).filter(client_key=key).first()


def _kept(request: SignedInRequest, step: str) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.get(KEPT, {}).get(step, {})
    return kept


def _keep(request: SignedInRequest, step: str, names: Iterable[str]) -> None:
    typed = {name: request.POST[name][:LONGEST] for name in names if name in request.POST}
    request.session[KEPT] = {**request.session.get(KEPT, {}), step: typed}


def _keep_rows(request: SignedInRequest) -> None:
    """The sides as typed, with one row more if that was asked for."""
    rows = [row for row in _rows(request.POST) if row["name"] or row["label"]]
    blank = max(FIRST_ROWS, len(_rows(request.POST)) + ("add" in request.POST)) - len(rows)
    fresh = {"name": "", "label": "", "least_seats": 1, "required": True}
    request.session[KEPT]["people"]["sides"] = rows + [fresh] * blank
    request.session.modified = True


def _rows(typed: QueryDict) -> list[dict[str, Any]]:
    rows = []
    for number in range(SideFormSet.max_num):
        if f"sides-{number}-name" not in typed:
            break
        row: dict[str, Any] = {
            name: typed.get(f"sides-{number}-{name}", "")[:LONGEST] for name in SideForm.base_fields
        }
        rows.append(row | {"required": bool(row["required"])})
    return rows
