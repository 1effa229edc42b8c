"""Who has yet to accept the ground rules in force is led to them from wherever they were going."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from workshops.permissions import RulesChanged


class RulesMiddleware:
    """What was posted is refused like anything else that is not open, so that its words stay in sight."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, RulesChanged) or request.method != "GET":
            return None
        rules = reverse("workshops:ground_rules", args=[exception.slug])
        return HttpResponseRedirect(f"{rules}?{urlencode({'next': request.get_full_path()})}")
