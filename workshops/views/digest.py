from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.requests import SignedInRequest
from workshops import digests
from workshops.forms.digest import DigestForm
from workshops.models import DigestPreference, Seat
from workshops.pages import standing


@login_required
@require_http_methods(["GET", "POST"])
def digest(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    preference = DigestPreference.objects.filter(seat=seat).first() or DigestPreference(seat=seat)
    form = DigestForm(
        request.POST if request.method == "POST" else None,
        initial={
            "rhythm": digests.rhythm_of(seat, preference),
            "hour": preference.hour,
            "weekday": preference.weekday,
        },
    )
    if form.is_valid():
        digests.prefer(**form.cleaned_data, by=seat)
        messages.success(request, _("Saved."))
        return redirect("workshops:page", slug)
    context = standing(seat, before_rules=True) | {"form": form}
    return render(request, "workshops/digest.html", context, status=422 if form.is_bound else 200)
