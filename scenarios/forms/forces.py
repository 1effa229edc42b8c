from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scenarios.analysis.direction import directed
from scenarios.analysis.ranking import HIGHEST, LOWEST
from scenarios.forms.choosing import SeveralField
from scenarios.forms.once import OnceForm, VersionedForm
from scenarios.models import DrivingForce, Evidence
from workshops.models import Contribution, Workshop

SCALE = [(number, str(number)) for number in range(LOWEST, HIGHEST + 1)]


class WordsForm(forms.Form):
    """What a force is called and where it stands today."""

    name = forms.CharField(
        label=_("What drives change?"),
        help_text=_(
            "A name without a direction: “Price of bread”, not “Rising prices”. Both ways must be possible."
        ),
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    category = forms.ChoiceField(
        label=_("Of which sort?"),
        choices=DrivingForce.Category.choices,
        widget=forms.RadioSelect,
    )
    trend = forms.CharField(
        label=_("What has it done so far?"),
        help_text=_("A sentence about the last years."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    grounds = SeveralField(label=_("What speaks for it?"), required=False)
    language = forms.ChoiceField(label=_("Language you wrote it in"), choices=settings.LANGUAGES)
    # The name that was sent before with the same hint beside it: sent again, it is meant.
    meant = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    def __init__(self, *args: Any, workshop: Workshop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grounds: Any = self.fields["grounds"]
        grounds.queryset = Evidence.objects.filter(
            seat__workshop=workshop, state=Contribution.State.PUBLISHED
        ).order_by("pk")
        grounds.label_from_instance = lambda row: row.claim
        if not grounds.queryset.exists():
            del self.fields["grounds"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name, meant = cleaned.get("name", ""), cleaned.pop("meant", "")
        word = directed(name)
        if word and name != meant:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data["meant"] = name
            self.data = data
            self.add_error(
                "name",
                gettext(
                    "“%(word)s” says which way it goes. Can you name the thing itself? If you mean it so, send it again."
                )
                % {"word": word},
            )
        cleaned.setdefault("grounds", [])
        return cleaned


class ForceForm(OnceForm, WordsForm):
    pass


class RewordForceForm(VersionedForm, WordsForm):
    pass


class MergeForm(forms.Form):
    """Which forces say the same, and under which name they go on."""

    into = forms.ModelChoiceField(
        label=_("The name that stays"),
        queryset=DrivingForce.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": _("Choose among those on the page.")},
    )
    others = SeveralField(
        label=_("What says the same"),
        error_messages={"required": _("Choose at least one other.")},
    )

    def __init__(self, *args: Any, workshop: Workshop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = DrivingForce.objects.within(workshop).listed().order_by("name", "pk")
        for key in ("into", "others"):
            field: Any = self.fields[key]
            field.queryset = listed
            field.label_from_instance = lambda row: row.name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        into, others = cleaned.get("into"), cleaned.get("others")
        if into and others is not None and not others.exclude(pk=into.pk).exists():
            self.add_error("others", gettext("Choose at least one other."))
        return cleaned


def _scale(label: Any, help_text: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=SCALE,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect(attrs={"class": "scale"}),
        error_messages={
            "required": _("Choose a number from 1 to 10."),
            "invalid_choice": _("Choose a number from 1 to 10."),
        },
    )


class RatingForm(forms.Form):
    force = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    impact = _scale(
        _("Impact"), _("If it moves, how much changes? 1: hardly anything, 10: everything.")
    )
    uncertainty = _scale(
        _("Uncertainty"),
        _("How open is which way it goes? 1: as good as settled, 10: nobody can say."),
    )
