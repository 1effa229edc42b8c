from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from workshops import names, tokens
from workshops.forms.opening import label_name
from workshops.models import Workshop


class TokenForm(forms.Form):
    code = forms.CharField(
        label=_("Invitation code"),
        help_text=_("Sixteen letters and digits. Dashes and capitals do not matter."),
        max_length=80,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
    )

    def clean_code(self) -> str:
        """The code as it stands in links."""
        letters = tokens.read(self.cleaned_data["code"])
        if len(letters) != tokens.LETTERS:
            raise forms.ValidationError(
                _("A code has sixteen letters and digits. Check that none is missing.")
            )
        return tokens.grouped(letters)


class SitForm(forms.Form):
    pseudonym = forms.CharField(
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    language = forms.ChoiceField(label=_("The language you write in"), choices=settings.LANGUAGES)
    accepts = forms.BooleanField(label=_("I have read the ground rules and will keep them."))
    rules_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, workshop: Workshop, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["pseudonym"]
        label_name(name, workshop.attribution)
        if workshop.attribution == Workshop.Attribution.NAMED:
            return
        first, *others = names.suggest(workshop) or [""]
        name.initial = first
        if others:
            free = gettext("Others that are free: %s.") % gettext(", ").join(others)
            name.help_text = format_lazy("{} {}", name.help_text, free)

    def clean_pseudonym(self) -> str:
        return names.tidy(self.cleaned_data["pseudonym"])

    def answers(self) -> dict[str, Any]:
        """What the action needs; the box was ticked, or the form would not be valid."""
        return {name: value for name, value in self.cleaned_data.items() if name != "accepts"}
