"""What should be true before the workshop goes on from the stages of the method."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scenarios.models import DrivingForce, Milestone, Scenario, ScenarioLogic
from workshops import gates
from workshops.gates import Finding, Gate
from workshops.models import StageKind, Workshop

FEWEST, MOST = 2, 5
"""Scenarios: one is no choice, and nobody remembers six."""


def list_is_frozen(workshop: Workshop) -> Finding:
    frozen = Milestone.objects.filter(workshop=workshop, what=Milestone.What.FORCES_FROZEN)
    return Finding(
        met=frozen.exists(),
        how=_("Merge what says the same, then freeze the list."),
        url=reverse("scenarios:forces", args=[workshop.slug]),
    )


def forces_are_rated(workshop: Workshop) -> Finding:
    """Whether each was rated by enough people to be shown; which were not is for nobody to know."""
    enough = Count("ratings", filter=Q(ratings__impact__isnull=False))
    listed = DrivingForce.objects.within(workshop).listed().annotate(raters=enough)
    return Finding(
        met=listed.exists() and not listed.filter(raters__lt=workshop.small_cell).exists(),
        how=_("Give people more time, or remind them by another way."),
        url=reverse("scenarios:ranking_result", args=[workshop.slug]),
    )


def logic_is_agreed(workshop: Workshop) -> Finding:
    logic = ScenarioLogic.objects.filter(workshop=workshop).exists()
    scenarios = Scenario.objects.filter(workshop=workshop).count()
    return Finding(
        met=logic and FEWEST <= scenarios <= MOST,
        how=_("Lay out the logic and name two to five scenarios. Closing the stage agrees them.")
        if scenarios <= MOST
        else _("More than five scenarios are hard to remember. Merge some of them."),
        url=reverse("scenarios:board", args=[workshop.slug]),
    )


def register() -> None:
    for code, stage, title, look in (
        (
            "forces_frozen",
            StageKind.FORCES,
            gettext_lazy("The list of driving forces is frozen."),
            list_is_frozen,
        ),
        (
            "forces_rated",
            StageKind.RANKING,
            gettext_lazy("Every driving force was rated by enough people to be shown."),
            forces_are_rated,
        ),
        (
            "logic_agreed",
            StageKind.LOGIC,
            gettext_lazy("The logic is laid out, with two to five scenarios."),
            logic_is_agreed,
        ),
    ):
        gates.register(Gate(code=code, stage=stage, title=title, look=look))
