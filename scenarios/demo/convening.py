"""The frame of a demonstration workshop: rules, stages, sides, seats and the scenario logic."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from participants.models import Participant
from scenarios.demo.history import stories
from scenarios.demo.room import Room
from scenarios.models import GroupMember, Scenario, ScenarioLogic
from workshops.actions.invitations import invite
from workshops.models import (
    Activity,
    Constituency,
    DigestPreference,
    GroundRules,
    Role,
    RulesAcceptance,
    Seat,
    Stage,
)


def convene(room: Room, data: dict[str, Any]) -> None:
    _write_rules(room, data)
    _name_sides(room, data["constituencies"])
    _seat_everybody(room, data)
    _lay_out_stages(room, data["stages"])
    _offer_chairs(room, data.get("empty", []))


def _write_rules(room: Room, data: dict[str, Any]) -> None:
    for version, when in enumerate(data["rules_at"], start=1):
        said = [f"- {rule['text']}" for rule in data["rules"] if rule.get("since", 1) <= version]
        room.rules.append(
            GroundRules.objects.create(
                workshop=room.workshop,
                version=version,
                text="\n".join(said),
                created_at=room.at(when),
            )
        )
    room.workshop.rules_version = len(room.rules)
    room.workshop.save(update_fields=["rules_version"])


def _name_sides(room: Room, data: list[dict[str, Any]]) -> None:
    rows = Constituency.objects.bulk_create(
        Constituency(
            workshop=room.workshop,
            name=side["name"],
            label=side["label"],
            least_seats=side["least"],
            required=side["required"],
            position=position,
        )
        for position, side in enumerate(data)
    )
    room.sides = {side["key"]: row for side, row in zip(data, rows, strict=True)}


def _seat_everybody(room: Room, data: dict[str, Any]) -> None:
    named: list[tuple[str, str, Constituency | None]] = [
        (name, Role.PARTICIPANT, room.sides[side])
        for side, names in data["seats"].items()
        for name in names
    ]
    named += [(name, role, None) for role, names in data["roles"].items() for name in names]
    # Nobody has an address or a password: the only way in is the demo's own sign-in.
    new = [name for name, _role, _side in named if name not in room.people]
    accounts = Participant.objects.bulk_create(
        Participant(password=f"!{secrets.token_urlsafe(30)}", time_zone=data["time_zone"])
        for _ in new
    )
    people = room.people | dict(zip(new, accounts, strict=True))
    first = room.at(data["seated"])
    seats = Seat.objects.bulk_create(
        Seat(
            workshop=room.workshop,
            participant=people[name],
            role=role,
            constituency=side,
            pseudonym=name,
            state=Seat.State.TAKEN,
            rules_version=len(room.rules),
            taken_at=first + timedelta(hours=7 * place),
        )
        for place, (name, role, side) in enumerate(named)
    )
    room.seats = {seat.pseudonym: seat for seat in seats}
    rhythms = {name: rhythm for rhythm, names in data["digests"].items() for name in names}
    DigestPreference.objects.bulk_create(
        DigestPreference(
            seat=seat,
            rhythm=rhythms.get(seat.pseudonym, DigestPreference.Rhythm.WEEKLY),
            covered_until=room.now - timedelta(days=1),
        )
        for seat in seats
    )
    RulesAcceptance.objects.bulk_create(
        RulesAcceptance(rules=rules, seat=seat, at=max(seat.taken_at or first, rules.created_at))
        for rules in room.rules
        for seat in seats
    )
    for seat in seats:
        assert seat.taken_at is not None
        room.tell(Activity.Verb.TOOK_SEAT, seat, seat.taken_at)


def _lay_out_stages(room: Room, data: list[dict[str, str]]) -> None:
    stages = [
        Stage(
            workshop=room.workshop,
            kind=stage["kind"],
            position=position,
            instructions=stage["instructions"],
            opened_at=opens if (opens := room.at(stage["opens"])) <= room.now else None,
            closed_at=closes if (closes := room.at(stage["closes"])) <= room.now else None,
            closes_at=closes,
        )
        for position, stage in enumerate(data, start=1)
    ]
    for stage in stages:
        if stage.opened_at:
            stage.state = Stage.State.CLOSED if stage.closed_at else Stage.State.OPEN
    room.stages = {stage.kind: stage for stage in Stage.objects.bulk_create(stages)}
    first = room.at(data[0]["opens"])
    room.tell(Activity.Verb.OPENED_WORKSHOP, room.facilitator, first - timedelta(minutes=20))
    for stage in stages:
        if stage.opened_at:
            room.tell(Activity.Verb.OPENED_STAGE, room.facilitator, stage.opened_at, stage=stage)
        if stage.closed_at:
            room.tell(Activity.Verb.CLOSED_STAGE, room.facilitator, stage.closed_at, stage=stage)


def _offer_chairs(room: Room, data: list[dict[str, str]]) -> None:
    """Those with an address get a real invitation today; an empty address means a code to hand over."""
    for chair in data:
        seat = Seat.objects.create(
            workshop=room.workshop, constituency=room.sides[chair["constituency"]]
        )
        if "address" in chair:
            invite(
                seat,
                address=chair["address"],
                language="en",
                client_key=uuid4(),
                by=room.facilitator,
            )


def lay_out_branching(room: Room, data: list[dict[str, str]]) -> None:
    questions = [{"text": step["question"], "no": place} for place, step in enumerate(data)]
    # It began with one question fewer.
    for version, (asked, when) in enumerate([(questions[:-1], "24d"), (questions, "15d")], 1):
        logic = ScenarioLogic.objects.create(
            workshop=room.workshop,
            version=version,
            kind=ScenarioLogic.Kind.BRANCHING,
            questions=asked,
        )
        ScenarioLogic.objects.filter(pk=logic.pk).update(created_at=room.at(f"{when} 17:20"))
    leaves = [step["no"] for step in data] + [data[-1]["yes"]]
    told = stories()
    scenarios = Scenario.objects.bulk_create(
        Scenario(
            workshop=room.workshop,
            title=told[slug]["title"],
            premise=told[slug]["premise"],
            place=place,
            state=told[slug]["state"],
        )
        for place, slug in enumerate(leaves)
    )
    room.scenarios = dict(zip(leaves, scenarios, strict=True))


def arrange_groups(room: Room, groups: dict[str, list[str]], *, at: datetime) -> None:
    """Who writes which scenario, by its slug."""
    GroupMember.objects.bulk_create(
        GroupMember(scenario=room.scenarios[slug], seat=room.seats[name])
        for slug, names in groups.items()
        for name in names
    )
    room.tell(Activity.Verb.ARRANGED_GROUPS, room.facilitator, at)
