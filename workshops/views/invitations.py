"""What somebody who was offered a seat sees. Looking changes nothing; every answer is a POST."""

from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from participants.actions import open_account_without_address
from participants.emails import absolute
from workshops.actions import invitations as actions
from workshops.forms.invitations import SitForm, TokenForm
from workshops.models import Invitation, Role, Seat, Workshop
from workshops.tokens import hash_of


@require_http_methods(["GET", "POST"])
def type_code(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        code = form.cleaned_data["code"]
        if Invitation.objects.filter(token_hash=hash_of(code)).exists():
            actions.begin(code)
            return redirect("workshops:invitation", code)
        form.add_error("code", _("We do not know this code. Check each letter."))
    status = 422 if form.is_bound else 200
    return render(request, "workshops/type_code.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    offer = _offer(request, token)
    if offer is None:
        return _gone(request, token)
    if request.method == "GET":
        return _show(request, offer, token)
    if not request.user.is_authenticated:
        return redirect(_sign_in(request))
    workshop = offer.seat.workshop
    form = SitForm(workshop, request.POST)
    if form.is_valid():
        try:
            seat = actions.accept(token, **form.answers(), by=request.user)
        except actions.Gone:
            return _gone(request, token)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("You are seated as %(name)s.") % {"name": seat.pseudonym})
            return redirect(workshop)
    return _show(request, offer, token, form=form, status=422)


@require_POST
def begin(request: HttpRequest, token: str) -> HttpResponse:
    """On the way to an account. A press of a button, so that whoever only looks leaves no trace."""
    if _offer(request, token) is None:
        return _gone(request, token)
    actions.begin(token)
    here = reverse("workshops:invitation", args=[token])
    if request.POST.get("how") == "new":
        return redirect(f"{reverse('account_signup')}?{urlencode({'next': here})}")
    return redirect(_sign_in(request, here))


@require_POST
@never_cache
def without_address(request: HttpRequest, token: str) -> HttpResponse:
    """Go on with an account that has no address. Its return code is in this answer and nowhere else."""
    if _offer(request, token) is None:
        return _gone(request, token)
    actions.begin(token)
    onward = reverse("workshops:invitation", args=[token])
    if request.user.is_authenticated:
        return redirect(onward)
    too_often: HttpResponse | None = ratelimit.consume_or_429(
        request, action="without_address", key=hash_of(token)
    )
    if too_often is not None:
        return too_often
    person, code = open_account_without_address(
        translation.get_language() or settings.LANGUAGE_CODE
    )
    login(request, person)
    context = {
        "code": code,
        "return_url": absolute(reverse("participants:return")),
        "onward": onward,
    }
    return render(request, "workshops/without_address.html", context)


@require_POST
def decline(request: HttpRequest, token: str) -> HttpResponse:
    try:
        actions.decline(token)
    except actions.Gone:
        return _gone(request, token)
    messages.success(
        request, _("Thank you for saying so. The seat can now be offered to somebody else.")
    )
    return redirect("home")


def _offer(request: HttpRequest, token: str) -> Invitation | None:
    """The offer, while it leads to a seat. Who was written to and chose no language reads it in the mail's."""
    offers = Invitation.objects.acceptable().filter(token_hash=hash_of(token))
    offer = offers.select_related("seat__workshop", "seat__constituency").first()
    chosen = request.user.is_authenticated or settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    if offer is not None and offer.address and not chosen:
        translation.activate(offer.language)
    return offer


def _gone(request: HttpRequest, token: str) -> HttpResponse:
    """One page for all that leads nowhere; a used link leads whoever sits there back in."""
    offers = Invitation.objects.filter(token_hash=hash_of(token))
    if request.user.is_authenticated:
        mine = Seat.objects.taken().of(request.user).filter(invitations__in=offers)
        if seat := mine.select_related("workshop").first():
            return redirect(seat.workshop)
    status = 410 if offers.exists() else 404
    context = {"sign_in": _sign_in(request, reverse("workshops:invitation", args=[token]))}
    return render(request, "workshops/invitation_gone.html", context, status=status)


def _show(
    request: HttpRequest,
    offer: Invitation,
    token: str,
    form: SitForm | None = None,
    status: int = 200,
) -> HttpResponse:
    workshop = offer.seat.workshop
    rules = workshop.ground_rules.first()
    seated = request.user.is_authenticated and (
        Seat.objects.of(request.user).filter(workshop=workshop).exists()
    )
    context: dict[str, Any] = {
        "offer": offer,
        "token": token,
        "workshop": workshop,
        "place": offer.seat,
        "led_by": _led_by(workshop),
        "rules": rules,
        "seated": seated,
        "form": form
        or SitForm(
            workshop,
            initial={"language": offer.language, "rules_version": rules.version if rules else 0},
        ),
    }
    return render(request, "workshops/invitation.html", context, status=status)


def _led_by(workshop: Workshop) -> list[str]:
    """Nobody is named under the Chatham House rule."""
    if workshop.attribution == Workshop.Attribution.CHATHAM:
        return []
    leading = workshop.seats.taken().filter(role=Role.FACILITATOR)
    return list(leading.values_list("pseudonym", flat=True))


def _sign_in(request: HttpRequest, path: str = "") -> str:
    return f"{reverse('account_login')}?{urlencode({'next': path or request.path})}"
