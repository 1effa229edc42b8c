from django import forms
from django.utils.translation import gettext_lazy as _


class TermForm(forms.Form):
    client_key = forms.UUIDField(widget=forms.HiddenInput)
    term = forms.CharField(
        label=_("Word"), max_length=80, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    definition = forms.CharField(
        label=_("What we mean by it"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
