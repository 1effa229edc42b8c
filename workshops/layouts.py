"""The templates a workshop is opened from, what each stage is for, and words to begin with."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from workshops.models import Stage, StageKind, Workshop

_WHOLE = tuple(StageKind)
STAGES: dict[str, tuple[StageKind, ...]] = {
    Workshop.Template.MONT_FLEUR: _WHOLE,
    Workshop.Template.TWO_AXES: _WHOLE,
    Workshop.Template.AFTERNOON: (
        StageKind.CONVENING,
        StageKind.SITUATION,
        StageKind.LOGIC,
        StageKind.DRAFTING,
        StageKind.PUBLICATION,
    ),
}

# What is put in blind, forces and ratings, is shown to each seat once it has put in its own;
# in these workshops to all at once, when a facilitator says so.
REVEALED_BY_FACILITATOR = frozenset({Workshop.Template.TWO_AXES, Workshop.Template.AFTERNOON})

METHODS: dict[str, Any] = {
    Workshop.Template.MONT_FLEUR: _(
        "A chain of yes or no questions; each answer leads to a story. For weeks or months."
    ),
    Workshop.Template.TWO_AXES: _(
        "Two uncertainties crossed make four stories. For weeks or months."
    ),
    Workshop.Template.AFTERNOON: _("From the question to a few short stories in one sitting."),
}

PURPOSES: dict[str, Any] = {
    StageKind.CONVENING: _("Seat the people who should be in the room, and agree how to meet."),
    StageKind.SITUATION: _("Say what is so today: facts, rules, and words we mean differently."),
    StageKind.FORCES: _("Gather what drives change, before saying which way it goes."),
    StageKind.RANKING: _("Weigh what matters most, and what is least certain."),
    StageKind.LOGIC: _("Find the few questions that set the stories apart."),
    StageKind.DRAFTING: _("Write the stories together: what could happen, not what should."),
    StageKind.CHALLENGE: _("Test each story as somebody would who has to live in it."),
    StageKind.CONSENT: _("Say what you can stand behind, and what you cannot."),
    StageKind.IMPLICATIONS: _("Ask what each story would ask of us."),
    StageKind.PUBLICATION: _("Put the stories, what they rest on and our words into one report."),
    StageKind.MONITORING: _("Watch for signs that one story has come nearer than the others."),
}

GROUND_RULES = _(
    "- Speak of what could happen, never of what should happen or what will.\n"
    "- Speak for yourself. You are here for whom you can speak to, not for whom you speak for.\n"
    "- What is said here may be used outside; who said it stays here.\n"
    "- Ask what somebody meant before you answer what you heard.\n"
    "- When you cannot agree with a sentence, write your reservation beside it; "
    "do not quietly take the sentence out."
)


def lay_out(workshop: Workshop, kinds: Sequence[str] = ()) -> list[Stage]:
    """The stages of the workshop's template, or these, unsaved and still to come."""
    kinds = kinds or STAGES[workshop.template]
    return [Stage(workshop=workshop, kind=kind, position=n) for n, kind in enumerate(kinds, 1)]
