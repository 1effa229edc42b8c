from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workshops.invited import Step
from workshops.verdicts import MOST_SEATS


class StepForm(forms.Form):
    """Which button was pressed comes as `step`, whom it is about as the rows that were ticked."""

    step = forms.ChoiceField(
        choices=Step.choices, error_messages={"required": _("Choose one of the buttons.")}
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        chosen = self.data.getlist("chosen") if hasattr(self.data, "getlist") else []
        if not chosen:
            raise forms.ValidationError(_("Tick those it is about first."))
        if len(chosen) > MOST_SEATS or not all(
            one.isascii() and one.isdigit() and len(one) < 16 for one in chosen
        ):
            raise forms.ValidationError(_("Tick those it is about in the list."))
        if "step" in values:
            values["step"] = Step(values["step"])
        return values | {"ids": [int(one) for one in chosen]}
