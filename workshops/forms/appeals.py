from django import forms
from django.utils.translation import gettext_lazy as _

from workshops.models import Decision


class AppealForm(forms.Form):
    words = forms.CharField(
        label=_("Why it should be read once more"),
        help_text=_("Another moderator reads it, never the one who decided."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class AnswerForm(forms.Form):
    note = forms.CharField(
        label=_("Note to the author"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    outcome = forms.ChoiceField(
        choices=[("stands", ""), ("overturn", "")], widget=forms.HiddenInput
    )


class FlagForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    reason = forms.ChoiceField(
        label=_("What troubles you about it?"),
        choices=Decision.Reason.choices,
        widget=forms.RadioSelect,
    )
