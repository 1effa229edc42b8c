import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.requests import SignedInRequest
from workshops import glossary as words
from workshops.contributions import said as said_of
from workshops.disputes import shown_to
from workshops.forms.glossary import TermForm
from workshops.models import Contribution, GlossaryTerm, Seat
from workshops.pages import standing
from workshops.permissions import Can, require


@login_required
@require_http_methods(["GET", "POST"])
def glossary(request: SignedInRequest, slug: str) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.at(slug, request.user))
    if request.method == "POST":
        require(seat, Can.PROPOSE)
    form = TermForm(
        request.POST if request.method == "POST" else None, initial={"client_key": uuid.uuid4()}
    )
    if form.is_valid():
        term = words.propose_term(**form.cleaned_data, by=seat)
        done = _("%(term)s is in the glossary.") % {"term": term.term}
        messages.success(request, said_of(done, by=seat))
        return redirect("workshops:glossary", slug)
    readable = GlossaryTerm.objects.filter(
        Q(state=Contribution.State.PUBLISHED) | Q(seat=seat), seat__workshop=seat.workshop
    ).exclude(state=Contribution.State.WITHDRAWN)
    page = Paginator(readable.select_related("seat").prefetch_related(shown_to(seat)), 50).get_page(
        request.GET.get("page")
    )
    context = standing(seat, "situation") | {
        "page": page,
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "workshops/glossary.html", context, status=status)
