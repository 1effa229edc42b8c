from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from workshops.models import DigestPreference


class DigestForm(forms.Form):
    rhythm = forms.ChoiceField(
        label=_("How often should we write?"),
        choices=DigestPreference.Rhythm.choices,
        widget=forms.RadioSelect,
    )
    hour = forms.TypedChoiceField(
        label=_("At what hour"),
        choices=[(hour, f"{hour:02d}:00") for hour in range(24)],
        coerce=int,
    )
    weekday = forms.TypedChoiceField(
        label=_("On which day, if once a week"), choices=list(WEEKDAYS.items()), coerce=int
    )
