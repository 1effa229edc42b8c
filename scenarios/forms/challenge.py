from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from scenarios.forms.once import OnceForm
from scenarios.models import QualityRating, Question
from scenarios.models.challenge import HIGHEST, LOWEST

_ASKS: dict[str, Any] = {
    "relevant": _("Relevant: it speaks of what matters to us."),
    "challenging": _("Challenging: it makes me think again."),
    "plausible": _("Plausible: it could go like this."),
    "clear": _("Clear: I could tell it to somebody else."),
}


class RatingForm(forms.Form):
    """Four times a number from 1 to 5."""

    def __init__(self, *args: Any, rating: QualityRating | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [(number, str(number)) for number in range(LOWEST, HIGHEST + 1)]
        for dimension in QualityRating.DIMENSIONS:
            self.fields[dimension] = forms.TypedChoiceField(
                label=_ASKS[dimension],
                choices=[("", _("Choose")), *numbers],
                coerce=int,
                initial=getattr(rating, dimension, None),
                error_messages={"invalid_choice": _("Choose a number from 1 to 5.")},
                widget=forms.Select(attrs={"class": "short"}),
            )


class QuestionForm(OnceForm):
    text = forms.CharField(
        label=_("What would somebody who has to live in this story ask?"),
        help_text=_("Its writers answer it, or say why they do not."),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    language = forms.ChoiceField(label=_("Language you wrote it in"), choices=settings.LANGUAGES)


class AnswerForm(forms.Form):
    reply = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            (Question.Reply.ANSWERED, _("We answer it")),
            (Question.Reply.DECLINED, _("We do not answer it, and say why")),
        ],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("In words"),
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    seen = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
