"""Where somebody is led on instead of to what they asked for, without the loss of what they wrote."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from workshops.permissions import RulesChanged
from workshops.views.refused import words_of


class SignedOutMiddleware:
    """Whoever was signed out while they wrote is not only led to sign in: their words would be gone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        sign_in = response.get("Location", "")
        if request.method != "POST" or not sign_in.startswith(reverse("account_login") + "?"):
            return response
        words = words_of(request)
        if not words:
            return response
        context = {"typed": words, "sign_in": sign_in}
        return render(request, "signed_out.html", context, status=403)


class RulesMiddleware:
    """Who has yet to accept the ground rules in force is led to them from wherever they were going.

    What was posted is refused like anything else that is not open, so that its words stay in sight.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, RulesChanged) or request.method != "GET":
            return None
        rules = reverse("workshops:ground_rules", args=[exception.slug])
        return HttpResponseRedirect(f"{rules}?{urlencode({'next': request.get_full_path()})}")
