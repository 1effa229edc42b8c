from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from scenarios.forms.once import OnceForm, VersionedForm
from scenarios.models import Evidence


class ClaimForm(forms.Form):
    """What is known, and from where."""

    claim = forms.CharField(
        label=_("What is known?"),
        help_text=_("One sentence about what is so today, not about what could be."),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    source = forms.CharField(
        label=_("From where?"),
        help_text=_(
            "A book, a table, a person who was there, described so that nobody is in danger."
        ),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    link = forms.URLField(
        label=_("Address"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"dir": "ltr"}),
        error_messages={"invalid": _("Write a whole address, beginning with https://.")},
    )
    quality = forms.ChoiceField(
        label=_("How good is it?"), choices=Evidence.Quality.choices, widget=forms.RadioSelect
    )
    language = forms.ChoiceField(label=_("Language you wrote it in"), choices=settings.LANGUAGES)

    def clean_link(self) -> str:
        link: str = self.cleaned_data["link"]
        if link and not link.startswith(("http://", "https://")):
            raise forms.ValidationError(_("Write a whole address, beginning with https://."))
        return link


class EvidenceForm(OnceForm, ClaimForm):
    pass


class RewordEvidenceForm(VersionedForm, ClaimForm):
    pass
