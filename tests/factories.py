"""Rows for tests: each function makes one thing, with what it needs around it."""

import uuid
from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from participants.models import Participant
from scenarios.models import Assumption, Draft, DrivingForce, Evidence, Revision, Scenario
from workshops.models import (
    AgendaItem,
    Constituency,
    Contribution,
    Dispute,
    Invitation,
    Role,
    Seat,
    Session,
    Stage,
    StageKind,
    Workshop,
)
from workshops.models.workshop import slug_for
from workshops.permissions import open_stage

_numbers = count(1)


def make_person(email: str | None = "", **facts: Any) -> Participant:
    """A person; with an address of their own unless `email` is None."""
    if email == "":
        email = f"person{next(_numbers)}@example.org"
    return Participant.objects.create_user(email=email, **facts)


def make_workshop(stage: str | None = StageKind.DRAFTING, **facts: Any) -> Workshop:
    """A running workshop with one stage, open; none if `stage` is None."""
    number = next(_numbers)
    values = {
        "title": f"Workshop {number}",
        "slug": slug_for(f"Workshop {number}"),
        "focal_question": "What could the next ten years bring?",
        "base_year": 2026,
        "horizon_year": 2036,
        "state": Workshop.State.RUNNING,
    }
    workshop = Workshop.objects.create(**values | facts)
    if stage is not None:
        make_stage(workshop, stage)
    return workshop


def make_stage(workshop: Workshop, kind: str, state: str = Stage.State.OPEN) -> Stage:
    position = workshop.stages.count() + 1
    return Stage.objects.create(workshop=workshop, kind=kind, state=state, position=position)


def move_to(workshop: Workshop, kind: str) -> Stage:
    """Close what is open and open a stage of this kind, as if the facilitator had."""
    workshop.stages.filter(state=Stage.State.OPEN).update(state=Stage.State.CLOSED)
    stage, _new = Stage.objects.get_or_create(
        workshop=workshop, kind=kind, defaults={"position": workshop.stages.count() + 1}
    )
    stage.state = Stage.State.OPEN
    stage.save(update_fields=["state"])
    return stage


def make_session(workshop: Workshop, **facts: Any) -> Session:
    """A session of two items, ten minutes each, in two days."""
    values: dict[str, Any] = {
        "title": f"Session {next(_numbers)}",
        "starts_at": timezone.now() + timedelta(days=2),
        "client_key": uuid.uuid4(),
    }
    session = Session.objects.create(workshop=workshop, **values | facts)
    for position in (1, 2):
        AgendaItem.objects.create(
            session=session, position=position, title=f"Item {position}", minutes=10
        )
    return session


def make_constituency(workshop: Workshop, **facts: Any) -> Constituency:
    return Constituency.objects.create(
        workshop=workshop, **{"name": f"Constituency {next(_numbers)}"} | facts
    )


def make_seat(workshop: Workshop, role: str = Role.PARTICIPANT, **facts: Any) -> Seat:
    """A taken seat; pass participant=None and state=… for an empty one."""
    values: dict[str, Any] = {
        "pseudonym": f"Heron {next(_numbers)}",
        "state": Seat.State.TAKEN,
        "taken_at": timezone.now(),
    }
    if "participant" not in facts:
        facts["participant"] = make_person()
    return Seat.objects.create(workshop=workshop, role=role, **values | facts)


def make_invitation(seat: Seat, **facts: Any) -> Invitation:
    """A row only; actions.invite makes those with a working token."""
    number = next(_numbers)
    values = {
        "nonce": f"nonce{number}",
        "token_hash": f"{number:064d}",
        "expires_at": timezone.now() + timedelta(days=14),
    }
    return Invitation.objects.create(seat=seat, **values | facts)


def make_assumption(seat: Seat, **facts: Any) -> Assumption:
    values = {
        "statement": f"Assumption {next(_numbers)} could hold.",
        "kind": Contribution.Kind.ASSUMPTION,
        "client_key": uuid.uuid4(),
    }
    return Assumption.objects.create(seat=seat, **values | facts)


def make_scenario(workshop: Workshop, **facts: Any) -> Scenario:
    scenario = Scenario.objects.create(
        workshop=workshop, **{"title": f"Scenario {next(_numbers)}"} | facts
    )
    Draft.objects.create(scenario=scenario)
    return scenario


def make_revision(
    seat: Seat, scenario: Scenario, text: str = "It could rain.", **facts: Any
) -> Revision:
    values = {
        "kind": Contribution.Kind.REVISION,
        "client_key": uuid.uuid4(),
        "state": Contribution.State.HELD,
        "draft": scenario.draft,
        "draft_version": scenario.draft.version,
        "text": text,
    }
    return Revision.objects.create(seat=seat, **values | facts)


def make_evidence(seat: Seat, **facts: Any) -> Evidence:
    values = {
        "claim": f"Evidence {next(_numbers)} is known.",
        "source": "The yearbook",
        "kind": Contribution.Kind.EVIDENCE,
        "client_key": uuid.uuid4(),
    }
    return Evidence.objects.create(seat=seat, **values | facts)


def make_force(seat: Seat, **facts: Any) -> DrivingForce:
    """A force put in while its stage is open, if that is the open one."""
    values = {
        "name": f"Force {next(_numbers)}",
        "category": DrivingForce.Category.SOCIAL,
        "kind": Contribution.Kind.FORCE,
        "client_key": uuid.uuid4(),
        "stage": open_stage(seat.workshop),
    }
    return DrivingForce.objects.create(seat=seat, **values | facts)


def make_dispute(seat: Seat, of: Contribution, **facts: Any) -> Dispute:
    values = {
        "reason": f"Reason {next(_numbers)}.",
        "kind": Contribution.Kind.DISPUTE,
        "client_key": uuid.uuid4(),
    }
    return Dispute.objects.create(seat=seat, of=of, **values | facts)
