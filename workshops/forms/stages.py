from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workshops import way
from workshops.forms.opening import LATEST
from workshops.models import Stage, StageKind


class MoveForm(forms.Form):
    """Going on or closing; `seen` is the stage that was open on the page, empty if none was."""

    act = forms.ChoiceField(choices=[("go_on", ""), ("close", "")])
    seen = forms.IntegerField(required=False)
    because = forms.CharField(
        label=_("Why go on nevertheless?"),
        help_text=_("Everyone in the workshop can read this."),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class ArrangeForm(forms.Form):
    """A stage to come and where it goes: away, to the end, back in, or before another; see way.rearranged."""

    kind = forms.ChoiceField(choices=StageKind.choices)
    to = forms.ChoiceField(
        choices=[(to, to) for to in (way.DROP, way.END, way.ADD, *StageKind.values)]
    )


class ReopenForm(forms.Form):
    stage = forms.TypedChoiceField(label=_("Stage"), coerce=int)
    because = forms.CharField(
        label=_("Why is it opened again?"),
        help_text=_("Everyone in the workshop can read this."),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, closed: Iterable[Stage], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stage = self.fields["stage"]
        assert isinstance(stage, forms.ChoiceField)
        stage.choices = [(row.pk, row.get_kind_display()) for row in closed]


class ClosingForm(forms.Form):
    """When a stage is meant to close, in the clock of whoever writes it."""

    stage = forms.IntegerField(widget=forms.HiddenInput)
    closes_at = forms.DateTimeField(
        label=_("Meant to close"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_(
            "Everyone sees it in their own time zone. The stage stays open until you close it."
        ),
    )

    def clean_closes_at(self) -> datetime | None:
        closes_at: datetime | None = self.cleaned_data["closes_at"]
        if closes_at is not None and closes_at <= timezone.now():
            raise forms.ValidationError(_("This lies in the past."))
        if closes_at is not None and closes_at.year > LATEST:  # time zones end with the year 9999
            raise forms.ValidationError(_("This lies too far ahead."))
        return closes_at

    @classmethod
    def of(cls, stage: Stage, data: Any = None) -> "ClosingForm":
        return cls(
            data,
            initial={"stage": stage.pk, "closes_at": stage.closes_at},
            auto_id=f"{stage.kind}_%s",
        )


class ModerationForm(forms.Form):
    """Whether what is put in during a stage waits for a moderator."""

    stage = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    when = forms.ChoiceField(
        label=_("When a moderator reads what is put in"),
        choices=[
            ("post", _("Afterwards: it is shown at once and read later")),
            ("pre", _("Before: it waits, and only its author sees it until it is published")),
        ],
        widget=forms.RadioSelect,
    )

    @classmethod
    def of(cls, stage: Stage) -> "ModerationForm":
        when = "pre" if stage.premoderated else "post"
        return cls(initial={"stage": stage.pk, "when": when})
