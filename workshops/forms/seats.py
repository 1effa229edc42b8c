from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from workshops.forms.opening import with_help
from workshops.models import Constituency, Role, Workshop

ROLES: dict[str, Any] = {
    Role.PARTICIPANT: _("Proposes, answers and writes."),
    Role.MODERATOR: _("Reads what is handed in and decides, with reasons."),
    Role.FACILITATOR: _("Leads through the stages, with you."),
    Role.OBSERVER: _("Reads what is open to read."),
    Role.CONVENOR: _(
        "Called the group together; sees the seats, and releases the report with you."
    ),
}


class AddSeatsForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect, initial=Role.PARTICIPANT)
    constituency: "forms.ModelChoiceField[Constituency]" = forms.ModelChoiceField(
        label=_("Side"),
        queryset=Constituency.objects.none(),
        required=False,
        empty_label=_("No side"),
        help_text=_("Participants need one; the other roles may do without."),
    )
    count = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        max_value=30,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, workshop: Workshop, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role, side = self.fields["role"], self.fields["constituency"]
        assert isinstance(role, forms.ChoiceField)
        assert isinstance(side, forms.ModelChoiceField)
        names = dict(Role.choices)
        role.choices = with_help([(role, names[role]) for role in ROLES], ROLES)
        side.queryset = workshop.constituencies.all()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needs_one = cleaned.get("role") == Role.PARTICIPANT
        if needs_one and "constituency" in cleaned and cleaned["constituency"] is None:
            self.add_error("constituency", _("Choose the side this participant can speak to."))
        return cleaned


class InviteForm(forms.Form):
    address = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"}),
        help_text=_(
            "Only facilitators see it, and it is forgotten once the invitation is answered."
        ),
    )
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)
    neutral = forms.BooleanField(
        label=_("Write neutrally"),
        help_text=_("The mail then names neither the workshop nor its question."),
        required=False,
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput)


class CodeForm(forms.Form):
    client_key = forms.UUIDField(widget=forms.HiddenInput)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        names = dict(Role.choices)
        given = [role for role in ROLES if role != Role.CONVENOR]
        role.choices = with_help([(role, names[role]) for role in given], ROLES)
