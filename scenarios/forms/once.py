"""What every form that puts something in has."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

OUT_OF_DATE = _("This page is out of date. Load it again, and send it once more.")


class OnceForm(forms.Form):
    """Pressing twice puts in once: the hidden key says that it is the same."""

    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        if "client_key" in self.errors:
            del self.errors["client_key"]
            raise forms.ValidationError(OUT_OF_DATE)
        return super().clean() or {}


class VersionedForm(forms.Form):
    """What is sent belongs to the version that was read: the hidden number says which."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def clean(self) -> dict[str, Any]:
        if "version" in self.errors:
            del self.errors["version"]
            raise forms.ValidationError(OUT_OF_DATE)
        return super().clean() or {}
