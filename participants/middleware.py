"""Each page in its reader's language and time zone."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode

from participants.models import zone_of


class ReaderMiddleware:
    """Stands behind LocaleMiddleware, which knows only the visitor's cookie and browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        timezone.deactivate()
        signed_in = request.user.is_authenticated
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
            timezone.activate(zone_of(request.user))
        response = self.get_response(request)
        if signed_in and not request.user.is_authenticated:
            # Words that a page kept over a reload are nobody else's to find.
            response["Clear-Site-Data"] = '"storage"'
        if signed_in and not response.has_header("Cache-Control"):
            # Nor is a page, on the next person's way back or in the browser's files.
            response["Cache-Control"] = "private, no-store"
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Asks who is there before a delicate step. allauth would keep the whole request, network address and all."""
        if not isinstance(exception, ReauthenticationRequired):
            return None
        ways = get_adapter().get_reauthentication_methods(request.user)
        url = ways[0]["url"] if ways else reverse("account_login")
        return HttpResponseRedirect(f"{url}?{urlencode({'next': request.get_full_path()})}")
