import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from participants.requests import SignedInRequest
from scenarios.actions import comments as actions
from scenarios.forms.comments import CommentForm, ReactionForm, ReplyForm, SettleForm
from scenarios.live.history import text_of
from scenarios.models import Comment, Draft
from scenarios.talk import talk
from workshops.models import Seat
from workshops.pages import standing
from workshops.permissions import Can, require

DONE = {
    "resolve": gettext_lazy("It is settled."),
    "reopen": gettext_lazy("It is open again."),
    "accept": gettext_lazy("It is in the text now."),
    "decline": gettext_lazy("It is declined, and its author reads why."),
    "withdraw": gettext_lazy("It is taken back."),
}


@login_required
@require_http_methods(["GET", "POST"])
def comments(request: SignedInRequest, slug: str, scenario_id: int) -> HttpResponse:
    """What is said about a draft, beside its text; a post says something new."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ_OPEN)
    drafts = Draft.objects.within(seat.workshop).select_related("scenario__workshop")
    draft = get_object_or_404(drafts, scenario=scenario_id)
    if request.method == "GET":
        return _page(request, seat, draft)
    require(seat, Can.COMMENT)
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            made = actions.comment(draft, **form.cleaned_data, by=seat)
        except actions.NotThere:
            form.add_error("quote", _("These words do not stand in the text. Copy them anew."))
        except actions.Ambiguous:
            form.add_error(
                "quote", _("These words stand there more than once. Quote a few words around them.")
            )
        else:
            return _done(request, seat, draft, made.pk, _("Said."))
    return _page(request, seat, draft, form=form, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def comment(request: SignedInRequest, slug: str, comment_id: int) -> HttpResponse:
    """The way from anywhere to one comment; a post replies to it."""
    seat, found = _find(request, slug, comment_id)
    if request.method == "GET":
        head = found.parent or found
        show = "" if head.outcome == Comment.Outcome.OPEN else "?show=settled"
        return redirect(f"{_address(seat, found.draft)}{show}#comment-{found.pk}")
    form = ReplyForm(request.POST)
    return _act(
        request,
        seat,
        found,
        form,
        lambda: actions.reply(found, **form.cleaned_data, by=seat),
        lambda: _("Said."),
    )


@login_required
@require_POST
def settle(request: SignedInRequest, slug: str, comment_id: int) -> HttpResponse:
    seat, found = _find(request, slug, comment_id)
    form = SettleForm(request.POST)

    def act() -> None:
        move, word = form.cleaned_data["move"], form.cleaned_data["word"]
        if move == "decline":
            actions.decline(found, word=word, by=seat)
        else:
            getattr(actions, move)(found, by=seat)

    return _act(request, seat, found, form, act, lambda: str(DONE[form.cleaned_data["move"]]))


@login_required
@require_POST
def react(request: SignedInRequest, slug: str, comment_id: int) -> HttpResponse:
    seat, found = _find(request, slug, comment_id)
    form = ReactionForm(request.POST)
    act = lambda: actions.react(found, **form.cleaned_data, by=seat)  # noqa: E731
    return _act(request, seat, found, form, act, str)


def _act(
    request: SignedInRequest,
    seat: Seat,
    found: Comment,
    form: Form,
    act: Callable[[], object],
    said: Callable[[], str],
) -> HttpResponse:
    require(seat, Can.COMMENT)
    if not form.is_valid():
        problem = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _page(request, seat, found.draft, problem=problem, status=422)
    try:
        act()
    except actions.Overtaken:
        problem = _("It has changed since this page was made. Look at it once more.")
        return _page(request, seat, found.draft, problem=problem, status=409)
    except actions.Full as full:
        return _page(request, seat, found.draft, problem=str(full), status=409)
    return _done(request, seat, found.draft, found.pk, said())


def _done(
    request: SignedInRequest, seat: Seat, draft: Draft, comment: int, said: str
) -> HttpResponse:
    if "X-Part" in request.headers:
        draft.refresh_from_db()
        return _page(request, seat, draft, said=said)
    if said:
        messages.success(request, said)
    return redirect(f"{_address(seat, draft)}#comment-{comment}")


def _page(
    request: SignedInRequest,
    seat: Seat,
    draft: Draft,
    *,
    form: CommentForm | None = None,
    problem: str = "",
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; or only what is said, for a page that shows the text itself."""
    context = standing(seat, "board") | {"scenario": draft.scenario, "draft": draft}
    settled = request.GET.get("show") == "settled"
    context |= around(draft, text_of(draft), seat, context["can"], settled=settled)
    part = "X-Part" in request.headers
    context |= {"problem": problem, "said": said, "live": part}
    if form is not None:
        context["comment_form"] = form
    template = "scenarios/_talk.html" if part else "scenarios/comments.html"
    return render(request, template, context, status=status)


def around(
    draft: Draft, text: str, seat: Seat, can: frozenset[Can], *, settled: bool = False
) -> dict[str, Any]:
    """What the templates of a draft's comments need; `text` is the draft's at its version."""
    said = talk(draft, text, seat, can, settled=settled)
    return {
        "talk": said,
        "stretches": said.stretches(text),
        "settled": settled,
        "comment_form": CommentForm(initial={"client_key": uuid.uuid4()}),
    }


def _find(request: SignedInRequest, slug: str, comment_id: int) -> tuple[Seat, Comment]:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ_OPEN)
    can = standing(seat)["can"]
    readable = Comment.objects.readable_by(
        seat, any_state=not {Can.MODERATE, Can.REDACT}.isdisjoint(can)
    )
    rows = readable.select_related("draft__scenario__workshop", "parent")
    return seat, get_object_or_404(rows, pk=comment_id)


def _address(seat: Seat, draft: Draft) -> str:
    return reverse("scenarios:comments", args=[seat.workshop.slug, draft.scenario_id])
