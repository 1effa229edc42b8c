"""Words taken out of a draft: gone from every row that remembers them, and nothing else moved."""

import json
import random
import uuid
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from scenarios.actions import comments, watching
from scenarios.live import history, store, upkeep
from scenarios.live.changeset import ChangeSet, units
from scenarios.live.posted import NotSaved, Saved, save_text
from scenarios.live.protocol import Close
from scenarios.live.redacting import MARK, NotThere
from scenarios.live.text import Text
from scenarios.models import Chapter, Draft, Edit, LastRead, Redaction, Snapshot
from tests.factories import make_revision, make_scenario, make_seat, make_workshop, move_to
from tests.scenarios.live.conftest import Doors, rows
from tests.scenarios.live.pages import Closed, Page
from tests.scenarios.live.table import Table
from workshops.models import AuditEntry, Role, Seat, StageKind

SECRET = "Amina ن😀 of Dock 7"
LONG = 80


def everything_stored() -> str:
    """Every text of every row, also what is packed."""
    stored: list[Any] = []
    for model in apps.get_models():
        if model._meta.app_label in {"scenarios", "workshops", "participants"}:
            for row in model._default_manager.values_list():
                stored += [
                    zlib.decompress(one).decode() if isinstance(one, bytes | memoryview) else one
                    for one in row
                ]
    return json.dumps(stored, default=str, ensure_ascii=False)


def redact(draft: Draft, words: str, by: Seat) -> Redaction:
    return watching.redact_passage(
        draft, words=words, reason="identifies", note="", client_key=uuid.uuid4(), by=by
    )


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_after_redacting_the_words_are_nowhere_and_nothing_else_moved(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "STEP", 10)
    monkeypatch.setattr(upkeep, "NEAR", 20)
    workshop = make_workshop()
    seats = [make_seat(workshop) for _ in range(2)]
    moderator = make_seat(workshop, Role.MODERATOR)
    draft = make_scenario(workshop).draft
    texts = _written(draft, seats, random.Random(seed))
    draft.refresh_from_db()
    upkeep.tend(draft)
    assert Chapter.objects.exists()
    authors = [
        [(len(units(words)), seat) for words, seat in history.written_at(draft.pk, version)]
        for version in range(0, LONG + 1, 8)
    ]

    redact(draft, SECRET, moderator)

    draft.refresh_from_db()
    assert draft.redacted_version == draft.version == LONG + 1
    stored = everything_stored()
    assert SECRET not in stored
    assert json.dumps(SECRET)[1:-1] not in stored
    for version, before in enumerate(texts):
        now = history.text_at(draft.pk, version)
        assert SECRET not in now
        assert [
            a for a, b in zip(units(before), units(now), strict=True) if b != MARK and a != b
        ] == []
        assert len(units(before)) == len(units(now))
    for number, version in enumerate(range(0, LONG + 1, 8)):
        written = history.written_at(draft.pk, version)
        assert [(len(units(words)), seat) for words, seat in written] == authors[number]
    call_command("verify_drafts", verbosity=0)


def _written(draft: Draft, seats: list[Seat], chance: random.Random) -> list[str]:
    """Mostly letters anywhere; the secret whole, letter by letter, cut in two, deleted and put in again."""
    text, texts, typing = Text(), [""], ""
    edits, snapshots = [], []
    place = 0
    for version in range(1, LONG + 1):
        length = len(text)
        if typing:
            at, gone, insert, typing = place, 0, typing[0], typing[1:]
        elif version in {5, 40, 70}:
            at, gone, insert = chance.choice([0, length]), 0, f"[{SECRET}]"
        elif version in {15, 50}:
            typing = SECRET
            at, gone, insert = length, 0, "by "
            place = length + 3
        elif version == 12:
            at, gone, insert = 0, length, "Begun anew. "
        else:
            at, gone, insert = chance.choice([0, length]), 0, chance.choice("abc \n")
        if insert == "😀" or typing or place:
            place += len(units(insert)) if at == place else 0
        changes = ChangeSet.of([(at, None), (gone, units(insert)), (length - at - gone, None)])
        text.apply(changes)
        texts.append(str(text))
        edits.append(
            Edit(
                draft=draft,
                version=version,
                seat=seats[version % 2],
                client="client-1",
                sequence=version,
                changes=changes.to_json(),
                at=timezone.now() - 2 * upkeep.FRESH + timedelta(seconds=version),
            )
        )
        if version % 5 == 0:
            snapshots.append(Snapshot(draft=draft, version=version, text=str(text)))
    assert sum(SECRET in one for one in texts) > 10
    Edit.objects.bulk_create(edits)
    Snapshot.objects.bulk_create(snapshots)
    Draft.objects.filter(pk=draft.pk).update(version=LONG)
    return texts


@pytest.fixture
def seats(db: None) -> dict[str, Seat]:
    workshop = make_workshop()
    return {
        "writer": make_seat(workshop),
        "moderator": make_seat(workshop, Role.MODERATOR),
        "facilitator": make_seat(workshop, Role.FACILITATOR),
    }


def story(seat: Seat, text: str = "The harbour of Amina Q could close.") -> Draft:
    draft = make_scenario(seat.workshop).draft
    assert save_text(draft, base_version=0, text=text, client_key=uuid.uuid4(), by=seat) == Saved(1)
    draft.refresh_from_db()
    return draft


def test_revisions_comments_and_quotes_lose_the_words_too(seats: dict[str, Seat]) -> None:
    writer = seats["writer"]
    draft = story(writer)
    revision = make_revision(writer, draft.scenario, "The harbour of Amina Q could close.")
    revision.summary = "About Amina Q"
    revision.save()
    comments.comment(
        draft,
        text="Who is Amina Q?",
        quote="Amina Q",
        by=writer,
        client_key=uuid.uuid4(),
    )

    redact(draft, "Amina Q", seats["moderator"])

    assert "Amina" not in everything_stored()
    revision.refresh_from_db()
    assert revision.text == f"The harbour of {MARK * 7} could close."
    assert revision.version == 2  # whoever reads it right now decides on nothing old
    assert history.text_at(draft.pk, 2) == revision.text
    call_command("verify_drafts", verbosity=0)
    entry = AuditEntry.objects.get(act=AuditEntry.Act.DECIDED)
    assert entry.facts["action"] == "redact"
    assert "Amina" not in json.dumps(entry.facts)


def test_only_who_moderates_takes_words_out_and_never_their_own(seats: dict[str, Seat]) -> None:
    draft = story(seats["writer"])
    for role in ("writer", "facilitator"):
        with pytest.raises(PermissionDenied):
            redact(draft, "Amina Q", seats[role])
    Seat.objects.filter(pk=seats["writer"].pk).update(role=Role.MODERATOR)
    with pytest.raises(PermissionDenied):
        redact(draft, "Amina Q", Seat.objects.get(pk=seats["writer"].pk))
    with pytest.raises(NotThere):
        redact(draft, "Nobody", seats["moderator"])

    assert history.text_at(draft.pk, 1) == "The harbour of Amina Q could close."
    assert Draft.objects.get(pk=draft.pk).version == 1
    assert not Redaction.objects.exists()


def page_of(draft: Draft) -> str:
    return reverse("scenarios:watch", args=[draft.scenario.workshop.slug, draft.scenario_id])


def signed_in(seat: Seat) -> Client:
    client = Client()
    assert seat.participant is not None
    client.force_login(seat.participant)
    return client


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, ""),
        ({"act": "redact", "words": "Amina Q", "reason": "safety"}, "by accident"),
        ({"act": "redact", "words": "of", "reason": "safety", "sure": "on"}, "at least 3"),
        ({"act": "redact", "words": "Nobody", "reason": "safety", "sure": "on"}, "never stood"),
        ({"act": "redact", "words": "a\0bcd", "reason": "safety", "sure": "on"}, ""),
        ({"act": "redact", "words": "Amina Q", "reason": "spite", "sure": "on"}, ""),
        ({"act": "freeze", "because": ""}, ""),
        ({"act": "freeze", "because": "x" * 301}, ""),
        ({"act": "read", "version": "x"}, ""),
    ],
)
def test_what_is_not_meant_so_changes_nothing(
    seats: dict[str, Seat], data: dict[str, str], said: str
) -> None:
    draft = story(seats["writer"])

    answer = signed_in(seats["moderator"]).post(
        page_of(draft), {"client_key": str(uuid.uuid4())} | data
    )

    assert answer.status_code == 422
    assert said in answer.content.decode()
    now = Draft.objects.get(pk=draft.pk)
    assert (now.version, now.frozen) == (1, False)


def test_a_frozen_draft_says_why_and_a_thawed_one_is_written_on(seats: dict[str, Seat]) -> None:
    draft, moderator = story(seats["writer"]), signed_in(seats["moderator"])
    words: dict[str, Any] = {"base_version": 1, "text": "More.", "by": seats["writer"]}

    assert (
        moderator.post(page_of(draft), {"act": "freeze", "because": "We talk first."}).status_code
        == 302
    )
    refused = save_text(draft, client_key=uuid.uuid4(), **words)
    assert isinstance(refused, NotSaved)
    assert "We talk first." in refused.say
    url = reverse("scenarios:draft", args=[draft.scenario.workshop.slug, draft.scenario_id])
    assert "We talk first." in signed_in(seats["writer"]).get(url).content.decode()

    assert moderator.post(page_of(draft), {"act": "thaw"}).status_code == 302
    assert save_text(draft, client_key=uuid.uuid4(), **words) == Saved(2)
    assert [entry.facts["action"] for entry in AuditEntry.objects.order_by("number")] == [
        "freeze",
        "thaw",
    ]


def test_a_moderator_sees_what_is_new_since_the_last_look(seats: dict[str, Seat]) -> None:
    draft, moderator = story(seats["writer"]), signed_in(seats["moderator"])
    assert "The text as it stands" in moderator.get(page_of(draft)).content.decode()

    moderator.post(page_of(draft), {"act": "read", "version": 1})
    assert "Nothing changed." in moderator.get(page_of(draft)).content.decode()
    words = "The harbour of Amina Q could open."
    save_text(draft, base_version=1, text=words, client_key=uuid.uuid4(), by=seats["writer"])

    page = moderator.get(page_of(draft)).content.decode()
    assert "New since you last looked" in page
    assert "open" in page.split("<ins>")[1].split("</ins>")[0]
    assert LastRead.objects.get().version == 1


def test_in_publication_a_moderator_still_redacts_and_freezes_nothing(
    seats: dict[str, Seat],
) -> None:
    draft = story(seats["writer"])
    move_to(draft.scenario.workshop, StageKind.PUBLICATION)

    redact(draft, "Amina Q", seats["moderator"])
    with pytest.raises(PermissionDenied):
        watching.freeze(draft, because="Late.", by=seats["moderator"])


# --- open pages -----------------------------------------------------------------------------------


async def test_open_pages_are_closed_to_be_loaded_anew_and_older_ones_get_the_text(
    table: Table, doors: Doors
) -> None:
    heron, plover = await doors.open(table.heron), await doors.open(table.plover)
    for letter in "I met Amina Q there.":
        heron.type(len(heron.units), letter)
    await heron.save()

    await rows(lambda: redact(table.draft, "Amina Q", table.moderator))

    for page in (heron, plover):
        assert await _closed(page) == Close.REDACTED
        assert page.text == f"I met {MARK * 7} there."
    again = Page()
    again.version, again.units = 3, "I m"
    returned = await doors.open(table.plover, again)
    await returned.leave()
    assert "Amina" not in json.dumps(returned.heard)
    assert returned.text == heron.text
    edits = await rows(lambda: store.edits(table.draft.pk, 0))
    assert "A" not in "".join(str(edit.changes.to_json()) for edit in edits)


async def _closed(page: Page) -> int:
    while True:
        try:
            await page.hear()
        except Closed as closing:
            return closing.code
