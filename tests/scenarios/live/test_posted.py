"""The form of those without scripting. One code path writes edits, so live pages see what it saves."""

import uuid
from typing import Any

import pytest

from participants.models import Participant
from scenarios.live.history import authors_between, passages, text_at
from scenarios.live.posted import Conflict, NotSaved, Saved, save_text
from scenarios.live.protocol import Why
from scenarios.models import Draft, Edit
from tests.factories import make_scenario, make_seat, make_workshop, move_to
from workshops.models import Activity, Role, Seat, StageKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat() -> Seat:
    return make_seat(make_workshop())


@pytest.fixture
def draft(seat: Seat) -> Draft:
    return make_scenario(seat.workshop).draft


def post(
    draft: Draft, seat: Seat, text: str, base: int = 0, **more: Any
) -> Saved | Conflict | NotSaved:
    return save_text(
        draft, base_version=base, text=text, by=seat, **{"client_key": uuid.uuid4()} | more
    )


def test_a_text_is_saved_on_the_version_it_was_made_on(draft: Draft, seat: Seat) -> None:
    assert post(draft, seat, "It could rain.\r\nIt could not. 😀") == Saved(1)
    assert text_at(draft.pk, 1) == "It could rain.\nIt could not. 😀"

    draft.refresh_from_db()
    assert draft.version == 1
    assert Edit.objects.get().seat == seat


def test_what_others_wrote_elsewhere_in_the_text_stays(draft: Draft, seat: Seat) -> None:
    other = make_seat(seat.workshop)
    post(draft, seat, "It could rain.\nIt could not.")
    post(draft, other, "It could rain soon.\nIt could not.", base=1)

    assert post(draft, seat, "It could rain.\nIt could snow.", base=1) == Saved(3)
    assert text_at(draft.pk, 3) == "It could rain soon.\nIt could snow."
    assert authors_between(draft.pk, 1, 2) == {other.pk}
    assert [
        (passage.seat, passage.first, passage.last) for passage in passages(Draft.objects.get())
    ] == [
        (seat.pk, 1, 3),
        (other.pk, 2, 2),
    ]


def test_two_versions_of_the_same_words_are_a_conflict_and_nothing_changes(
    draft: Draft, seat: Seat
) -> None:
    post(draft, seat, "It could rain.")
    post(draft, make_seat(seat.workshop), "It could snow.", base=1)

    assert post(draft, seat, "It could hail.", base=1) == Conflict(2, "It could snow.")
    assert Edit.objects.count() == 2


def test_a_double_submit_saves_once(draft: Draft, seat: Seat) -> None:
    key = uuid.uuid4()

    assert post(draft, seat, "It could rain.", client_key=key) == Saved(1)
    assert post(draft, seat, "It could rain.", client_key=key) == Saved(1)
    assert Edit.objects.count() == 1


def test_nothing_new_stores_nothing(draft: Draft, seat: Seat) -> None:
    assert post(draft, seat, "") == Saved(0)
    assert Edit.objects.count() == 0


@pytest.mark.parametrize("base", [-1, 1, 2**40])
def test_a_version_there_never_was_shows_both_texts(draft: Draft, seat: Seat, base: int) -> None:
    assert post(draft, seat, "It could rain.", base=base) == Conflict(0, "")


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_what_no_row_takes_is_refused_with_a_sentence(draft: Draft, seat: Seat, text: str) -> None:
    answer = post(draft, seat, text)

    assert isinstance(answer, NotSaved)
    assert answer.why == Why.MALFORMED
    assert answer.say
    assert Edit.objects.count() == 0


def test_a_draft_holds_a_million_units(draft: Draft, seat: Seat) -> None:
    answer = post(draft, seat, "a" * 1_000_001)

    assert isinstance(answer, NotSaved)
    assert answer.why == Why.TOO_LARGE
    assert post(draft, seat, "a" * 1_000_000) == Saved(1)


@pytest.mark.parametrize(
    ("role", "stage", "frozen", "why"),
    [
        (Role.PARTICIPANT, StageKind.DRAFTING, False, None),
        (Role.FACILITATOR, StageKind.DRAFTING, False, None),
        (Role.FACILITATOR, StageKind.CONSENT, False, Why.STAGE_CLOSED),
        (Role.PARTICIPANT, StageKind.CHALLENGE, False, Why.STAGE_CLOSED),
        (Role.PARTICIPANT, StageKind.DRAFTING, True, Why.FROZEN),
        (Role.MODERATOR, StageKind.DRAFTING, False, Why.NOT_ALLOWED),
        (Role.OBSERVER, StageKind.DRAFTING, False, Why.NOT_ALLOWED),
        (Role.CONVENOR, StageKind.DRAFTING, False, Why.NOT_ALLOWED),
    ],
)
def test_who_may_write_and_when(role: str, stage: str, frozen: bool, why: Why | None) -> None:
    seat = make_seat(make_workshop(), role)
    draft = make_scenario(seat.workshop).draft
    move_to(seat.workshop, stage)
    Draft.objects.update(frozen=frozen)
    answer = post(draft, seat, "It could rain.")

    assert answer == (Saved(1) if why is None else NotSaved(why, answer.say))  # type: ignore[union-attr]
    assert Edit.objects.count() == (1 if why is None else 0)
    assert why is None or answer.say  # type: ignore[union-attr]


def test_a_seat_of_another_workshop_or_one_that_was_left_writes_nothing(
    draft: Draft, seat: Seat
) -> None:
    gone = make_seat(seat.workshop, state=Seat.State.LEFT)
    for stranger in (make_seat(make_workshop()), gone):
        answer = post(draft, stranger, "It could rain.")
        assert isinstance(answer, NotSaved)
        assert answer.why == Why.NOT_ALLOWED

    assert Edit.objects.count() == 0


def test_the_reason_is_given_in_the_persons_language(draft: Draft, seat: Seat) -> None:
    Draft.objects.update(frozen=True)
    english = post(draft, seat, "It could rain.")
    Participant.objects.update(language="ar")
    arabic = post(draft, seat, "It could rain.")

    assert isinstance(english, NotSaved)
    assert isinstance(arabic, NotSaved)
    assert english.say.isascii()
    assert arabic.why == Why.FROZEN
    assert not arabic.say.isascii()


def test_the_workshop_hears_of_a_writer_once_in_a_while(draft: Draft, seat: Seat) -> None:
    post(draft, seat, "It could rain.")
    post(draft, seat, "It could rain soon.", base=1)

    news = Activity.objects.get(verb=Activity.Verb.DRAFTED)
    assert (news.seat, news.scenario, news.workshop) == (seat, draft.scenario_id, seat.workshop)
