import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from participants.requests import SignedInRequest
from scenarios.analysis.diff import diff
from scenarios.forms.drafts import BringBackForm
from scenarios.forms.once import OnceForm
from scenarios.hands import bars, hands_of, paragraphs
from scenarios.live import history as past
from scenarios.live import posted
from scenarios.live.past import log
from scenarios.live.posted import Conflict, NotSaved, Saved
from scenarios.live.restoring import hunks
from scenarios.live.standing import standings_of
from scenarios.models import Draft
from scenarios.views.drafts import around_draft, find_draft
from workshops.models import Seat
from workshops.permissions import Can

EDITS_A_PAGE = 600


@login_required
@require_GET
def history(request: SignedInRequest, slug: str, scenario_id: int) -> HttpResponse:
    """The text's life: as it was at any point, who wrote what in it, what changed between two, who wrote when."""
    seat, found = find_draft(request, slug, scenario_id, Can.READ_OPEN)
    context = around_draft(seat, found) | {"before": None}
    if found.version:
        at = min(max(_number(request, "at") or found.version, 1), found.version)
        context |= _then(found, seat, at, _number(request, "since"))
        context["undo"] = _undoable(found, seat, _number(request, "undo"))
    if "HX-Request" in request.headers:
        return render(request, "scenarios/_then.html", context)
    before = _number(request, "before")
    passages = past.passages(found, before=before, edits=EDITS_A_PAGE)
    seats = Seat.objects.in_bulk({passage.seat for passage in passages})
    oldest = min((passage.first for passage in passages), default=1)
    context |= {
        "moments": [(passage, seats[passage.seat], passage.first - 1) for passage in passages],
        "before": before,
        "older": oldest if oldest > 1 else None,
    }
    return render(request, "scenarios/history.html", context)


def _then(found: Draft, seat: Seat, at: int, since: int | None) -> dict[str, Any]:
    """What was there at a version; or, with `since`, what was written between two."""
    [edit] = log(found.pk, at - 1, at)
    earlier, later = past.stops(found, at)
    may_write = standings_of(found.pk, {seat.pk})[seat.pk].may_write
    context: dict[str, Any] = {
        "at": at,
        "made_at": edit.at,
        "earlier": earlier,
        "later": later,
        "bars": bars(past.pace(found), at),
        "may_write": may_write,
        "client_key": uuid.uuid4(),
    }
    if since is not None and since < at:
        then, now = past.text_at(found.pk, since), past.text_at(found.pk, at)
        newest = at == found.version
        changes = [(i, diff(hunk.then, hunk.now)) for i, hunk in enumerate(hunks(now, then))]
        return context | {"since": since, "changes": changes, "restorable": newest and may_write}
    written = past.written_at(found.pk, at)
    hands = hands_of(found, seat.workshop, {author for _words, author in written})
    return context | {"paragraphs": paragraphs(written, hands), "since": None}


def _undoable(found: Draft, seat: Seat, version: int | None) -> int | None:
    """A version that this seat made, and may unmake."""
    if version is None or not 0 < version <= found.version:
        return None
    [edit] = log(found.pk, version - 1, version)
    return version if edit.seat == seat.pk else None


@login_required
@require_GET
def version(request: SignedInRequest, slug: str, scenario_id: int, version: int) -> HttpResponse:
    """The text as it was, to read; or, with ?since=, what was written between two versions."""
    seat, found = find_draft(request, slug, scenario_id, Can.READ_OPEN)
    edit = next(log(found.pk, version - 1, version), None) if version else None
    if edit is None or version > found.version:
        raise Http404
    text = past.text_at(found.pk, version)
    since = _number(request, "since")
    context = around_draft(seat, found) | {"version": version, "edit": edit, "text": text}
    context["author"] = Seat.objects.get(pk=edit.seat)
    if since is not None and since < version:
        context["passages"] = diff(past.text_at(found.pk, since), text)
    return render(request, "scenarios/version.html", context)


@login_required
@require_POST
def bring_back(request: SignedInRequest, slug: str, scenario_id: int, version: int) -> HttpResponse:
    """The text as it was at a version, or a passage of it, into the text as it was read; an edit like any other."""
    seat, found = _find_to_write(request, slug, scenario_id, version)
    form = BringBackForm(request.POST)
    if not form.is_valid():
        return _sorry(request, seat, found, " ".join(map(str, form.non_field_errors())), 422)
    sent = form.cleaned_data
    base = sent.pop("version")
    if base > found.version:
        raise Http404
    done = posted.bring_back(found, version=version, base_version=base, **sent, by=seat)
    return _answer(request, seat, found, done, _("Brought back, as an edit of yours."))


@login_required
@require_POST
def take_back(request: SignedInRequest, slug: str, scenario_id: int, version: int) -> HttpResponse:
    seat, found = _find_to_write(request, slug, scenario_id, version)
    form = OnceForm(request.POST)
    if not form.is_valid():
        return _sorry(request, seat, found, " ".join(map(str, form.non_field_errors())), 422)
    key = form.cleaned_data["client_key"]
    done = posted.take_back(found, version, client_key=key, by=seat)
    said = _("Undone. What others wrote since stays.")
    return _answer(request, seat, found, done, said, undo=False)


def _find_to_write(
    request: SignedInRequest, slug: str, scenario_id: int, version: int
) -> tuple[Seat, Draft]:
    seat, found = find_draft(request, slug, scenario_id, Can.READ_OPEN)
    standing = standings_of(found.pk, {seat.pk})[seat.pk]
    if not standing.may_write:
        raise PermissionDenied(standing.say)
    if not 0 < version <= found.version:
        raise Http404
    return seat, found


def _answer(
    request: SignedInRequest,
    seat: Seat,
    found: Draft,
    done: Saved | Conflict | NotSaved,
    said: str,
    *,
    undo: bool = True,
) -> HttpResponse:
    if isinstance(done, Conflict):
        problem = _("Others changed the same words meanwhile. Look again at what is there now.")
        return _sorry(request, seat, found, problem, 409)
    if isinstance(done, NotSaved):
        return _sorry(request, seat, found, done.say, 422)
    there = reverse("scenarios:history", args=[seat.workshop.slug, found.scenario_id])
    if done.version <= found.version:
        messages.info(request, _("The text says so already."))
        return redirect(there)
    messages.success(request, said)
    return redirect(f"{there}?at={done.version}&undo={done.version}" if undo else there)


def _sorry(
    request: SignedInRequest, seat: Seat, found: Draft, problem: str, status: int
) -> HttpResponse:
    context = around_draft(seat, found) | {"problem": problem}
    return render(request, "scenarios/not_brought_back.html", context, status=status)


def _number(request: SignedInRequest, name: str) -> int | None:
    """What an address says, if it is a version at all."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Http404
    return int(text)
