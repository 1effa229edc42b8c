from django import forms
from django.utils.translation import gettext_lazy as _

from scenarios.forms.once import OnceForm
from scenarios.live.redacting import LEAST
from workshops.models import Decision


class FreezeForm(forms.Form):
    because = forms.CharField(
        label=_("Why nothing can be written now"),
        help_text=_("Everybody who has the text open reads it."),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class RedactForm(OnceForm):
    words = forms.CharField(
        label=_("The words, exactly as they stand"),
        help_text=_(
            "Copy them from the text. Wherever they ever stood in it, they are blacked out."
        ),
        min_length=LEAST,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=Decision.Reason.choices)
    note = forms.CharField(
        label=_("Note to the writers"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    sure = forms.BooleanField(
        label=_("Nothing of these words is kept, so nobody can bring them back."),
        error_messages={"required": _("Tick this, so that it does not happen by accident.")},
    )

    def clean_words(self) -> str:
        return str(self.cleaned_data["words"]).replace("\r\n", "\n")


class ReadForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
