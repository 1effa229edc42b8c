import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workshops.actions.sessions import Item
from workshops.forms.opening import LATEST
from workshops.models import Session, Stage, StageKind, Workshop

MOST_ITEMS, LONGEST_ITEM = 30, 480
_line = re.compile(r"(\d{1,3})\s+(\S.*)")


class StageField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Stage) -> str:
        return str(StageKind(obj.kind).label)


class SessionForm(forms.Form):
    title = forms.CharField(
        label=_("Title"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    starts_at = forms.DateTimeField(
        label=_("Begins"),
        help_text=_("By your own clock. Everyone sees it in their own time zone."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    stage = StageField(
        label=_("Stage"),
        queryset=Stage.objects.none(),
        required=False,
        empty_label=_("No particular one"),
    )
    agenda = forms.CharField(
        label=_("Agenda"),
        help_text=_("One item a line, its minutes first: 15 What has changed since we met"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, workshop: Workshop, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stage = self.fields["stage"]
        assert isinstance(stage, StageField)
        stage.queryset = workshop.stages.all()

    def clean_starts_at(self) -> datetime:
        starts_at: datetime = self.cleaned_data["starts_at"]
        if starts_at <= timezone.now():
            raise forms.ValidationError(_("This lies in the past."))
        if starts_at.year > LATEST:  # time zones end with the year 9999
            raise forms.ValidationError(_("This lies too far ahead."))
        return starts_at

    def clean_agenda(self) -> list[Item]:
        lines = [line.strip() for line in self.cleaned_data["agenda"].splitlines() if line.strip()]
        if len(lines) > MOST_ITEMS:
            raise forms.ValidationError(
                _("An agenda has at most %(most)s items.") % {"most": MOST_ITEMS}
            )
        return [_item(line) for line in lines]


def _item(line: str) -> Item:
    found = _line.fullmatch(line)
    if found is None or not 1 <= int(found[1]) <= LONGEST_ITEM or len(found[2]) > 120:
        raise forms.ValidationError(
            _("Write each line as minutes and a short title, not like this: %(line)s")
            % {"line": line[:80]}
        )
    return Item(int(found[1]), found[2].strip())


def written(session: Session) -> str:
    """The agenda as it is typed."""
    return "\n".join(f"{item.minutes} {item.title}" for item in session.agenda.all())


ACTS = ("go_on", "pause", "extend", "hand", "lower", "ready", "not_ready", "answer", "close")


class ActForm(forms.Form):
    """One press in the room. `seen` is the item that was current on the page, empty before it began."""

    act = forms.ChoiceField(choices=[(act, act) for act in ACTS], required=False)
    seen = forms.IntegerField(required=False, min_value=0, max_value=2**62)
    minutes = forms.IntegerField(required=False, min_value=1, max_value=60)
    spoke = forms.IntegerField(required=False, min_value=0, max_value=2**62)
    poll = forms.IntegerField(required=False, min_value=0, max_value=2**62)
    choice = forms.IntegerField(required=False, min_value=0, max_value=20)

    def clean(self) -> dict[str, Any]:
        """A button of a list says whose hand it is about, and so what it does."""
        given = super().clean() or {}
        if given.get("spoke") is not None:
            given["act"] = "spoke"
        if not given.get("act"):
            raise forms.ValidationError(_("Use one of the buttons on this page."))
        return given


class NotesForm(forms.Form):
    text = forms.CharField(
        label=_("Notes"),
        help_text=_("What everyone should still know tomorrow. Everyone here can write."),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto"}),
    )
    version = forms.IntegerField(min_value=0, max_value=2**30, widget=forms.HiddenInput)


class PollForm(forms.Form):
    question = forms.CharField(
        label=_("Question"), max_length=200, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    options = forms.CharField(
        label=_("Answers"),
        help_text=_("Two to six, one a line."),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_options(self) -> list[str]:
        options = [line.strip() for line in self.cleaned_data["options"].splitlines()]
        options = [option for option in options if option]
        if not 2 <= len(options) <= 6 or len(set(options)) < len(options):
            raise forms.ValidationError(_("Write two to six answers that differ."))
        return options
