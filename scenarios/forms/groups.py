from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scenarios.models import Scenario
from workshops.models import Seat


class GroupsForm(forms.Form):
    """For every participant, the scenario they write."""

    def __init__(
        self,
        *args: Any,
        seats: Sequence[Seat],
        scenarios: Sequence[Scenario],
        places: Mapping[int, int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("In no group")), *((str(one.pk), one.title) for one in scenarios)]
        for seat in seats:
            side = f", {seat.constituency.name}" if seat.constituency else ""
            self.fields[f"seat-{seat.pk}"] = forms.TypedChoiceField(
                label=f"{seat.pseudonym}{side}",
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                initial=places.get(seat.pk),
                error_messages={"invalid_choice": _("Choose one of this workshop's scenarios.")},
            )

    def places(self) -> dict[int, int | None]:
        """By seat; only those the page sent, so that who came since stays where they are."""
        return {
            int(name.removeprefix("seat-")): place
            for name, place in self.cleaned_data.items()
            if name in self.data
        }
