from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods

from participants.requests import SignedInRequest
from scenarios import report as reports
from scenarios.actions import publication
from scenarios.models import Release
from workshops.models import Role, Seat, Workshop
from workshops.pages import standing
from workshops.permissions import Can, require


@login_required
@require_http_methods(["GET", "POST"])
def release(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.RELEASE)
    status, refused = 200, list[str]()
    if request.method == "POST":
        match request.POST.get("act"):
            case "release":
                try:
                    out = publication.release(by=seat)
                except publication.NothingToRelease:
                    status = 409
                    refused = [_("No story has been accepted yet, so there is nothing to release.")]
                else:
                    said = _("The report is out.") if out else _("Your word is noted.")
                    messages.success(request, said)
                    return redirect("scenarios:report" if out else "scenarios:release", slug)
            case "take_back":
                if publication.take_back(by=seat):
                    messages.success(request, _("Taken back."))
                    return redirect("scenarios:release", slug)
                status, refused = 409, [_("The report is out already.")]
            case _:
                status, refused = 422, [_("Choose one of the buttons.")]
    workshop = seat.workshop
    context = standing(seat, "report") | {
        "report": reports.report_of(workshop),
        "released_by_me": Release.objects.filter(workshop=workshop, seat=seat).exists(),
        "missing": [Role(role).label for role in publication.missing(workshop)],
        "refused": refused,
        "published": workshop.state == Workshop.State.PUBLISHED,
    }
    return render(request, "scenarios/release.html", context, status=status)


@require_GET
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Public once released, if the workshop chose so; before, and otherwise, for its people only."""
    workshop, seat = _readable(request, slug)
    context: dict[str, Any] = standing(seat, "report") if seat else {"workshop": workshop}
    published = _is_out(workshop)
    if not published and (seat is None or Can.READ_OPEN not in context["can"]):
        return render(request, "scenarios/report_waiting.html", context)
    context |= {"report": reports.report_of(workshop), "published": published}
    return _mind(render(request, "scenarios/report.html", context), seat)


@require_GET
def report_markdown(request: HttpRequest, slug: str) -> HttpResponse:
    workshop, seat = _file(request, slug)
    with override(workshop.language):
        text = reports.as_markdown(reports.report_of(workshop))
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    return _mind(_named(response, workshop, "md"), seat)


@require_GET
def report_json(request: HttpRequest, slug: str) -> HttpResponse:
    workshop, seat = _file(request, slug)
    with override(workshop.language):
        facts = reports.as_json(reports.report_of(workshop))
    response = JsonResponse(facts, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return _mind(_named(response, workshop, "json"), seat)


def _readable(request: HttpRequest, slug: str) -> tuple[Workshop, Seat | None]:
    """The workshop and, if the reader has one, their seat; otherwise it is not there."""
    if request.user.is_authenticated:
        seat = Seat.objects.at(slug, request.user).first()
        if seat is not None:
            return seat.workshop, seat
    return get_object_or_404(Workshop.objects.published(), slug=slug), None


def _file(request: HttpRequest, slug: str) -> tuple[Workshop, Seat | None]:
    workshop, seat = _readable(request, slug)
    if not _is_out(workshop) and (seat is None or Can.READ_OPEN not in standing(seat)["can"]):
        raise Http404
    return workshop, seat


def _is_out(workshop: Workshop) -> bool:
    return workshop.state in {Workshop.State.PUBLISHED, Workshop.State.ARCHIVED}


def _named(response: HttpResponse, workshop: Workshop, ending: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{workshop.slug}.{ending}"'
    return response


def _mind(response: HttpResponse, seat: Seat | None) -> HttpResponse:
    """Shared caches keep only what anyone may read."""
    if seat is not None:
        patch_cache_control(response, private=True, no_store=True)
    return response
