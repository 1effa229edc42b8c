"""Two workshops that differ only in what few people did read the same, to everybody, on every page and in every mail.

An attacker who has all pages, files and mails of everybody but those few has exactly what is compared here. What does not
change with a small number tells nothing of it, whatever is added, subtracted or compared. Under the Chatham House
rule the two also differ in who put in what.
"""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from participants import post
from participants.models import KeptMail
from scenarios.actions import consent
from scenarios.live.posted import Saved, save_text
from scenarios.models import (
    Comment,
    ConsentItem,
    Dot,
    DotRound,
    Milestone,
    Position,
    QualityRating,
    Question,
    Rating,
    Reservation,
    Response,
    Seed,
)
from tests.factories import (
    make_assumption,
    make_constituency,
    make_dispute,
    make_evidence,
    make_force,
    make_revision,
    make_scenario,
    make_seat,
    make_stage,
    make_workshop,
    move_to,
)
from tests.scenarios.live.conftest import (  # noqa: F401 (fixtures)
    Doors,
    doors,
    empty_hall,
    rows,
    table,
)
from tests.scenarios.live.table import Table
from tests.test_access import ROWS, parameters, routes
from workshops import digests
from workshops.models import (
    Activity,
    Contribution,
    DigestPreference,
    GlossaryTerm,
    Role,
    Stage,
    StageKind,
    Workshop,
)

K = 5
LOOKERS = (Role.OBSERVER, Role.PARTICIPANT, Role.MODERATOR, Role.FACILITATOR, Role.CONVENOR)
# Observers and convenors read less of what participants and facilitators read.
READERS = {
    Workshop.Attribution.CHATHAM: (Role.PARTICIPANT, Role.MODERATOR, Role.FACILITATOR),
    Workshop.Attribution.PSEUDONYMOUS: (Role.FACILITATOR,),
}


class Room:
    """Fourteen of one side whose consent is required, eight of another; what many did is the same in every world."""

    def __init__(self, attribution: str) -> None:
        self.workshop = make_workshop(
            StageKind.LOGIC, attribution=attribution, visibility="public", small_cell=K
        )
        for kind in (StageKind.RANKING, StageKind.CHALLENGE, StageKind.CONSENT):
            make_stage(self.workshop, kind, Stage.State.CLOSED)
        upper = make_constituency(self.workshop, name="Upper village")
        lower = make_constituency(self.workshop, name="Lower village", required=False)
        self.people = [
            make_seat(self.workshop, constituency=side, pseudonym=f"{name} Rush {number}")
            for side, size, name in ((upper, 14, "Sweet"), (lower, 8, "Bitter"))
            for number in range(size)
        ]
        self.lookers = {role: make_seat(self.workshop, role) for role in LOOKERS[2:]}
        self.lookers[Role.OBSERVER] = make_seat(self.workshop, Role.OBSERVER)
        self.lookers[Role.PARTICIPANT] = self.people[0]
        for seat in self.lookers.values():
            start = timezone.now() - timedelta(days=2)
            DigestPreference.objects.create(seat=seat, rhythm="daily", covered_until=start)
        self.story = make_scenario(self.workshop, title="The well")
        self.seeds = [self._seed(number) for number in range(2)]
        self.forces = [make_force(self.people[0], name=f"Force {number}") for number in range(2)]
        DotRound.objects.create(workshop=self.workshop, dots=5, is_open=False)
        for what in Milestone.What.values:
            by = self.lookers[Role.FACILITATOR]
            Milestone.objects.create(workshop=self.workshop, seat=by, what=what)

    def _seed(self, number: int) -> Seed:
        return Seed.objects.create(
            seat=self.people[0],
            client_key=uuid.uuid4(),
            kind=Contribution.Kind.SEED,
            title=f"Seed {number}",
            text="It could rain.",
        )


def happen(room: Room, other: bool) -> dict[str, Any]:
    """What was put in, answered and rated; `other` is the other world. Returns what addresses need."""
    people, workshop = room.people, room.workshop
    unnamed = workshop.unnamed
    # The two whose words change places. Where people are named, words are theirs in both worlds.
    first, second = (people[2], people[1]) if other and unnamed else (people[1], people[2])
    few = 2 if other else 4

    given = make_assumption(first, statement="The spring could run dry.")
    make_assumption(second, statement="The pump could break.")
    held = make_assumption(second, statement="The pipe could leak.", state="held")
    for number, seat in enumerate(people[3:15]):
        answer = "agree" if number < 8 else "disagree" if number < 8 + few - 1 else "pass"
        Response.objects.create(assumption=given, seat=seat, answer=answer)
    term = GlossaryTerm.objects.create(
        seat=first, client_key=uuid.uuid4(), kind="term", term="Well", definition="A hole."
    )
    evidence = make_evidence(second, claim="Wells are deep.")
    dispute = make_dispute(first, evidence, reason="Not all of them.")
    for seat in people[3:11]:
        Rating.objects.create(force=room.forces[0], seat=seat, impact=7, uncertainty=8)
        Dot.objects.create(seed=room.seeds[0], seat=seat)
    for number, seat in enumerate(people[15 : 15 + few]):
        Rating.objects.create(
            force=room.forces[1], seat=seat, impact=1 + few, uncertainty=number + 1
        )
        Dot.objects.create(seed=room.seeds[1], seat=seat)
        QualityRating.objects.create(
            scenario=room.story, seat=seat, relevant=few, challenging=1, plausible=2, clear=5
        )

    move_to(workshop, StageKind.DRAFTING)
    written = ((first, "It could rain."), (second, "It could rain. Or not at all."))
    for version, (writer, text) in enumerate(written):
        words: dict[str, Any] = {"base_version": version, "text": text, "client_key": uuid.uuid4()}
        assert save_text(room.story.draft, **words, by=writer) == Saved(version + 1)
    room.story.draft.refresh_from_db()
    revision = make_revision(first, room.story, "It could rain. Or not.", state="published")
    comment = Comment.objects.create(
        seat=second, client_key=uuid.uuid4(), kind="comment", draft=room.story.draft, text="Where?"
    )
    question = Question.objects.create(
        seat=first,
        client_key=uuid.uuid4(),
        kind="question",
        scenario=room.story,
        text="Who drills?",
        reply="answered",
        answer="We do.",
        answered_by=second,
    )
    for contribution in (given, term, evidence, revision, comment, question):
        Activity.objects.create(
            workshop=workshop,
            seat=contribution.seat,
            verb=Activity.Verb.CONTRIBUTED,
            contribution=contribution,
            at=timezone.now() - timedelta(days=1, hours=1),
        )
    _consent(room, other, given)
    item = ConsentItem.objects.get(assumption=given)
    return {
        "slug": workshop.slug,
        "assumption_id": given.pk,
        "contribution_id": held.pk,
        "scenario_id": room.story.pk,
        "version": 2,
        "revision_id": revision.pk,
        "seat_id": room.lookers[Role.OBSERVER].pk,
        "seed_id": room.seeds[1].pk,
        "force_id": room.forces[1].pk,
        "evidence_id": evidence.pk,
        "dispute_id": dispute.pk,
        "comment_id": comment.pk,
        "question_id": question.pk,
        "item_id": item.pk,
        "kind": "drafting",
    }


def _consent(room: Room, other: bool, given: Any) -> None:
    """One item is shared, one with reservations; who stood aside or kept silent, and whose the reasons are, differs."""
    move_to(room.workshop, StageKind.CONSENT)
    facilitator = room.lookers[Role.FACILITATOR]
    consent.put_up(assumptions=[given.pk], scenarios=[room.story.pk], by=facilitator)
    people = room.people
    consenting = [*people[:8], *people[14:18]]
    aside = people[8:9] if other else people[8:11]
    reserving = people[9:11] if other else people[18:19]
    for item in ConsentItem.objects.filter(workshop=room.workshop):
        said = [(seat, "consent") for seat in consenting] + [(seat, "aside") for seat in aside]
        if item.scenario_id:
            said = [(seat, "consent") for seat in consenting]
            said += [(seat, "reserve") for seat in reserving]
        for seat, stance in said:
            Position.objects.create(
                item=item,
                seat=seat,
                stance=stance,
                reason="Only in dry years." if stance == "reserve" else "",
            )
    consent.close(ConsentItem.objects.values_list("pk", flat=True), by=facilitator)
    found = ConsentItem.objects.order_by("outcome").values_list("outcome", flat=True)
    assert list(found) == ["reserved", "shared"]
    assert Reservation.objects.count() == 1


# --- everything that leaves the server ----------------------------------------------------------


@dataclass
class Taken:
    """All pages and files by address, and all mails, of one looker."""

    pages: dict[str, str] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)


def take(room: Room, ids: dict[str, Any]) -> dict[str, Taken]:
    found = {}
    for role in READERS[Workshop.Attribution(room.workshop.attribution)]:
        seat = room.lookers[role]
        client = Client(raise_request_exception=False)
        assert seat.participant is not None
        client.force_login(seat.participant)
        found[str(role)] = Taken(dict(_pages(client, ids)))
    visitor = Client(raise_request_exception=False)
    found["visitor"] = Taken(dict(_pages(visitor, ids, "scenarios:report")))
    Activity.objects.filter(workshop=room.workshop).update(at=timezone.now() - timedelta(hours=25))
    DigestPreference.objects.update(hour=timezone.now().hour)
    digests.queue_due()
    post.sweep()
    for mail in KeptMail.objects.order_by("address", "pk"):
        body = message_from_bytes(bytes(mail.raw), policy=policy.default).get_body(("plain",))
        assert body is not None
        found["visitor"].mails.append(f"{mail.address} {mail.subject} {_words(body.get_content())}")
    return found


def _pages(client: Client, ids: dict[str, Any], start: str = "") -> Iterator[tuple[str, str]]:
    for name in ROUTES:
        needed = parameters(name)
        if name.startswith(start) and set(needed) <= ids.keys():
            reply = client.get(reverse(name, kwargs={key: ids[key] for key in needed}))
            assert reply.status_code < 500, name
            yield name, f"{reply.status_code} {plain(reply.content.decode())}"


ROUTES = sorted(
    name
    for name, needed in routes()
    if "slug" in needed and ROWS[name].expected("get")["participant"] != 405
)


NUMBERED = ["href", "id", "for", "action", r"data-\w+", r"aria-\w+"]
if connection.vendor == "postgresql":  # where a row that was taken back has used up its number
    NUMBERED.append("value")


def plain(text: str) -> str:
    """Without what differs from one look at a page to the next: keys, times, and the numbers of rows in addresses.

    Colours as well: under the Chatham House rule they follow from a number that only the server can link to a seat.
    """
    text = re.sub(r'nonce="[^"]*"|value="[\w-]{30,}"|hue-\d', "", text)
    text = re.sub(r"\d+ \w+ ago|\b\d\d:\d\d\b|\b\d{1,2} [A-Z][a-z]{2,8}\b", "", text)
    text = re.sub(r"<time.*?</time>", "", text, flags=re.DOTALL)
    text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b", "", text)
    return re.sub(
        rf'({"|".join(NUMBERED)})="[^"]*"',
        lambda found: re.sub(r"\d+", "#", found[0]),
        text,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("attribution", READERS)
def test_what_few_people_did_changes_nothing_that_anybody_else_reads(attribution: str) -> None:
    room = Room(attribution)
    worlds = []
    for other in (False, True):
        point = transaction.savepoint()
        ids = happen(room, other)
        move_to(room.workshop, StageKind.PUBLICATION)
        worlds.append(take(room, ids))
        transaction.savepoint_rollback(point)

    one, another = worlds
    differing = [
        (role, name, _first_difference(one[role].pages[name], another[role].pages[name]))
        for role in one
        for name in one[role].pages
        if one[role].pages[name] != another[role].pages[name]
    ]
    assert not differing, "\n".join(map(str, differing))
    assert one["visitor"].mails == another["visitor"].mails
    assert len(one["visitor"].mails) >= len(LOOKERS)
    read = one["facilitator"].pages
    assert "Only in dry years." in read["scenarios:consent"]  # it is not that nothing is said
    assert len([page for page in read.values() if page.startswith("200")]) > 20


def _words(mail: str) -> str:
    return re.sub(r"https?://\S+", "", mail)


def _first_difference(one: str, another: str) -> str:
    place = next(
        (n for n, (a, b) in enumerate(zip(one, another, strict=False)) if a != b),
        min(len(one), len(another)),
    )
    start = max(0, place - 60)
    return f"{one[start : place + 60]!r} | {another[start : place + 60]!r}"


async def test_over_a_socket_nobody_is_named_under_the_chatham_house_rule(
    table: Table, doors: Doors
) -> None:
    await rows(lambda: Workshop.objects.filter(pk=table.workshop.pk).update(attribution="chatham"))
    heron, plover = await doors.open(table.heron), await doors.open(table.plover)
    facilitator = await doors.open(table.facilitator)
    for page in (heron, plover):
        page.type(0, "It could rain. ")
        await page.save()
    await facilitator.until_true(lambda: facilitator.version == 2)

    said = json.dumps(facilitator.heard)
    names = {table.heron.pseudonym, table.plover.pseudonym}
    assert not [name for name in names if name in said]
    numbers = {table.heron.pk, table.plover.pk}
    told = {edit["seat"] for frame in facilitator.heard for edit in frame.get("edits", [])}
    assert told
    assert not told & numbers
