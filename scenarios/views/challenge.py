import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from participants.requests import SignedInRequest
from scenarios.actions import challenge as actions
from scenarios.challenges import challenges_of
from scenarios.forms.challenge import AnswerForm, QuestionForm, RatingForm
from scenarios.groups import require_at
from scenarios.models import QualityRating, Question
from workshops.contributions import said as said_of
from workshops.models import Seat
from workshops.pages import standing
from workshops.permissions import Can, require


@login_required
@require_GET
def challenges(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ_OPEN)
    context = standing(seat, "board")
    context["challenges"] = challenges_of(seat, context["can"], context["stage"])
    return render(request, "scenarios/challenges.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def challenge(request: SignedInRequest, slug: str, scenario_id: int) -> HttpResponse:
    """One story: its questions, and where it is not one's own the ratings and a question to put."""
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ_OPEN)
    context = standing(seat, "board")
    every = challenges_of(seat, context["can"], context["stage"])
    found = next((one for one in every if one.scenario.pk == scenario_id), None)
    if found is None:
        raise Http404
    mine = QualityRating.objects.filter(scenario=found.scenario, seat=seat).first()
    rating = RatingForm(rating=mine)
    question = QuestionForm(initial={"client_key": uuid.uuid4(), "language": get_language()})
    status = 200
    if request.method == "POST":
        require_at(seat, Can.CHALLENGE, found.scenario)
        said = ""
        if "client_key" in request.POST:
            question = QuestionForm(request.POST)
            if question.is_valid():
                actions.ask(found.scenario, **question.cleaned_data, by=seat)
                said = said_of(
                    _("Your question is in. The writers of the story answer it."), by=seat
                )
        else:
            rating = RatingForm(request.POST)
            if rating.is_valid():
                actions.rate(found.scenario, rating.cleaned_data, by=seat)
                said = _("Noted. You can change it while the challenge goes on.")
        if said:
            messages.success(request, said)
            return redirect("scenarios:challenge", slug, scenario_id)
        status = 422
    context |= {"challenge": found, "rating": rating, "question": question}
    return render(request, "scenarios/challenge.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: SignedInRequest, slug: str, question_id: int) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    require(seat, Can.READ_OPEN)
    asked = Question.objects.published().select_related("scenario", "seat")
    found = get_object_or_404(asked, scenario__workshop=seat.workshop, pk=question_id)
    require_at(seat, Can.ANSWER, found.scenario)
    initial = {"reply": found.reply or "answered", "answer": found.answer, "seen": found.answer}
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=initial)
    status, refused = 200, list[str]()
    if form.is_valid():
        try:
            actions.answer(found, **form.cleaned_data, by=seat)
        except actions.Overtaken:
            status = 409
            refused = [
                _("Somebody else of your group answered meanwhile. Load the page to read it.")
            ]
        else:
            messages.success(request, _("Your answer is in."))
            return redirect("scenarios:challenge", slug, found.scenario_id)
    elif form.is_bound:
        status = 422
    context: dict[str, Any] = standing(seat, "board") | {
        "scenario": found.scenario,
        "question": found,
        "form": form,
        "refused": refused,
    }
    return render(request, "scenarios/answer.html", context, status=status)
