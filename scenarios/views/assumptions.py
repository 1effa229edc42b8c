import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from participants.requests import SignedInRequest
from scenarios.actions import assumptions as actions
from scenarios.analysis.spread import spread
from scenarios.forms.assumptions import AnswerForm, ProposeForm, RewordForm
from scenarios.models import Assumption
from scenarios.models.assumptions import AssumptionQuerySet
from workshops.contributions import said as said_of
from workshops.hinting import labelled
from workshops.hints import hints
from workshops.models import Seat
from workshops.pages import standing
from workshops.permissions import Can, require

A_PAGE = 20


@login_required
@require_GET
def assumptions(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = standing(seat, "assumptions")
    readable = _readable(seat, context["can"])
    waiting = readable.unanswered_by(seat).count() if Can.RESPOND in context["can"] else 0
    show = request.GET.get("show") or ("waiting" if waiting else "all")
    if show == "waiting" and Can.RESPOND in context["can"]:
        context |= _next_unanswered(readable.unanswered_by(seat), request.GET.get("after", ""))
    else:
        show = "all"
        page = Paginator(readable.order_by("pk"), A_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "shown": list(page.object_list)}
    _prepare(context["shown"], seat)
    context |= {"show": show, "waiting": waiting}
    return render(request, "scenarios/assumptions.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def propose(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.PROPOSE)
    form = ProposeForm(
        request.POST if request.method == "POST" else None,
        workshop=seat.workshop,
        initial={"client_key": uuid.uuid4(), "language": get_language(), "nature": "fact"},
    )
    if form.is_valid():
        assumption = actions.propose(**form.cleaned_data, by=seat)
        messages.success(
            request, said_of(_("Your assumption is in. Others can answer it now."), by=seat)
        )
        for hint in labelled(hints(assumption.statement)):
            said = _("%(question)s “%(words)s”. If you like, word it anew while nobody answered.")
            values = {"question": hint.label, "words": ", ".join(hint.words)}
            messages.info(request, said % values)
        return redirect("scenarios:assumption", slug, assumption.pk)
    context = standing(seat, "assumptions") | {"form": form}
    return render(request, "scenarios/propose.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def assumption(request: SignedInRequest, slug: str, assumption_id: int) -> HttpResponse:
    """One assumption; its author can word it anew here while nobody answered."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    context = standing(seat, "assumptions")
    found = get_object_or_404(_readable(seat, context["can"]), pk=assumption_id)
    form, status = None, 200
    if request.method == "POST":
        if found.seat_id != seat.pk:
            require(seat, Can.PROPOSE)
        form = RewordForm(request.POST, workshop=seat.workshop)
        if form.is_valid():
            try:
                actions.reword(found, **form.cleaned_data, by=seat)
            except (actions.Overtaken, actions.Answered) as problem:
                status, context["problem"] = 409, _why_not(problem)
            else:
                messages.success(request, _("Your words are saved."))
                return redirect("scenarios:assumption", slug, found.pk)
        status = 422 if status == 200 else status
    elif _can_reword(found, seat, context["can"]):
        form = RewordForm(workshop=seat.workshop, initial=_as_it_is(found))
    _prepare([found], seat)
    last = found.decisions.first() if found.seat_id == seat.pk else None
    context |= {"assumption": found, "form": form, "decision": last}
    return render(request, "scenarios/assumption.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: SignedInRequest, slug: str, assumption_id: int) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.PROPOSE)
    mine = Assumption.objects.within(seat.workshop).filter(seat=seat)
    found = get_object_or_404(mine, pk=assumption_id)
    if request.method == "POST":
        actions.withdraw(found, by=seat)
        messages.success(request, _("You took the assumption back."))
        return redirect("scenarios:assumptions", slug)
    context = standing(seat, "assumptions") | {"assumption": found}
    return render(request, "scenarios/withdraw.html", context)


@login_required
@require_POST
def respond(request: SignedInRequest, slug: str, assumption_id: int) -> HttpResponse:
    """One tap. With scripting the answered item comes back alone, without it the list does."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.RESPOND)
    context = standing(seat, "assumptions")
    readable = _readable(seat, context["can"])
    found = get_object_or_404(readable, pk=assumption_id)
    form, status = AnswerForm(request.POST), 200
    if form.is_valid():
        try:
            actions.respond(found, **form.cleaned_data, by=seat)
        except actions.Overtaken as problem:
            status, context["problem"] = 409, _why_not(problem)
    else:
        status, context["problem"] = 422, " ".join(_sentences(form))
    if status == 200 and "X-Part" not in request.headers:
        there = reverse("scenarios:assumptions", args=[slug])
        return redirect(f"{there}?{request.GET.urlencode()}#list")
    found = get_object_or_404(readable, pk=assumption_id)
    _prepare([found], seat)
    context |= {"assumption": found, "waiting": readable.unanswered_by(seat).count()}
    if status == 200:
        answer = render(request, "scenarios/_answered.html", context)
        answer["X-Part"] = "1"
        return answer
    return render(request, "scenarios/assumption.html", context, status=status)


def _readable(seat: Seat, can: Iterable[str]) -> AssumptionQuerySet:
    return (
        Assumption.objects.readable_by(
            seat,
            open_ones=Can.READ_OPEN in can,
            any_state=not {Can.MODERATE, Can.REDACT}.isdisjoint(can),
        )
        .select_related("seat", "scenario")
        .with_answer_of(seat)
        .with_counts()
    )


def _next_unanswered(waiting: AssumptionQuerySet, after: str) -> dict[str, Any]:
    """By place in the list rather than by page: answering one must not make us skip another."""
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    rows = list(waiting.filter(pk__gt=start).order_by("pk")[: A_PAGE + 1])
    more = rows[A_PAGE - 1].pk if len(rows) > A_PAGE else None
    return {"shown": rows[:A_PAGE], "more_after": more, "started_after": start}


def _prepare(rows: Iterable[Any], seat: Seat) -> None:
    """Give each its spread, as far as it may be shown, and drop the bare counts."""
    for row in rows:
        counts = {
            answer: row.__dict__.pop(f"{answer}_count") for answer in ("agree", "disagree", "pass")
        }
        row.spread = spread(counts, seat.workshop.small_cell, own=row.mine)
        row.is_mine = row.seat_id == seat.pk


def _can_reword(found: Assumption, seat: Seat, can: Iterable[str]) -> bool:
    return found.seat_id == seat.pk and Can.PROPOSE in can and not found.responses.exists()


def _as_it_is(found: Assumption) -> dict[str, Any]:
    fields = ("statement", "nature", "scenario", "language", "version")
    return {field: getattr(found, field) for field in fields}


def _why_not(problem: Exception) -> str:
    if isinstance(problem, actions.Answered):
        return _(
            "Somebody answered meanwhile, so the words stay as they are. You can take the assumption back and put in another."
        )
    return _("The words changed while you were reading. Here is how they stand now.")


def _sentences(form: AnswerForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]
