from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from scenarios.forms.once import OnceForm
from scenarios.models import Scenario, Seed
from workshops.models import Workshop


class SeedForm(OnceForm):
    title = forms.CharField(
        label=_("A name for it"), max_length=80, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    text = forms.CharField(
        label=_("What could happen?"),
        help_text=_("A few lines. It need not be likely, only possible."),
        max_length=1200,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    language = forms.ChoiceField(label=_("Language you wrote it in"), choices=settings.LANGUAGES)


class SortForm(forms.Form):
    """Where a seed belongs: among others, or in a cluster of its own making."""

    cluster = forms.CharField(
        label=_("With which others?"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    new_cluster = forms.CharField(
        label=_("Or under a new heading"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def chosen(self) -> str:
        data = self.cleaned_data
        found: str = data["new_cluster"] or data["cluster"]
        return found


class RoundForm(forms.Form):
    dots = forms.IntegerField(
        label=_("Dots for each"),
        min_value=1,
        max_value=20,
        initial=5,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )


class SettleForm(forms.Form):
    """What becomes of a seed."""

    funnel = forms.ChoiceField(
        label=_("What becomes of it?"),
        choices=[
            (Seed.Funnel.SHORTLISTED, _("It goes on the short list")),
            (Seed.Funnel.MERGED, _("It becomes part of a scenario")),
            (Seed.Funnel.RETIRED, _("It is set aside, with thanks")),
            (Seed.Funnel.POOLED, _("It goes back to the others")),
        ],
        widget=forms.RadioSelect,
    )
    scenario = forms.ModelChoiceField(
        label=_("Of which scenario?"),
        queryset=Scenario.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("Choose one of this workshop's scenarios.")},
    )
    thanks = forms.CharField(
        label=_("A word to its author"),
        help_text=_("For instance which story its thought lives on in. Everyone can read it."),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, workshop: Workshop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scenario: Any = self.fields["scenario"]
        scenario.queryset = Scenario.objects.filter(workshop=workshop)
        scenario.label_from_instance = lambda row: row.title

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("funnel") == Seed.Funnel.MERGED and not cleaned.get("scenario"):
            self.add_error("scenario", _("Choose the scenario it becomes part of."))
        return cleaned
