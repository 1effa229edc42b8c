import zoneinfo
from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from participants.actions import GROUPS, LETTERS, read_return_code
from participants.models import Participant

# Words of allauth's own forms, here so that our catalogues call a code what the rest of our pages do.
_WORDS = (gettext_noop("Code"), gettext_noop("Authenticator code"))


class SignInForm(LoginForm):  # type: ignore[misc]  # comes without types
    """One form for both ways: without a password, a code is sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Email address")
        self.fields["login"].validators.append(MaxLengthValidator(254))
        self.fields["password"].required = False
        self.fields["password"].help_text = _("Leave this empty and we send you a code instead.")


class SignUpForm(SignupForm):  # type: ignore[misc]  # comes without types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Email address")
        self.fields["password1"].help_text = _(
            "You can do without: we then send you a code each time you sign in."
        )


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # comes without types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("So that you know later which one it is.")
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].label = _("Sign in with it alone")
        self.fields["passwordless"].help_text = _(
            "Old security keys cannot; untick this and yours becomes a second step."
        )


class SettingsForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    mail = forms.ChoiceField(
        label=_("Mail about your workshops"),
        choices=[
            (Participant.Mail.FULL, _("With titles and names")),
            (Participant.Mail.NEUTRAL, _("Neutral: without titles or names, also in the subject")),
            (Participant.Mail.NONE, _("None at all, except about your account")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"), choices=time_zones(kept=self.initial.get("time_zone", "UTC"))
        )
        self.order_fields(["language", "time_zone", "mail"])


class ReturnForm(forms.Form):
    code = forms.CharField(
        label=_("Return code"),
        max_length=80,
        validators=[ProhibitNullCharactersValidator()],
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
    )
    next = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)

    def clean_code(self) -> str:
        code = read_return_code(self.cleaned_data["code"])
        if len(code) != GROUPS * LETTERS:
            raise forms.ValidationError(
                _("A return code has %(length)s letters and digits."),
                params={"length": GROUPS * LETTERS},
            )
        return code


def time_zones(kept: str) -> list[tuple[Any, Any]]:
    """By continent, as places; without the hundred old names nobody looks for."""
    continents: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones() | {kept}):
        continent, _slash, place = name.partition("/")
        if place and continent in CONTINENTS:
            continents.setdefault(continent, []).append(
                (name, place.replace("_", " ").replace("/", ", "))
            )
    zones: list[tuple[Any, Any]] = [("UTC", _("Universal time (UTC)"))]
    if kept != "UTC" and kept.partition("/")[0] not in CONTINENTS:
        zones.append((kept, kept))
    zones += [(CONTINENTS[continent], places) for continent, places in continents.items()]
    return zones


CONTINENTS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}
