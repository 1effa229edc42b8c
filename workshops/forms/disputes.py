from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workshops.models import Seat


class DisputeForm(forms.Form):
    client_key = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why not?"),
        help_text=_(
            "What you mean by it instead, or what speaks against it. It is printed beside it."
        ),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    names_side = forms.BooleanField(label=_("Say which side I speak to"), required=False)

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if seat.constituency is None:
            del self.fields["names_side"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned.setdefault("names_side", False)
        return cleaned
