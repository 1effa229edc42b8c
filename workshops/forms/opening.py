"""The three steps of opening a workshop, and the page that edits what they said."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.forms import BaseFormSet, formset_factory
from django.utils.html import format_html
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from workshops import layouts, names
from workshops.models import StageKind, Workshop

EARLIEST, LATEST = 1900, 2200
FIRST_ROWS, MOST_SIDES = 2, 12


def with_help(choices: Any, help_texts: dict[str, Any]) -> list[tuple[str, Any]]:
    """Radio labels that also say what the choice means."""
    return [
        (
            value,
            format_html(
                '{} <span class="choice-help">{}</span>', capfirst(label), help_texts[value]
            ),
        )
        for value, label in choices
    ]


class QuestionForm(forms.Form):
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        help_text=_("What people will call this workshop."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    focal_question = forms.CharField(
        label=_("The question"),
        max_length=300,
        help_text=_("What could happen? Ask openly, name the place and the time."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    base_year = forms.IntegerField(
        label=_("From the year"),
        min_value=EARLIEST,
        max_value=LATEST,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    horizon_year = forms.IntegerField(
        label=_("To the year"),
        help_text=_("Far enough that more than one thing can happen. Ten years is a good start."),
        min_value=EARLIEST,
        max_value=LATEST,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    language = forms.ChoiceField(
        label=_("Language of the workshop"),
        help_text=_("Everyone may read these pages in another one."),
        choices=settings.LANGUAGES,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        base, horizon = cleaned.get("base_year"), cleaned.get("horizon_year")
        if base and horizon and horizon <= base:
            self.add_error("horizon_year", _("The last year must come after the first."))
        return cleaned


class MethodForm(forms.Form):
    template = forms.ChoiceField(label=_("How to work"), widget=forms.RadioSelect)
    attribution = forms.ChoiceField(
        label=_("Who is seen to have said what"), widget=forms.RadioSelect
    )
    visibility = forms.ChoiceField(label=_("Who may read the report"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("template", Workshop.Template.choices, _methods())
        self.choose("attribution", Workshop.Attribution.choices, ATTRIBUTIONS)
        self.choose("visibility", Workshop.Visibility.choices, VISIBILITIES)

    def choose(self, name: str, choices: Any, help_texts: dict[str, Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = with_help(choices, help_texts)


ATTRIBUTIONS: dict[str, Any] = {
    Workshop.Attribution.PSEUDONYMOUS: _(
        "Everyone chooses a name for this workshop. The others see that name and nothing else."
    ),
    Workshop.Attribution.NAMED: _(
        "People go by their own names, in the workshop and in the report."
    ),
    Workshop.Attribution.CHATHAM: _(
        "What is said may be used; who said it is shown to nobody, not even by pseudonym."
    ),
}
VISIBILITIES: dict[str, Any] = {
    Workshop.Visibility.MEMBERS: _("It stays with those who have a seat."),
    Workshop.Visibility.PUBLIC: _("Once it is released, anyone who knows its address can read it."),
}


def _methods() -> dict[str, Any]:
    """What each template is for, and the stages it lays out."""
    return {
        template: format_lazy(
            "{} {}", line, gettext("Stages: %s.") % gettext(", ").join(_stage_names(template))
        )
        for template, line in layouts.METHODS.items()
    }


def _stage_names(template: str) -> list[str]:
    return [str(StageKind(kind).label) for kind in layouts.STAGES[template]]


class SideForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    label = forms.CharField(
        label=_("How the report describes it"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    least_seats = forms.IntegerField(
        label=_("Seats, at least"),
        min_value=1,
        max_value=50,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    required = forms.BooleanField(
        label=_("Nothing counts as shared without this side"), required=False, initial=True
    )

    def has_changed(self) -> bool:
        """A row without words is an empty row, whatever else it says."""
        return bool({"name", "label"} & set(self.changed_data))


if TYPE_CHECKING:
    Rows = BaseFormSet[SideForm]
else:
    Rows = BaseFormSet


class BaseSideFormSet(Rows):
    """Rows left empty do not count; at least one must be filled. Pass rows as initial to show them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.extra = min(max(FIRST_ROWS, len(self.initial or [])), MOST_SIDES)

    def initial_form_count(self) -> int:
        return 0  # so that a row that was shown may be emptied

    def clean(self) -> None:
        sides = [name.casefold() for row in self.filled() if (name := row.get("name"))]
        if any(self.errors):
            return
        if not sides:
            raise forms.ValidationError(_("Name at least one side."))
        if len(set(sides)) < len(sides):
            raise forms.ValidationError(_("Two sides have the same name."))

    def filled(self) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None)]


SideFormSet = cast(
    "type[BaseSideFormSet]",
    formset_factory(
        SideForm,
        formset=BaseSideFormSet,
        extra=0,
        max_num=MOST_SIDES,
        absolute_max=MOST_SIDES,
        validate_max=True,
    ),
)


def label_name(field: forms.Field, attribution: str) -> None:
    """Say who sees the name, and so which one to choose."""
    if attribution == Workshop.Attribution.NAMED:
        field.label = _("Your name")
        field.help_text = _("In this workshop people go by their own names.")
    else:
        field.label = _("The name you go by here")
        field.help_text = _(
            "The others see this name and nothing else of you. Take none that you use elsewhere."
        )


class PeopleForm(forms.Form):
    """The end of the last step: the rules everybody accepts, and what the opener is called."""

    ground_rules = forms.CharField(
        label=_("Ground rules"),
        help_text=_("Everyone accepts these before they sit down. Change them as you like."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )
    name = forms.CharField(
        max_length=40,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, attribution: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label_name(self.fields["name"], attribution)

    def clean_name(self) -> str:
        return names.tidy(self.cleaned_data["name"])


class SetupForm(QuestionForm):
    introduction = forms.CharField(
        label=_("Introduction"),
        help_text=_("What those who sit down should know. It opens the report as well."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    visibility = forms.ChoiceField(label=_("Who may read the report"), widget=forms.RadioSelect)
    ground_rules = forms.CharField(
        label=_("Ground rules"),
        help_text=_("If you change them, everyone is asked to accept them again."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )

    field_order = ("title", "focal_question", "introduction")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["visibility"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = with_help(Workshop.Visibility.choices, VISIBILITIES)


class RulesForm(forms.Form):
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
