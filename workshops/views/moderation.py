from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from participants.requests import SignedInRequest
from workshops import moderation
from workshops import queue as queue_of
from workshops.appeals import flags_of, stands
from workshops.contributions import compared, concrete, kind_of, read, words_of
from workshops.forms.appeals import AnswerForm
from workshops.forms.moderation import DecisionForm
from workshops.hinting import labelled
from workshops.hints import hints
from workshops.models import Appeal, AuditEntry, Contribution, Decision, Seat
from workshops.pages import standing
from workshops.permissions import Can, refuse, require

DONE = {
    Decision.Action.PUBLISH: _("Published. The author is told."),
    Decision.Action.RETURN: _("Returned. The author is told."),
    Decision.Action.REDACT: _("Redacted. The author is told."),
    Decision.Action.RESTORE: _("Restored. The author is told."),
    Decision.Action.KEEP: _("It stands as it is. The author is told."),
}


def _moderator(request: SignedInRequest, slug: str) -> tuple[Seat, dict[str, Any]]:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    context = standing(seat, "moderation")
    if not context["can"] & {Can.MODERATE, Can.REDACT}:
        refuse(seat, Can.MODERATE)
    return seat, context


@login_required
@require_GET
def queue(request: SignedInRequest, slug: str) -> HttpResponse:
    seat, context = _moderator(request, slug)
    asked = queue_of.chosen(request.GET)
    found = queue_of.found(seat, asked).select_related("seat")
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    rows = read(page.object_list)
    flags = flags_of(list(rows), seat.workshop.small_cell)
    for contribution in page.object_list:
        own = rows[contribution.pk]
        shown = kind_of(own)
        contribution.title = shown.title(own)  # type: ignore[attr-defined]
        contribution.flagged = contribution.pk in flags  # type: ignore[attr-defined]
        contribution.flag_count = flags.get(contribution.pk)  # type: ignore[attr-defined]
        contribution.unnamed = shown.unnamed  # type: ignore[attr-defined]
        contribution.hints = labelled(hints(words_of(own)))  # type: ignore[attr-defined]
    context |= {
        "page": page,
        "asked": asked,
        "filters": queue_of.shows(),
        "kinds": Contribution.Kind.choices,
        "stages": seat.workshop.stages.all(),
    }
    return render(request, "workshops/moderation.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def decision(request: SignedInRequest, slug: str, contribution_id: int) -> HttpResponse:
    seat, context = _moderator(request, slug)
    contribution = get_object_or_404(
        Contribution.objects.within(seat.workshop).select_related(
            "seat__constituency", "seat__workshop"
        ),
        pk=contribution_id,
    )
    status, asked = 200, queue_of.chosen(request.GET)
    form = DecisionForm(
        request.POST if request.method == "POST" else None,
        initial={"version": contribution.version},
    )
    if request.method == "POST":
        if form.is_valid():
            try:
                made = moderation.decide(contribution, **form.cleaned_data, by=seat)
            except moderation.Overtaken:
                contribution.refresh_from_db()
                status, context["overtaken"] = 409, True
                kept = {"reason": form.cleaned_data["reason"], "note": form.cleaned_data["note"]}
                form = DecisionForm(initial={"version": contribution.version} | kept)
            else:
                messages.success(request, DONE[Decision.Action(made.action)])
                queue = reverse("workshops:moderation", args=[slug])
                return redirect(f"{queue}?{asked.query}" if request.GET else queue)
        else:
            status = 422
    own = concrete(contribution)
    kind = kind_of(contribution)
    possible = moderation.possible(contribution, by=seat)
    mine = seat.pk in kind.authors(own)
    appeal = Appeal.objects.filter(decision__contribution=contribution).last()
    flags = contribution.flags.filter(version=contribution.version)
    before, after = queue_of.neighbours(seat, asked, contribution)
    decisions = list(contribution.decisions.select_related("moderator"))
    last = decisions[0] if decisions else None
    words = words_of(own)
    context |= kind.context(own) | {
        "contribution": own,
        "shown": kind,
        "title": kind.title(own),
        "form": form,
        "actions": [(action, Decision.Action(action).label) for action in possible],
        "why_not": _("Another moderator decides on what you wrote yourself.")
        if mine
        else _("There is nothing to decide here now."),
        "decisions": decisions,
        "since": compared(last.words, words) if last and last.words else [],
        "appeal": appeal if appeal and stands(appeal.decision) else None,
        "answering": AnswerForm(),
        "flag_reasons": {one.get_reason_display() for one in flags},
        "hints": labelled(hints(words)),
        "asked": asked,
        "before_it": before,
        "after_it": after,
    }
    return render(request, "workshops/decision.html", context, status=status)


@login_required
@require_GET
def log(request: SignedInRequest, slug: str) -> HttpResponse:
    """What moderators decided, for everyone with a seat: the day, the kind, the action and the reason."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ)
    entries = AuditEntry.objects.filter(workshop=seat.workshop, act=AuditEntry.Act.DECIDED)
    page = Paginator(entries.order_by("-number"), 50).get_page(request.GET.get("page"))
    kinds, actions, reasons = (
        dict(choices)
        for choices in (
            Contribution.Kind.choices,
            Decision.Action.choices,
            Decision.Reason.choices,
        )
    )
    lines = [
        {
            "at": entry.at,
            "kind": ({"draft": _("draft"), "passage": _("words of a draft")} | kinds).get(
                entry.facts.get("kind"), ""
            ),
            "action": (
                {
                    "appeal": _("appeal"),
                    "appeal_upheld": _("the decision stands"),
                    "appeal_overturned": _("published after all"),
                    "freeze": _("freeze"),
                    "thaw": _("let people write"),
                }
                | actions
            ).get(entry.facts.get("action"), ""),
            "reason": reasons.get(entry.facts.get("reason"), ""),
        }
        for entry in page.object_list
    ]
    context = standing(seat, "moderation") | {"page": page, "lines": lines}
    return render(request, "workshops/decisions.html", context)
