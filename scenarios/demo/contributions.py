"""What the seats of the demonstration workshop put in, how others answered, what moderators decided."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from scenarios.demo.room import Room
from scenarios.models import Assumption, Response, Seed
from workshops.models import Activity, Contribution, Decision, Dispute, GlossaryTerm

C = TypeVar("C", bound=Contribution)
ANSWERS = {"a": Response.Answer.AGREE, "d": Response.Answer.DISAGREE, "p": Response.Answer.PASS}
OUTCOMES = {"publish": Contribution.State.PUBLISHED, "return": Contribution.State.RETURNED}


def put_in(
    room: Room, model: type[C], kind: Contribution.Kind, seat: str, at: datetime, **facts: Any
) -> C:
    author = room.seats[seat]
    new = model(seat=author, kind=kind, stage=room.stage_at(at), client_key=uuid4(), **facts)
    new.save()
    room.date(new.pk, at)
    room.tell(Activity.Verb.CONTRIBUTED, author, at, contribution=new)
    return new


def decide(room: Room, contribution: Contribution, said: dict[str, str]) -> None:
    at, moderator = room.at(said["when"]), room.seats[said["moderator"]]
    decision = Decision.objects.create(
        contribution=contribution,
        version=contribution.version,
        moderator=moderator,
        action=said["action"],
        reason=said.get("reason", ""),
        note=said["note"],
    )
    Decision.objects.filter(pk=decision.pk).update(created_at=at)
    Contribution.objects.filter(pk=contribution.pk).update(
        state=OUTCOMES[said["action"]], version=contribution.version + 1
    )
    room.date(contribution.pk, at)
    room.tell(Activity.Verb.DECIDED, moderator, at, contribution=contribution)


def put_in_assumptions(room: Room, data: list[dict[str, Any]]) -> list[Assumption]:
    found = []
    responses: list[Response] = []
    for said in data:
        assumption = put_in(
            room,
            Assumption,
            Contribution.Kind.ASSUMPTION,
            said["seat"],
            room.at(said["when"]),
            language=said.get("language", "en"),
            statement=said["statement"],
            nature=said["kind"],
            scenario=room.scenarios.get(said.get("scope", "")),
        )
        found.append(assumption)
        responses += _responses(room, assumption, said.get("answers", {}))
        if "decision" in said:
            decide(room, assumption, said["decision"])
    Response.objects.bulk_create(responses)
    return found


def _responses(room: Room, assumption: Assumption, answers: dict[str, str]) -> Iterator[Response]:
    for side, letters in answers.items():
        for seat, letter in zip(room.participants_of(side), letters, strict=True):
            if letter != ".":
                yield Response(assumption=assumption, seat=seat, answer=ANSWERS[letter])


def put_in_glossary(room: Room, data: list[dict[str, str]]) -> None:
    for said in data:
        term = put_in(
            room,
            GlossaryTerm,
            Contribution.Kind.TERM,
            said["seat"],
            room.at(said["when"]),
            term=said["term"],
            definition=said["definition"],
        )
        if "disputed_by" in said:
            put_in(
                room,
                Dispute,
                Contribution.Kind.DISPUTE,
                room.participants_of(said["disputed_by"])[-1].pseudonym,
                room.at(said["when"]) + timedelta(hours=11),
                of=term,
                reason=said["dispute"],
                names_side=True,
            )


def put_in_seeds(room: Room, data: list[dict[str, str]]) -> None:
    first_meeting = room.at("33d 10:00")
    for number, said in enumerate(data):
        put_in(
            room,
            Seed,
            Contribution.Kind.SEED,
            said["seat"],
            first_meeting + timedelta(minutes=11 * number),
            language=said.get("language", "en"),
            title=said["title"],
            text=said["text"],
            cluster=said.get("cluster", ""),
            funnel=said["place"],
            scenario=room.scenarios.get(said.get("into", "")),
            thanks=said.get("thanks", ""),
        )
