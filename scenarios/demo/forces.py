"""What the seats of the demonstration workshop know, what drives change, and how they rated it."""

from datetime import timedelta
from typing import Any

from scenarios.analysis.timeline import events
from scenarios.demo.contributions import put_in
from scenarios.demo.history import written
from scenarios.demo.room import Room
from scenarios.models import (
    Assumption,
    Clash,
    Dot,
    DotRound,
    DrivingForce,
    Evidence,
    Look,
    Merge,
    MergeVoice,
    Milestone,
    Rating,
    Seed,
)
from workshops.models import Activity, Contribution, Dispute, Role, StageKind

DOTS = 5
Ground = DrivingForce.grounds.through


def put_in_evidence(room: Room, data: list[dict[str, Any]]) -> None:
    for said in data:
        at = room.at(said["when"])
        facts = {name: said[name] for name in ("claim", "source", "quality")}
        row = put_in(room, Evidence, Contribution.Kind.EVIDENCE, said["seat"], at, **facts)
        room.evidence.append(row)
        if "dispute" in said:
            put_in(
                room,
                Dispute,
                Contribution.Kind.DISPUTE,
                said["disputed_by"],
                at + timedelta(hours=15),
                of=row,
                reason=said["dispute"],
                names_side=said.get("names_side", False),
            )


def put_in_forces(room: Room, data: list[dict[str, Any]]) -> dict[str, DrivingForce]:
    found: dict[str, DrivingForce] = {}
    grounds = []
    for said in data:
        force = found[said["key"]] = put_in(
            room,
            DrivingForce,
            Contribution.Kind.FORCE,
            said["seat"],
            room.at(said["when"]),
            name=said["name"],
            category=said["category"],
            trend=said.get("trend", ""),
        )
        grounds += [
            Ground(drivingforce=force, evidence=room.evidence[place])
            for place in said.get("evidence", [])
        ]
    Ground.objects.bulk_create(grounds)
    _look_and_freeze(room)
    _merge(room, [(found[said["key"]], found[said["into"]]) for said in data if "into" in said])
    Rating.objects.bulk_create(
        rating for said in data for rating in _ratings(room, found[said["key"]], said)
    )
    return found


def _look_and_freeze(room: Room) -> None:
    facilitator = room.facilitator
    participants = [seat for seat in room.seats.values() if seat.role == Role.PARTICIPANT]
    Look.objects.bulk_create(Look(seat=seat) for seat in participants)
    closed = room.stages[StageKind.FORCES].closed_at
    assert closed is not None
    frozen = closed - timedelta(minutes=10)
    what = Milestone.What.FORCES_FROZEN
    step = Milestone.objects.create(workshop=room.workshop, what=what, seat=facilitator)
    Milestone.objects.filter(pk=step.pk).update(at=frozen)
    room.tell(Activity.Verb.FROZE_FORCES, facilitator, frozen)


def _merge(room: Room, pairs: list[tuple[DrivingForce, DrivingForce]]) -> None:
    for force, into in pairs:
        merge = Merge.objects.create(into=into, seat=room.facilitator, state=Merge.State.DONE)
        MergeVoice.objects.bulk_create(
            MergeVoice(merge=merge, force=one, agrees=True) for one in (into, force)
        )
        DrivingForce.objects.filter(pk=force.pk).update(merged_into=into)


def _ratings(room: Room, force: DrivingForce, said: dict[str, Any]) -> list[Rating]:
    return [
        Rating(force=force, seat=seat, impact=_digit(pair[0]), uncertainty=_digit(pair[1]))
        for side, pairs in said.get("ratings", {}).items()
        for seat, pair in zip(room.participants_of(side), pairs.split(), strict=True)
        if pair != "."
    ]


def _digit(sign: str) -> int | None:
    return None if sign == "-" else int(sign) or 10


def give_dots(room: Room) -> None:
    """Every participant to five seeds, those that were chosen before the others."""
    DotRound.objects.create(workshop=room.workshop, dots=DOTS, is_open=False)
    chosen = list(
        Seed.objects.filter(
            seat__workshop=room.workshop,
            funnel__in=[Seed.Funnel.SHORTLISTED, Seed.Funnel.MERGED],
        ).order_by("pk")
    )
    participants = [seat for seat in room.seats.values() if seat.role == Role.PARTICIPANT]
    Dot.objects.bulk_create(
        Dot(seed=chosen[(place * 2 + step) % len(chosen)], seat=seat)
        for place, seat in enumerate(participants)
        for step in range(DOTS)
    )


def mark_contradictions(room: Room, data: list[dict[str, str]]) -> None:
    workshop = room.workshop
    for said in data:
        found = events(written(said["story"]), workshop.base_year, workshop.horizon_year)
        event = next(one for one in found if one.when == said["event"])
        put_in(
            room,
            Clash,
            Contribution.Kind.CLASH,
            said["seat"],
            room.at(said["when"]),
            scenario=room.scenarios[said["story"]],
            year=event.year,
            title=event.title,
            against=Assumption.objects.get(seat__workshop=workshop, statement=said["against"]),
            reason=said["reason"],
        )
