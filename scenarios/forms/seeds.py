from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from scenarios.forms.once import OnceForm


class SeedForm(OnceForm):
    title = forms.CharField(
        label=_("A name for it"), max_length=80, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    text = forms.CharField(
        label=_("What could happen?"),
        help_text=_("A few lines. It need not be likely, only possible."),
        max_length=1200,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    language = forms.ChoiceField(label=_("Language you wrote it in"), choices=settings.LANGUAGES)
