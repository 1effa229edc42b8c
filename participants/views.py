from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import Any

from allauth.account.app_settings import AppSettings
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.i18n import set_language as set_language_cookie

from participants import actions, kinds, mailbox
from participants.emails import absolute
from participants.forms import ReturnForm, SettingsForm
from participants.models import KeptMail, Participant
from participants.requests import SignedInRequest
from participants.unsubscribing import Subscription

FORWARDED = {"HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP"}
# A mail may bring styles, and nothing else: no script runs in it and it fetches nothing.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


@login_required
@require_http_methods(["GET", "POST"])
def settings_page(request: SignedInRequest) -> HttpResponse:
    person = request.user
    now = {"language": person.language, "time_zone": person.time_zone, "mail": person.mail}
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=now)
    if form.is_valid():
        actions.change_settings(by=person, **form.cleaned_data)
        with translation.override(person.language):
            messages.success(request, _("Your settings are saved."))
        return redirect("participants:settings")
    context = {
        "form": form,
        "address": person.email,
        "has_password": person.has_usable_password(),
        "has_return_code": person.return_code_hash is not None,
    }
    return render(
        request, "participants/settings.html", context, status=422 if form.errors else 200
    )


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The switch on every page. Someone signed in keeps the choice, and mails follow it."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        actions.change_language(by=request.user, language=language)
    return set_language_cookie(request)


@login_required
@require_POST
@never_cache
def return_code(request: SignedInRequest) -> HttpResponse:
    """Shown in the answer itself: the code exists nowhere but on this page."""
    code = actions.make_return_code(by=request.user)
    return_url = absolute(reverse("participants:return"))
    context = {"code": code, "return_url": return_url}
    return render(request, "participants/return_code.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def come_back(request: HttpRequest) -> HttpResponse:
    onward = get_next_redirect_url(request)
    if request.user.is_authenticated:
        return redirect(onward or settings.LOGIN_REDIRECT_URL)
    form = ReturnForm(request.POST if request.method == "POST" else None, initial={"next": onward})
    if request.method == "POST" and not ratelimit.consume(request, action="return_code"):
        form.add_error(None, _("That was too often. Wait a few minutes and try again."))
        return render(request, "participants/return.html", {"form": form}, status=429)
    if form.is_valid():
        person = Participant.objects.with_return_code(form.cleaned_data["code"])
        if person is not None:
            return _sign_in(request, person, onward)
        form.add_error("code", _("We do not know this code. Check each letter and try again."))
    return render(
        request, "participants/return.html", {"form": form}, status=422 if form.errors else 200
    )


def _sign_in(request: HttpRequest, person: Participant, onward: str | None) -> HttpResponse:
    """By allauth, which asks for the second step; the code proves the person, not an address."""
    unverified = AppSettings.EmailVerificationMethod.NONE
    response: HttpResponse = perform_login(
        request, person, email_verification=unverified, redirect_url=onward
    )
    return response


@csrf_exempt  # mail programs post here without ever having seen a page of ours (RFC 8058)
@require_http_methods(["GET", "POST"])
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    subscription = Subscription.from_token(token)
    kind = kinds.find(subscription.kind) if subscription else None
    if subscription is None or kind is None:
        raise Http404
    done = "stopped" if actions.are_mails_stopped(by=subscription) else ""
    if request.method == "POST":
        done = "resumed" if "resume" in request.POST else "stopped"
        act = actions.resume_mails if done == "resumed" else actions.stop_mails
        act(by=subscription)
    return render(request, "participants/unsubscribe.html", {"label": kind.label, "done": done})


def embedded_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Kept mails hold sign-in codes: only whoever sits at the one machine may read them."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not (settings.EMBEDDED and _sits_here(request)):
            raise Http404
        return view(request, **kwargs)

    return guarded


def _sits_here(request: HttpRequest) -> bool:
    """Whether the other end of the line is this machine, and no proxy stands before somebody else."""
    if FORWARDED & request.META.keys():
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@embedded_only
@require_GET
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    return render(
        request, "participants/outbox.html", {"mails": KeptMail.objects.defer("raw")[:100]}
    )


@embedded_only
@require_GET
@never_cache
def outbox_mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    mail = get_object_or_404(KeptMail, pk=mail_id)
    context = {"mail": mail, "opened": mailbox.open_mail(bytes(mail.raw))}
    return render(request, "participants/outbox_mail.html", context)


@embedded_only
@require_GET
@never_cache
@xframe_options_sameorigin
def outbox_html(request: HttpRequest, mail_id: int) -> HttpResponse:
    opened = mailbox.open_mail(bytes(get_object_or_404(KeptMail, pk=mail_id).raw))
    html = opened.html.replace("<head>", '<head><base target="_top">', 1)
    return HttpResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})
