"""The door to the demonstration: loading it, and signing in with one press. In embedded mode only."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scenarios.demo.load import find_demo, load_demo
from scenarios.demo.places import PLACES, seat_for

View = Callable[[HttpRequest], HttpResponse]


def only_embedded(view: View) -> View:
    """Elsewhere these addresses do not exist, whatever the method."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request)

    return guarded


@only_embedded
@require_POST
def load(request: HttpRequest) -> HttpResponse:
    load_demo()
    messages.success(request, _("The demonstration is loaded. Choose whose seat you want to take."))
    return redirect("home")


@only_embedded
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    place = request.POST.get("role")
    if place not in PLACES:
        raise BadRequest(_("Choose one of the seats of the demonstration."))
    workshop = find_demo()
    seat = seat_for(workshop, place) if workshop else None
    if workshop is None or seat is None or seat.participant is None:
        raise Http404
    login(request, seat.participant)
    return redirect(workshop)
