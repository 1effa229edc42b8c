import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scenarios.models import Position

CHOOSE = _("Choose one of the four.")
_act = re.compile(r"(open-scenario|open-assumption|open|close|again)-(all|\d{1,18})")


class PositionForm(forms.Form):
    """Where one stands on an item, as it was asked in that round."""

    item = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    round = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=9)
    stance = forms.ChoiceField(
        choices=Position.Stance.choices,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )
    reason = forms.CharField(
        label=_("Why"),
        help_text=_(
            "Needed for a reservation or an objection. It is printed beside the item without your name, each paragraph by itself."
        ),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class ActForm(forms.Form):
    """What a facilitator pressed: open, close or ask again; one item, or all there are."""

    act = forms.CharField(max_length=40)

    def clean_act(self) -> tuple[str, int | None]:
        found = _act.fullmatch(self.cleaned_data["act"])
        if found is None:
            raise forms.ValidationError(_("Use one of the buttons on this page."))
        return found[1], None if found[2] == "all" else int(found[2])


class WordsForm(forms.Form):
    """Other words for what met an objection."""

    statement = forms.CharField(
        label=_("In other words"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


def sentences(form: forms.Form) -> list[Any]:
    return [error for errors in form.errors.values() for error in errors]
