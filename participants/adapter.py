"""What django-allauth asks of us: its mails go through the post, and it learns nobody's network address."""

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal.httpkit import get_client_ip
from allauth.core.internal.ratelimit import truncate_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants import kinds, post
from participants.emails import Rendered, absolute, render
from participants.kinds import Kind, Letter
from participants.models import Participant


def _written_before(letter: Letter) -> Rendered:
    raise LookupError("Account mail is written when it is queued; its codes are kept nowhere else.")


ACCOUNT = kinds.register(Kind(name="account", label=_("your account"), render=_written_before))


def display(person: Participant) -> str:
    return person.email or gettext("your account")


WAYS = {
    "mfa_reauthenticate:webauthn": _("With a passkey"),
    "reauthenticate": _("With your password"),
    "mfa_reauthenticate": _("With your authenticator app or a recovery code"),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # comes without types
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This address and password do not belong together."),
        "incorrect_code": _("This is not the code we sent. Check it, or ask for a new one."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your present password."),
        "too_many_login_attempts": _("That was too often. Wait a few minutes and try again."),
        "rate_limited": _("That was too often. Wait a few minutes and try again."),
        "email_taken": _("This address cannot be used."),
        "same_as_current": _("This is the address you already have."),
    }

    def clean_email(self, email: str) -> str:
        post.check_address(email)
        return email

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        try:
            post.check_address(email)
        except ValidationError:  # of nobody's account, or it would not have got in
            return
        reader = context.get("user") or Participant.objects.filter(email=email.lower()).first()
        language = reader.language if reader else translation.get_language()
        facts = {
            "email": email,
            "code": context.get("code", ""),
            "signup_url": absolute(reverse("account_signup")),
            "login_url": absolute(reverse("account_login")),
        }
        rendered = render(f"{template_prefix}.html", facts, language)
        post.queue(
            kind=ACCOUNT.name,
            key=f"account:{uuid.uuid4()}",
            participant=reader,
            address=email,
            language=language,
            rendered=rendered,
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """What changed and when, but not from where: we do not look."""
        address = email or user.email
        if address:
            self.send_mail(template_prefix, address, {"user": user})

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The quickest way first, each by the name it has on our pages."""
        ways = {way["id"]: way for way in super().get_reauthentication_methods(user)}
        return [ways[name] | {"description": says} for name, says in WAYS.items() if name in ways]

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        user.language = translation.get_language()
        return super().save_user(request, user, form, commit)

    def get_client_ip(self, request: HttpRequest) -> str:
        """A stand-in for the address, good for counting tries and nothing else."""
        address = get_client_ip(request) or ""
        return salted_hmac("participants.tries", truncate_ip(address)).hexdigest()[:20]

    def get_http_user_agent(self, request: HttpRequest) -> str:
        return ""


class TwoStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # comes without types
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "This is not the number your app shows, nor a recovery code you have left."
        ),
        "unverified_email": _("First type the code we sent to your address."),
        "add_email_blocked": _(
            "Switch off the second step first; then you can change your address."
        ),
    }

    def get_totp_issuer(self) -> str:
        return "Flamingo"

    def _get_site_name(self) -> str:
        return "Flamingo"

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}


@receiver(authenticator_added)
def note_who_is_here(
    request: HttpRequest, user: Participant, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Whoever has just set up a passkey or an app need not prove at once that they have it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(
            request, user, method="mfa", type=authenticator.type, reauthenticated=True
        )
