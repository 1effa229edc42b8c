from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scenarios.forms.once import OnceForm, VersionedForm
from scenarios.models import DrivingForce, Scenario, ScenarioLogic
from workshops.models import Workshop

LONGEST_CHAIN = 4  # questions; five scenarios are as many as anyone remembers


def _line(label: Any, longest: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, widget=forms.TextInput(attrs={"dir": "auto"}), **more
    )


class AxesForm(VersionedForm):
    """Two critical uncertainties, each with its two poles. Either is chosen from the ranking, or named here."""

    first_force = forms.TypedChoiceField(
        label=_("First uncertainty, from the ranking"), required=False, coerce=int, empty_value=None
    )
    first_name = _line(
        _("First uncertainty"), 80, required=False, help_text=_("It runs across the board.")
    )
    first_low = _line(_("Its one pole"), 60)
    first_high = _line(_("Its other pole"), 60)
    second_force = forms.TypedChoiceField(
        label=_("Second uncertainty, from the ranking"),
        required=False,
        coerce=int,
        empty_value=None,
    )
    second_name = _line(
        _("Second uncertainty"), 80, required=False, help_text=_("It runs up the board.")
    )
    second_low = _line(_("Its one pole, below"), 60)
    second_high = _line(_("Its other pole, above"), 60)

    def __init__(self, *args: Any, forces: Sequence[DrivingForce] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {force.pk: force.name for force in forces}
        for which in ("first", "second"):
            if forces:
                field: Any = self.fields[f"{which}_force"]
                field.choices = [("", _("None of them: named below")), *self.names.items()]
            else:
                del self.fields[f"{which}_force"]
                self.fields[f"{which}_name"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        chosen = [cleaned.get(f"{which}_force") for which in ("first", "second")]
        for which, force in zip(("first", "second"), chosen, strict=True):
            name = f"{which}_name"
            if force and not cleaned.get(name):
                cleaned[name] = self.names[force]
            elif not cleaned.get(name) and name not in self.errors:
                self.add_error(name, gettext("Choose an uncertainty above, or name one here."))
        if chosen[0] and chosen[0] == chosen[1]:
            self.add_error("second_force", gettext("Choose two different ones."))
        return cleaned

    @staticmethod
    def filled_from(logic: ScenarioLogic) -> dict[str, Any]:
        return {
            f"{which}_{key}": axis.get(key, "")
            for which, axis in zip(("first", "second"), logic.axes, strict=False)
            for key in ("force", "name", "low", "high")
        }

    def facts(self) -> dict[str, Any]:
        axes = [
            {key: self.cleaned_data[f"{which}_{key}"] for key in ("name", "low", "high")}
            for which in ("first", "second")
        ]
        for which, axis in zip(("first", "second"), axes, strict=True):
            if force := self.cleaned_data.get(f"{which}_force"):
                axis["force"] = force
        return {"axes": axes}


class BranchingForm(VersionedForm):
    """Questions in their order: a no leads to a scenario, a yes to the next question."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = (
            _("First question"),
            _("Second question"),
            _("Third question"),
            _("Fourth question"),
        )
        for place, label in enumerate(labels):
            self.fields[f"question_{place}"] = _line(label, 160, required=place == 0)

    @staticmethod
    def filled_from(logic: ScenarioLogic) -> dict[str, Any]:
        return {f"question_{n}": step.get("text", "") for n, step in enumerate(logic.questions)}

    def facts(self) -> dict[str, Any]:
        texts = (self.cleaned_data[f"question_{place}"] for place in range(LONGEST_CHAIN))
        asked = [text for text in texts if text]
        return {"questions": [{"text": text, "no": place} for place, text in enumerate(asked)]}


class InductiveForm(VersionedForm):
    """Nothing sets the scenarios apart but their stories."""

    @staticmethod
    def filled_from(logic: ScenarioLogic) -> dict[str, Any]:
        return {}

    def facts(self) -> dict[str, Any]:
        return {}


LOGIC_FORMS: dict[str, type[AxesForm] | type[BranchingForm] | type[InductiveForm]] = {
    ScenarioLogic.Kind.BRANCHING: BranchingForm,
    ScenarioLogic.Kind.AXES: AxesForm,
    ScenarioLogic.Kind.INDUCTIVE: InductiveForm,
}


class PremiseForm(forms.Form):
    """What a scenario is called, what it says in a sentence, and where it stands."""

    title = _line(_("Name"), 80, help_text=_("Short enough to be remembered and passed on."))
    premise = forms.CharField(
        label=_("Premise"),
        help_text=_("The whole story in a sentence or two."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    place = forms.TypedChoiceField(label=_("Place"), required=False, coerce=int, empty_value=None)

    def __init__(
        self,
        *args: Any,
        workshop: Workshop,
        places: Sequence[str],
        scenario: Scenario | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.others = [
            other
            for other in Scenario.objects.filter(workshop=workshop)
            if other != scenario and not self._is_same_press(other)
        ]
        taken = {other.place for other in self.others}
        free = [(str(n), label) for n, label in enumerate(places) if n not in taken]
        place: Any = self.fields["place"]
        place.choices = [("", _("No place yet")), *free]
        if not places:
            del self.fields["place"]

    def _is_same_press(self, other: Scenario) -> bool:
        """Pressed twice: the first is on the board already, and takes nothing from itself."""
        return other.client_key is not None and str(other.client_key) == self.data.get("client_key")

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        if any(other.title.casefold() == title.casefold() for other in self.others):
            raise forms.ValidationError(_("Another scenario has this name."))
        return title


class AddForm(OnceForm, PremiseForm):
    pass
