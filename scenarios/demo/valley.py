"""The second demonstration workshop: a valley of our own making, where people say what they can stand behind."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from scenarios.actions.consent import settle
from scenarios.demo.contributions import put_in, put_in_assumptions, put_in_glossary
from scenarios.demo.convening import arrange_groups, convene
from scenarios.demo.drafting import hand_in, write
from scenarios.demo.forces import put_in_evidence, put_in_forces
from scenarios.demo.history import replay
from scenarios.demo.places import seat_for
from scenarios.demo.room import Room
from scenarios.models import (
    Assumption,
    ConsentItem,
    DrivingForce,
    Position,
    QualityRating,
    Question,
    Reservation,
    Revision,
    Scenario,
    ScenarioLogic,
)
from workshops.models import Activity, Contribution, Workshop
from workshops.models.workshop import slug_for

KEY = UUID("76616c6c-6579-4777-8174-657200002036")
STANCES = {stance.value[0]: stance for stance in Position.Stance}


def find_valley() -> Workshop | None:
    return Workshop.objects.filter(client_key=KEY).first()


def load_valley(beside: Workshop, data: dict[str, Any], now: datetime) -> Workshop:
    """Whoever a visitor can be in the workshop `beside` sits here too, under another name."""
    room = Room(_open_workshop(data, now), now)
    for place, name in data["places"].items():
        seat = seat_for(beside, place)
        if seat is not None and seat.participant is not None:
            room.people[name] = seat.participant
    convene(room, data)
    put_in_evidence(room, data["evidence"])
    forces = put_in_forces(room, data["forces"])
    put_in_glossary(room, data["terms"])
    assumptions = put_in_assumptions(room, data["assumptions"])
    _cross_axes(room, data, forces)
    revisions = _write_stories(room, data["stories"])
    _challenge(room, data)
    givens = {said["key"]: row for said, row in zip(data["assumptions"], assumptions, strict=True)}
    for said in data["items"]:
        _weigh(room, said, givens, revisions)
    _tell_when(room, data["items"])
    room.date_back()
    room.publish_news()
    return room.workshop


def _open_workshop(data: dict[str, Any], now: datetime) -> Workshop:
    workshop = Workshop.objects.create(
        client_key=KEY,
        slug=slug_for(data["title"]),
        state=Workshop.State.RUNNING,
        visibility=Workshop.Visibility.PUBLIC,
        template=Workshop.Template.TWO_AXES,
        small_cell=3,
        introduction=data["introduction"].strip(),
        **{name: data[name] for name in ("title", "focal_question", "base_year", "horizon_year")},
    )
    Workshop.objects.filter(pk=workshop.pk).update(created_at=now - timedelta(days=120))
    return workshop


def _cross_axes(room: Room, data: dict[str, Any], forces: dict[str, DrivingForce]) -> None:
    axes = [
        {
            "force": forces[axis["force"]].pk,
            "name": forces[axis["force"]].name,
            "low": axis["low"],
            "high": axis["high"],
        }
        for axis in data["axes"]
    ]
    logic = ScenarioLogic.objects.create(
        workshop=room.workshop, kind=ScenarioLogic.Kind.AXES, axes=axes
    )
    ScenarioLogic.objects.filter(pk=logic.pk).update(created_at=room.at("70d 17:20"))
    rows = Scenario.objects.bulk_create(
        Scenario(
            workshop=room.workshop,
            title=told["title"],
            premise=told["premise"],
            place=told["place"],
            state=Scenario.State.CHALLENGE,
        )
        for told in data["stories"]
    )
    room.scenarios = {told["slug"]: row for told, row in zip(data["stories"], rows, strict=True)}
    groups = {told["slug"]: told["group"] for told in data["stories"]}
    arrange_groups(room, groups, at=room.at("61d 10:00"))


def _write_stories(room: Room, data: list[dict[str, Any]]) -> dict[str, Revision]:
    """One paragraph a step, each below the one before; what was handed in was accepted."""
    revisions = {}
    for told in data:
        steps: list[dict[str, str]] = []
        for seat, when, words in told["steps"]:
            below = {"below": steps[-1]["put"]} if steps else {}
            steps.append({"seat": seat, "when": when, "put": words} | below)
        bursts = list(replay({"slug": told["slug"], "steps": steps}, room.now))
        draft = write(room, room.scenarios[told["slug"]], bursts)
        handed_in = told["handed_in"] | {"decision": told["decision"]}
        revisions[told["slug"]] = hand_in(room, draft, handed_in, bursts)
    return revisions


def _challenge(room: Room, data: dict[str, Any]) -> None:
    QualityRating.objects.bulk_create(
        QualityRating(
            scenario=room.scenarios[slug],
            seat=room.seats[name],
            **dict(zip(QualityRating.DIMENSIONS, map(int, digits), strict=True)),
        )
        for slug, given in data["ratings"].items()
        for name, digits in given.items()
    )
    for said in data["questions"]:
        put_in(
            room,
            Question,
            Contribution.Kind.QUESTION,
            said["seat"],
            room.at(said["when"]),
            language=said.get("language", "en"),
            scenario=room.scenarios[said["story"]],
            text=said["text"],
            reply=said["reply"],
            answer=said["answer"],
            answered_by=room.seats[said["by"]],
        )


def _weigh(
    room: Room,
    said: dict[str, Any],
    givens: dict[str, Assumption],
    revisions: dict[str, Revision],
) -> None:
    """Positions round by round. They are counted as everywhere, so no number is shown that may not be."""
    about = said["about"]
    item = ConsentItem.objects.create(
        workshop=room.workshop,
        assumption=givens.get(about),
        scenario=room.scenarios.get(about),
        revision=revisions.get(about),
    )
    opened = room.at(said["opens"])
    closed = None
    for number, told in enumerate(said["rounds"], start=1):
        if number > 1:
            _put_right(item, said["words"])
        Position.objects.bulk_create(_positions(room, item, told))
        if "closes" in told:
            closed = room.at(told["closes"])
            settle(item)
            reasons = Reservation.objects.filter(item=item, round=number)
            for pk in reasons.values_list("pk", flat=True):
                room.date(pk, closed)
    # The models date new rows with today.
    ends = closed if item.state == ConsentItem.State.CLOSED else None
    ConsentItem.objects.filter(pk=item.pk).update(opened_at=opened, closed_at=ends)


def _tell_when(room: Room, items: list[dict[str, Any]]) -> None:
    """Once for all that was asked, or closed, in one go."""
    rounds = [told for said in items for told in said["rounds"]]
    asked = {one["opens"] for one in [*items, *rounds] if "opens" in one}
    settled = {told["closes"] for told in rounds if "closes" in told}
    for verb, moments in (
        (Activity.Verb.ASKED_CONSENT, asked),
        (Activity.Verb.SETTLED, settled),
    ):
        for said in moments:
            room.tell(verb, room.facilitator, room.at(said))


def _put_right(item: ConsentItem, words: str) -> None:
    """Its author worded it anew, and it was asked again."""
    assert item.assumption is not None
    item.assumption.statement, item.assumption.version = words, item.assumption.version + 1
    item.assumption.save(update_fields=["statement", "version"])
    item.state, item.round, item.reworded = ConsentItem.State.OPEN, 2, True
    item.save(update_fields=["state", "round", "reworded"])


def _positions(room: Room, item: ConsentItem, told: dict[str, Any]) -> list[Position]:
    return [
        Position(
            item=item,
            round=item.round,
            seat=seat,
            stance=STANCES[letter],
            reason=told.get("reasons", {}).get(seat.pseudonym, ""),
            language=told.get("language", "en"),
        )
        for side in room.sides
        for seat, letter in zip(room.participants_of(side), told[side], strict=True)
        if letter != "."
    ]
