from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from participants.requests import SignedInRequest
from workshops import moderation
from workshops.contributions import concrete, kind_of, titles
from workshops.forms.moderation import DecisionForm
from workshops.models import Contribution, Decision, Seat
from workshops.pages import standing
from workshops.permissions import Can, refuse

State = Contribution.State


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
    filters = [
        (State.HELD, _("Waiting")),
        (State.PUBLISHED, _("Published")),
        (State.RETURNED, _("Returned")),
        (State.REDACTED, _("Redacted")),
    ]
    show = request.GET.get("show", State.HELD)
    if show not in {key for key, _label in filters}:
        show = State.HELD
    found = Contribution.objects.within(seat.workshop).filter(state=show)
    oldest_first = show == State.HELD
    page = Paginator(
        found.select_related("seat").order_by(
            "created_at" if oldest_first else "-updated_at", "pk"
        ),
        20,
    ).get_page(request.GET.get("page"))
    named = titles(page.object_list)
    for contribution in page.object_list:
        contribution.title = named[contribution.pk]  # type: ignore[attr-defined]
        contribution.unnamed = kind_of(contribution).unnamed  # type: ignore[attr-defined]
    context |= {"page": page, "show": show, "filters": filters}
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
    status = 200
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
                said = _("Done: %(action)s. The author is told.")
                messages.success(request, said % {"action": made.get_action_display()})
                return redirect("workshops:moderation", slug)
        else:
            status = 422
    own = concrete(contribution)
    kind = kind_of(contribution)
    possible = moderation.possible(contribution, by=seat)
    mine = seat.pk in kind.authors(own)
    context |= kind.context(own) | {
        "contribution": own,
        "shown": kind,
        "title": kind.title(own),
        "form": form,
        "actions": [(action, Decision.Action(action).label) for action in possible],
        "why_not": _("Another moderator decides on what you wrote yourself.")
        if mine
        else _("There is nothing to decide here now."),
        "decisions": contribution.decisions.select_related("moderator"),
    }
    return render(request, "workshops/decision.html", context, status=status)
