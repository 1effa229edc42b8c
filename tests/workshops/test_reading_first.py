"""The switch of a stage: a moderator reads what is put in before others see it, or afterwards."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_assumption, make_scenario, make_seat, make_workshop, move_to
from workshops.models import AuditEntry, Contribution, Role, Seat, Stage, StageKind

pytestmark = pytest.mark.django_db
State = Contribution.State

WORDS = "Wells could dry"
# Kind, stage, where it is put in, what is sent, and where others read it.
PUT_IN: dict[str, tuple[str, str, dict[str, str], str]] = {
    "assumption": (
        StageKind.SITUATION,
        "scenarios:propose",
        {"statement": WORDS, "nature": "fact"},
        "scenarios:assumptions",
    ),
    "evidence": (
        StageKind.SITUATION,
        "scenarios:put_in_evidence",
        {"claim": WORDS, "source": "The yearbook", "quality": "fair"},
        "scenarios:situation",
    ),
    "term": (
        StageKind.SITUATION,
        "workshops:glossary",
        {"term": WORDS, "definition": "When they hold no water."},
        "workshops:glossary",
    ),
    "seed": (
        StageKind.LOGIC,
        "scenarios:sow",
        {"title": WORDS, "text": "And then it could rain."},
        "scenarios:seeds",
    ),
    "comment": (StageKind.DRAFTING, "scenarios:comments", {"text": WORDS}, "scenarios:comments"),
}


class People:
    def __init__(self, stage: str, *, before: bool) -> None:
        self.workshop = make_workshop(stage)
        Stage.objects.filter(workshop=self.workshop).update(premoderated=before)
        self.scenario = make_scenario(self.workshop)
        self.author = client_of(make_seat(self.workshop))
        self.other = client_of(make_seat(self.workshop))
        self.moderator = client_of(make_seat(self.workshop, Role.MODERATOR))

    def url(self, route: str, *ids: int) -> str:
        more = [self.scenario.pk] if route == "scenarios:comments" else ids
        return reverse(route, args=[self.workshop.slug, *more])


def client_of(seat: Seat) -> Client:
    client = Client()
    assert seat.participant is not None
    client.force_login(seat.participant)
    return client


def reads(client: Client, url: str) -> bool:
    return WORDS in client.get(url).content.decode()


def put_in(people: People, kind: str) -> str:
    _stage, route, words, where = PUT_IN[kind]
    sent: dict[str, Any] = words | {"client_key": str(uuid.uuid4()), "language": "en"}
    answer = people.author.post(people.url(route), sent)
    assert answer.status_code == 302, answer.content.decode()
    return people.url(where)


@pytest.mark.parametrize("kind", PUT_IN)
def test_read_before_it_waits_and_only_its_author_sees_it_until_it_is_published(kind: str) -> None:
    people = People(PUT_IN[kind][0], before=True)

    where = put_in(people, kind)

    held = Contribution.objects.get()
    assert held.state == State.HELD
    assert reads(people.author, where)
    assert not reads(people.other, where)
    assert reads(people.moderator, people.url("workshops:moderation"))
    decision = people.url("workshops:decision", held.pk)
    assert people.moderator.post(decision, {"version": 1, "action": "publish"}).status_code == 302
    assert reads(people.other, where)


@pytest.mark.parametrize("kind", PUT_IN)
def test_read_afterwards_it_is_shown_at_once_and_stands_unread_until_it_was(kind: str) -> None:
    people = People(PUT_IN[kind][0], before=False)
    unread = people.url("workshops:moderation") + "?show=unread"

    where = put_in(people, kind)

    assert reads(people.other, where)
    assert reads(people.moderator, unread)
    decision = people.url("workshops:decision", Contribution.objects.get().pk)
    assert people.moderator.post(decision, {"version": 1, "action": "keep"}).status_code == 302
    assert not reads(people.moderator, unread)
    assert reads(people.other, where)


def test_new_words_for_what_was_published_wait_too() -> None:
    people = People(StageKind.SITUATION, before=True)
    author = Seat.objects.filter(workshop=people.workshop, role=Role.PARTICIPANT).first()
    assert author is not None
    shown = make_assumption(author, statement="Rain could fall.")
    words = {"statement": WORDS, "nature": "fact", "language": "en", "version": 1}

    people.author.post(people.url("scenarios:assumption", shown.pk), words)

    shown.refresh_from_db()
    assert (shown.state, shown.statement) == (State.HELD, WORDS)
    assert not reads(people.other, people.url("scenarios:assumptions"))


def test_a_facilitator_turns_the_switch_and_what_was_shown_stays() -> None:
    people = People(StageKind.SITUATION, before=False)
    facilitator = client_of(make_seat(people.workshop, Role.FACILITATOR))
    where = put_in(people, "evidence")
    stage = Stage.objects.get(workshop=people.workshop)
    url = people.url("workshops:stage_moderation")

    assert (
        "Afterwards: it is shown at once"
        in facilitator.get(people.url("workshops:stages")).content.decode()
    )
    assert facilitator.post(url, {"stage": stage.pk, "when": "pre"}).status_code == 302

    stage.refresh_from_db()
    assert stage.premoderated
    assert reads(people.other, where)
    assert AuditEntry.objects.get().facts["to"] == "moderated before"
    said = people.author.post(
        people.url("scenarios:propose"),
        {
            "statement": "Rain could fall.",
            "nature": "fact",
            "language": "en",
            "client_key": str(uuid.uuid4()),
        },
        follow=True,
    )
    assert "A moderator reads it first" in said.content.decode()
    move_to(people.workshop, StageKind.FORCES)
    assert facilitator.post(url, {"stage": stage.pk, "when": "post"}).status_code == 409
    assert facilitator.post(url, {"stage": stage.pk, "when": "never"}).status_code == 422
    elsewhere = Stage.objects.get(workshop=make_workshop())
    assert facilitator.post(url, {"stage": elsewhere.pk, "when": "pre"}).status_code == 409
