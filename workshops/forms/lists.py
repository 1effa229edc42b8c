from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from workshops import lists
from workshops.forms.seats import ROLES
from workshops.models import Constituency, Role, Workshop
from workshops.verdicts import Terms

LARGEST = 1024 * 1024


class ListForm(forms.Form):
    """People to invite, as a file or pasted; `clean` gives the lines, and the text to send again."""

    text = forms.CharField(
        label=_("Addresses"),
        required=False,
        max_length=LARGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto", "autocomplete": "off"}),
        help_text=_(
            "One person a line. Columns headed “email”, “side” and “language” are understood, in any order."
        ),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("A table saved as CSV, with at most 2,000 lines."),
    )
    role = forms.ChoiceField(label=_("Role"), initial=Role.PARTICIPANT)
    side: "forms.ModelChoiceField[Constituency]" = forms.ModelChoiceField(
        label=_("Side"),
        queryset=Constituency.objects.none(),
        required=False,
        empty_label=_("No side"),
        help_text=_("For the lines that name none."),
    )
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)
    neutral = forms.BooleanField(
        label=_("Write neutrally"),
        help_text=_("The mail then names neither the workshop nor its question."),
        required=False,
    )

    def __init__(self, workshop: Workshop, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role, side = self.fields["role"], self.fields["side"]
        assert isinstance(role, forms.ChoiceField)
        assert isinstance(side, forms.ModelChoiceField)
        names = dict(Role.choices)
        role.choices = [(role, names[role]) for role in ROLES]
        side.queryset = workshop.constituencies.all()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        file, text = values.get("file"), values.get("text", "")
        if file is not None:
            if file.size > LARGEST:
                raise forms.ValidationError(_("This file is too large for a list of people."))
            text = lists.decode(file.read())
        try:
            lines = lists.read(text)
        except lists.Unreadable as why:
            raise forms.ValidationError(
                _("A list has at most 2,000 lines. Divide it.")
                if str(why) == "long"
                else _("This cannot be read as a list. Save it as CSV, or paste the addresses.")
            ) from None
        if not lines and not self.errors:
            raise forms.ValidationError(_("Paste some addresses, or choose a file."))
        return values | {"text": text, "lines": lines}

    def terms(self) -> Terms:
        values = self.cleaned_data
        return Terms(values["role"], values["side"], values["language"], values["neutral"])
