from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from scenarios.forms.once import OnceForm, VersionedForm
from scenarios.models import Assumption, Response, Scenario
from workshops.models import Workshop


class StatementForm(forms.Form):
    """The words of an assumption, proposed or worded anew."""

    statement = forms.CharField(
        label=_("What do you take as given?"),
        help_text=_("One sentence that others can agree or disagree with."),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    nature = forms.ChoiceField(
        label=_("What is it?"),
        help_text=_(
            "A predetermined element is what will shape every scenario, whichever way things turn."
        ),
        choices=Assumption.Nature.choices,
        widget=forms.RadioSelect,
    )
    scenario = forms.ModelChoiceField(
        label=_("Where does it hold?"),
        queryset=Scenario.objects.none(),
        required=False,
        empty_label=_("In every scenario"),
        error_messages={"invalid_choice": _("Choose one of this workshop's scenarios.")},
    )
    language = forms.ChoiceField(label=_("Language you wrote it in"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, workshop: Workshop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scenario: Any = self.fields["scenario"]
        scenario.queryset = Scenario.objects.filter(workshop=workshop)
        scenario.label_from_instance = lambda row: row.title


class ProposeForm(OnceForm, StatementForm):
    pass


class RewordForm(VersionedForm, StatementForm):
    pass


class AnswerForm(VersionedForm):
    answer = forms.ChoiceField(
        choices=Response.Answer.choices,
        error_messages={
            "required": _("Choose one of the three answers."),
            "invalid_choice": _("Choose one of the three answers."),
        },
    )
