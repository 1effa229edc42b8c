"""What sets the scenarios apart, and which there are."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from scenarios.models import Draft, Scenario, ScenarioLogic
from workshops.models import Seat, Workshop
from workshops.permissions import Can, require, require_unreleased


class Overtaken(Exception):
    """Somebody laid out another logic since the page was made."""


class Taken(Exception):
    """Another scenario has this name or this place."""


@transaction.atomic
def lay_out(
    *,
    kind: str,
    version: int,
    axes: list[dict[str, Any]] | None = None,
    questions: list[dict[str, Any]] | None = None,
    by: Seat,
) -> ScenarioLogic:
    """A new version of the logic, made on the one that was read; the same again makes none."""
    require(by, Can.PLAN)
    Workshop.objects.select_for_update().get(pk=by.workshop_id)
    newest = ScenarioLogic.objects.filter(workshop=by.workshop).first()
    facts = {"kind": kind, "axes": axes or [], "questions": questions or []}
    if newest and all(getattr(newest, field) == value for field, value in facts.items()):
        return newest
    current = newest.version if newest else 0
    if current != version:
        raise Overtaken
    return ScenarioLogic.objects.create(workshop=by.workshop, version=current + 1, **facts)


@transaction.atomic
def add_scenario(
    *, title: str, premise: str, client_key: UUID, place: int | None = None, by: Seat
) -> Scenario:
    """A scenario with its empty draft."""
    require(by, Can.PLAN)
    found = Scenario.objects.filter(client_key=client_key, workshop=by.workshop).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            scenario = Scenario.objects.create(
                workshop=by.workshop,
                title=title,
                premise=premise,
                place=place,
                client_key=client_key,
            )
    except IntegrityError as problem:
        again = Scenario.objects.filter(client_key=client_key, workshop=by.workshop).first()
        if again is None:
            raise Taken from problem
        return again
    Draft.objects.create(scenario=scenario)
    return scenario


@transaction.atomic
def edit_scenario(
    scenario: Scenario, *, title: str, premise: str, place: int | None = None, by: Seat
) -> Scenario:
    require(by, Can.PLAN)
    require_unreleased(Workshop.objects.select_for_update().get(pk=by.workshop_id))
    scenario.title, scenario.premise, scenario.place = title, premise, place
    try:
        with transaction.atomic():
            scenario.save(update_fields=["title", "premise", "place"])
    except IntegrityError as problem:
        raise Taken from problem
    return scenario
