from django import forms
from django.utils.translation import gettext_lazy as _

from scenarios.forms.once import OnceForm, VersionedForm

LONGEST = 1_000_000


class TextForm(OnceForm, VersionedForm):
    """A whole text, and the version it was made from."""

    text = forms.CharField(
        required=False,
        strip=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"dir": "auto", "rows": 24}),
    )

    def clean_text(self) -> str:
        """Forms send line breaks as CRLF; drafts know no carriage return."""
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n").replace("\r", "\n")


class SubmitForm(OnceForm, VersionedForm):
    """The version that was read is the one that is handed in."""

    summary = forms.CharField(
        label=_("What is new in it?"),
        help_text=_("One line for the moderator and the others."),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class BringBackForm(OnceForm, VersionedForm):
    """Made on the version that was read; without a passage, all of it."""

    passage = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
