from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from participants.requests import SignedInRequest
from workshops.models import Seat
from workshops.pages import standing


@login_required
@require_GET
def page(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    return render(request, "workshops/page.html", standing(seat, "page"))
