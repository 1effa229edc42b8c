"""How evidence, assumptions, forces, seeds and revisions are shown where every kind of contribution is."""

from collections.abc import Collection
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from scenarios.analysis.diff import diff
from scenarios.blind import milestones, sees_forces
from scenarios.live.history import authors_between
from scenarios.models import (
    Assumption,
    Clash,
    Comment,
    DrivingForce,
    Evidence,
    Question,
    Reservation,
    Revision,
    Scenario,
    Seed,
)
from workshops import activity, contributions
from workshops.activity import Story
from workshops.contributions import Kind, titles
from workshops.models import Contribution, Decision, Workshop


def register() -> None:
    activity.register(_stories)
    contributions.compared_by(diff)
    contributions.register(
        Contribution.Kind.ASSUMPTION,
        Kind(
            model=Assumption,
            title=lambda row: row.statement,
            url=lambda row: _address("scenarios:assumption", row),
            needs=("seat__workshop", "scenario"),
            template="scenarios/_moderate_assumption.html",
        ),
    )
    contributions.register(
        Contribution.Kind.SEED,
        Kind(
            model=Seed,
            title=lambda row: row.title,
            words=lambda row: f"{row.title}\n\n{row.text}",
            url=lambda row: _address("scenarios:seed", row),
            needs=("seat__workshop", "scenario"),
            template="scenarios/_moderate_seed.html",
            became=_seed_became,
        ),
    )
    contributions.register(
        Contribution.Kind.QUESTION,
        Kind(
            model=Question,
            title=lambda row: row.text,
            url=lambda row: reverse("scenarios:challenges", args=[row.seat.workshop.slug]),
            needs=("seat__workshop", "scenario"),
            template="scenarios/_moderate_question.html",
        ),
    )
    contributions.register(
        Contribution.Kind.RESERVATION,
        Kind(
            model=Reservation,
            title=lambda row: row.text,
            url=lambda row: reverse("scenarios:consent", args=[row.seat.workshop.slug]),
            needs=("seat__workshop", "item__assumption", "item__scenario"),
            template="scenarios/_moderate_reservation.html",
            unnamed=True,
            seen_by=lambda row, seat, can: False,  # printed without its author: nothing to flag
        ),
    )
    contributions.register(
        Contribution.Kind.EVIDENCE,
        Kind(
            model=Evidence,
            title=lambda row: row.claim,
            words=lambda row: f"{row.claim}\n\n{row.source}",
            url=lambda row: _within("scenarios:situation", row, "evidence"),
            needs=("seat__workshop",),
            template="scenarios/_moderate_evidence.html",
        ),
    )
    contributions.register(
        Contribution.Kind.CLASH,
        Kind(
            model=Clash,
            title=lambda row: row.reason,
            url=lambda row: _within("scenarios:timeline", row, "clash"),
            needs=("seat__workshop", "scenario", "against"),
            template="scenarios/_moderate_clash.html",
            context=lambda row: {"against_title": titles([row.against])[row.against_id]},
        ),
    )
    contributions.register(
        Contribution.Kind.FORCE,
        Kind(
            model=DrivingForce,
            title=lambda row: row.name,
            seen_by=lambda row, seat, can: sees_forces(seat, can, milestones(seat.workshop)),
            url=lambda row: _within("scenarios:forces", row, "force"),
            needs=("seat__workshop",),
            template="scenarios/_moderate_force.html",
        ),
    )
    contributions.register(
        Contribution.Kind.REVISION,
        Kind(
            model=Revision,
            title=lambda row: _("%(title)s, a revision") % {"title": row.draft.scenario.title},
            words=lambda row: row.text,
            url=lambda row: _address("scenarios:revision", row),
            needs=("seat__workshop", "draft__scenario"),
            template="scenarios/_moderate_revision.html",
            context=against_last_accepted,
            authors=authors_of,
            decided=_decided,
        ),
    )

    comment = Kind(
        model=Comment,
        title=lambda row: shortened(row.text or row.replacement or _("Words to be taken out")),
        words=lambda row: f"{row.text}\n\n{row.replacement or ''}".strip(),
        url=lambda row: _address("scenarios:comment", row),
        needs=("seat__workshop",),
        template="scenarios/_moderate_comment.html",
    )
    contributions.register(Contribution.Kind.COMMENT, comment)
    contributions.register(Contribution.Kind.SUGGESTION, comment)


def shortened(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(120)


def _stories(workshop: Workshop, numbers: Collection[int]) -> dict[int, Story]:
    """Where what somebody wrote in a draft is read."""
    found = Scenario.objects.filter(workshop=workshop, pk__in=numbers)
    return {
        scenario.pk: Story(
            scenario.title, reverse("scenarios:scenario", args=[workshop.slug, scenario.pk])
        )
        for scenario in found
    }


def _seed_became(seed: Seed) -> str:
    if seed.scenario is not None:
        return _("It became part of “%(title)s”.") % {"title": seed.scenario.title}
    match seed.funnel:
        case Seed.Funnel.SHORTLISTED:
            return _("It is on the short list.")
        case Seed.Funnel.RETIRED:
            return seed.thanks or _("It was set aside, with thanks.")
        case _:
            return ""


def _address(name: str, contribution: Contribution) -> str:
    """From what every contribution has, so that activity need not fetch the kinds."""
    return reverse(name, args=[contribution.seat.workshop.slug, contribution.pk])


def _within(name: str, contribution: Contribution, what: str) -> str:
    """Its place in a list: also who may not read it yet finds the list."""
    there = reverse(name, args=[contribution.seat.workshop.slug])
    return f"{there}#{what}-{contribution.pk}"


def against_last_accepted(revision: Revision) -> dict[str, Any]:
    """What a moderator, or anyone else, reads of a revision."""
    before = revision.accepted_before()
    passages = diff(before.text, revision.text) if before else []
    return {"revision": revision, "before": before, "passages": passages}


def authors_of(revision: Revision) -> set[int]:
    """Who handed it in, and everyone whose words are new in it."""
    before = revision.accepted_before()
    since = before.draft_version if before else 0
    return authors_between(revision.draft_id, since, revision.draft_version) | {revision.seat_id}


def _decided(revision: Revision, decision: Decision) -> None:
    """A story that was accepted is no outline any more."""
    early = [Scenario.State.SEED, Scenario.State.OUTLINE]
    if decision.action == Decision.Action.PUBLISH:
        scenario = Scenario.objects.filter(pk=revision.draft.scenario_id, state__in=early)
        scenario.update(state=Scenario.State.DRAFTING)
