from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scenarios.forms.once import OnceForm


class ClashForm(OnceForm):
    """What an event contradicts, and why."""

    against = forms.TypedChoiceField(
        label=_("What does it contradict?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what it contradicts."),
            "invalid_choice": _("Choose what it contradicts."),
        },
    )
    reason = forms.CharField(
        label=_("Why can the two not both be?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, against: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["against"]
        field.choices = against
