from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

LONGEST = 18
"""Digits of an id that every database takes."""


class SeveralField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several rows by their ids; one too long for any row is no choice, rather than a fault of the database."""

    def __init__(self, **kwargs: Any) -> None:
        refusal = _("Choose among those on the page.")
        messages = {"invalid_choice": refusal, "invalid_pk_value": refusal, "list": refusal}
        super().__init__(
            queryset=None,
            widget=kwargs.pop("widget", forms.CheckboxSelectMultiple),
            error_messages=messages | kwargs.pop("error_messages", {}),
            **kwargs,
        )

    def clean(self, value: Any) -> QuerySet[Any]:
        if any(len(str(one)) > LONGEST for one in value or ()):
            raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice")
        found: QuerySet[Any] = super().clean(value)
        return found
