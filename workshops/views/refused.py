"""The page of a refusal: the sentence, and the words somebody had typed, so that they can be copied."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from workshops.models import Seat, Workshop

UNWRITTEN = re.compile(r"csrf|password|secret|token|code|key", re.IGNORECASE)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    context = {"why": str(exception), "typed": typed(request), "workshop": _back_to(request)}
    return render(request, "403.html", context, status=403)


def _back_to(request: HttpRequest) -> Workshop | None:
    """The workshop in which the refused person sits."""
    found = request.resolver_match
    if found is None or "slug" not in found.kwargs or not request.user.is_authenticated:
        return None
    seat = Seat.objects.at(found.kwargs["slug"], request.user).first()
    return seat.workshop if seat else None


def typed(request: HttpRequest) -> list[str]:
    return words_of(request) if request.user.is_authenticated else []


def words_of(request: HttpRequest) -> list[str]:
    """What was written in words: of several, or long. Keys, choices and numbers are quickly given again."""
    return [
        value
        for name, values in request.POST.lists()
        if not UNWRITTEN.search(name)
        for value in values
        if len(value.split()) > 1
    ]
