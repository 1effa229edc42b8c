from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workshops.models import Decision
from workshops.moderation import NEEDS_REASON


class DecisionForm(forms.Form):
    """Which button was pressed comes as `action`."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("No reason needed to publish")), *Decision.Reason.choices],
        required=False,
    )
    note = forms.CharField(
        label=_("Note to the author"),
        help_text=_("They read it with the reason."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        action = self.data.get("action", "")
        if action not in Decision.Action.values:
            raise forms.ValidationError(_("Choose one of the buttons."))
        if action in NEEDS_REASON and not values.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why: the author reads it."))
        return values | {"action": action}
