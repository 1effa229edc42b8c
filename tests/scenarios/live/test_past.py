"""A long past: any version of it, whose words it is made of, packed or not, and whether it is what the log says."""

import random
import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from scenarios.live import history, past, store, upkeep
from scenarios.live.authorship import Authorship, passages
from scenarios.live.changeset import ChangeSet
from scenarios.live.posted import Saved, save_text
from scenarios.live.text import Text
from scenarios.models import Chapter, Draft, Edit, Snapshot
from tests.factories import make_revision, make_scenario, make_seat, make_workshop
from workshops.models import Seat

pytestmark = pytest.mark.django_db

LONG = 60


@pytest.fixture
def seats() -> list[Seat]:
    workshop = make_workshop()
    return [make_seat(workshop) for _ in range(2)]


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch, seats: list[Seat]) -> list[str]:
    """The text at every version of the only draft, whose snapshots and chapters are short."""
    monkeypatch.setattr(upkeep, "STEP", 10)
    monkeypatch.setattr(upkeep, "NEAR", 20)
    draft = make_scenario(seats[0].workshop).draft
    chance, text = random.Random(4), Text()
    texts = [""]
    edits, snapshots = [], []
    long_ago = timezone.now() - 2 * upkeep.FRESH
    for version in range(1, LONG + 1):
        at = chance.randrange(len(text) + 1)
        gone = min(chance.randrange(3), len(text) - at)
        changes = ChangeSet.of(
            [(at, None), (gone, chance.choice("abc")), (len(text) - at - gone, None)]
        )
        text.apply(changes)
        texts.append(str(text))
        edits.append(
            Edit(
                draft=draft,
                version=version,
                seat=seats[version // 4 % 2],
                client=f"client-{version % 3}",
                sequence=version,
                changes=changes.to_json(),
                at=long_ago + timedelta(seconds=version),
            )
        )
        if version % 5 == 0:
            snapshots.append(Snapshot(draft=draft, version=version, text=str(text)))
    Edit.objects.bulk_create(edits)
    Snapshot.objects.bulk_create(snapshots)
    Draft.objects.update(version=LONG)
    return texts


def everything(draft: Draft) -> list[object]:
    versions = range(LONG + 1)
    return [
        list(past.log(draft.pk, 0, LONG)),
        [history.text_at(draft.pk, version) for version in versions],
        [history.written_at(draft.pk, version) for version in versions[::4]],
        history.passages(draft),
        [history.authors_between(draft.pk, version, version + 7) for version in versions[::6]],
        history.authors_between(draft.pk, 0, LONG),
    ]


def test_packing_the_past_loses_nothing_of_it(texts: list[str]) -> None:
    draft = Draft.objects.get()
    before = everything(draft)
    counted = store.load(draft.pk)
    store.learn_clients(counted, {"client-1"})

    assert upkeep.tend(draft) == 40
    assert upkeep.tend(draft) == 0

    assert [(one.first, one.last) for one in Chapter.objects.all()] == [
        (1, 10),
        (11, 20),
        (21, 30),
        (31, 40),
    ]
    assert Edit.objects.count() == 20
    assert everything(draft) == before
    assert before[1] == texts
    again = store.load(draft.pk)
    store.learn_clients(again, {"client-1"})
    assert again.clients == counted.clients


def test_a_client_that_comes_back_after_its_edits_were_packed_counts_on(
    texts: list[str], seats: list[Seat]
) -> None:
    Edit.objects.filter(version=2).update(client="long-ago-away", sequence=1)
    draft = Draft.objects.get()
    upkeep.tend(draft)

    replica = store.load(draft.pk)
    store.learn_clients(replica, {"long-ago-away"})

    assert replica.clients["long-ago-away"] == (seats[0].pk, 1)
    assert past.pack(list(past.log(draft.pk, 0, 1)))
    assert [edit.version for edit in past.log(draft.pk, 0, 12)] == list(range(1, 13))


def test_young_edits_stay_as_they_are(texts: list[str]) -> None:
    Edit.objects.filter(version=15).update(at=timezone.now())
    Edit.objects.filter(version=20).update(at=timezone.now())

    assert upkeep.tend(Draft.objects.get()) == 10


def test_words_are_whose_they_are_at_every_version(texts: list[str], seats: list[Seat]) -> None:
    draft, hands = Draft.objects.get(), Authorship()
    upkeep.remember_authors(draft)

    for edit in past.log(draft.pk, 0, LONG):
        hands.apply(ChangeSet.parse(edit.changes), edit.seat)
        assert history.written_at(draft.pk, edit.version) == list(
            passages(texts[edit.version], hands.runs)
        )
    assert {seat for _, seat in hands.runs} == {seat.pk for seat in seats}


# --- verify_drafts ------------------------------------------------------------------------


def verified() -> str:
    out = StringIO()
    call_command("verify_drafts", stdout=out)
    return out.getvalue()


def found() -> str:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_drafts", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("packed", [False, True])
def test_every_draft_is_what_its_log_says(
    texts: list[str], seats: list[Seat], packed: bool
) -> None:
    draft = Draft.objects.get()
    if packed:
        upkeep.tend(draft)
    words = {"base_version": LONG, "text": "Other words.", "client_key": uuid.uuid4()}
    assert save_text(draft, **words, by=seats[0]) == Saved(LONG + 1)  # type: ignore[arg-type]
    draft.refresh_from_db()
    make_revision(seats[0], draft.scenario, "Other words.")

    assert verified() == f"Draft {draft.pk}: {LONG + 1} edits, as the log says.\n"


def test_the_first_difference_is_named(texts: list[str], seats: list[Seat]) -> None:
    draft = Draft.objects.get()
    upkeep.remember_authors(draft)
    version = 30
    true = Snapshot.objects.get(version=version)

    Snapshot.objects.filter(version=version).update(text=true.text[:-1] + "z")
    assert "snapshot at version 30 differs from the log, first at character" in found()
    Snapshot.objects.filter(version=version).update(text=true.text)

    Snapshot.objects.filter(version=version).update(authors=[[len(true.text), seats[0].pk]])
    assert "names other authors" in found()
    Snapshot.objects.filter(version=version).update(authors=true.authors)

    revision = make_revision(seats[0], draft.scenario, "Never written.")
    assert f"revision {revision.pk} of version {LONG} differs" in found()
    revision.delete()

    edit = Edit.objects.get(version=7)
    Edit.objects.filter(version=7).update(changes=[[0, "x"]])
    assert "edit 7 does not fit" in found()
    Edit.objects.filter(version=7).update(changes=edit.changes)

    Draft.objects.update(version=LONG - 1)
    assert f"counts {LONG - 1} edits" in found()
    Draft.objects.update(version=LONG)

    edit.delete()
    assert "edit 7 is missing" in found()
