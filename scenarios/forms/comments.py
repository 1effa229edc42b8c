from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scenarios.forms.once import OnceForm
from scenarios.models import Comment, Reaction

WORDS = 2000


class CommentForm(OnceForm):
    """About words of the text, quoted as they stand there; with others to put in their place, it is a suggestion."""

    quote = forms.CharField(
        label=_("Which words is it about?"),
        help_text=_("Copy them from the text. Leave it empty to speak of the whole."),
        required=False,
        strip=False,
        max_length=WORDS,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    near = forms.IntegerField(
        required=False, widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1
    )
    text = forms.CharField(
        label=_("What do you want to say?"),
        required=False,
        max_length=WORDS,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    suggest = forms.BooleanField(label=_("I suggest other words for these"), required=False)
    replacement = forms.CharField(
        label=_("The words you suggest"),
        help_text=_("If you leave it empty, the words are to go."),
        required=False,
        strip=False,
        max_length=WORDS,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": "say_%s"})

    def clean_quote(self) -> str:
        return _as_in_a_draft(self.cleaned_data["quote"])

    def clean_replacement(self) -> str:
        return _as_in_a_draft(self.cleaned_data["replacement"])

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if self.errors:
            return said
        if said.pop("suggest") or said["replacement"]:
            if not said["quote"].strip():
                self.add_error("quote", _("Quote the words that others should stand for."))
            elif said["quote"] == said["replacement"]:
                self.add_error("replacement", _("These are the words that stand there."))
        else:
            said["replacement"] = None
            said["quote"] = said["quote"].strip()
            if not said["text"]:
                self.add_error("text", _("Say something, or suggest other words."))
        return said


class ReplyForm(OnceForm):
    text = forms.CharField(
        max_length=WORDS,
        error_messages={"required": _("Say something first.")},
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )


class SettleForm(forms.Form):
    """What becomes of a thread."""

    MOVES = ("resolve", "reopen", "accept", "decline", "withdraw")

    move = forms.ChoiceField(
        choices=[(move, move) for move in MOVES],
        error_messages={
            "required": _("Say what is to become of it."),
            "invalid_choice": _("Say what is to become of it."),
        },
    )
    word = forms.CharField(
        required=False, max_length=Comment._meta.get_field("word").max_length or 300
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("move") == "decline" and not said.get("word"):
            raise forms.ValidationError(_("Say in a word why not, so that its author knows."))
        return said


class ReactionForm(forms.Form):
    word = forms.ChoiceField(
        choices=Reaction.Word.choices,
        error_messages={
            "required": _("Choose one of the words."),
            "invalid_choice": _("Choose one of the words."),
        },
    )


def _as_in_a_draft(words: str) -> str:
    """Forms send line breaks as CRLF; drafts know no carriage return."""
    return words.replace("\r\n", "\n").replace("\r", "\n")
