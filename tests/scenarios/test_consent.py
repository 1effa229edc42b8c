"""Positions, outcomes, one repair, and what of it anybody may read."""

import re
import threading
from collections.abc import Iterable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from scenarios import report as reports
from scenarios.actions import consent as actions
from scenarios.agreement import (
    consent_can_count,
    every_item_has_an_outcome,
    of_those_who_consent,
    of_those_who_repair,
    of_those_who_run_it,
)
from scenarios.live.standing import standings_of
from scenarios.models import Assumption, ConsentItem, Position, Reservation, Scenario
from tests.factories import (
    make_assumption,
    make_constituency,
    make_revision,
    make_scenario,
    make_seat,
    make_workshop,
    move_to,
)
from tests.scenarios.addresses import address
from tests.scenarios.clients import queries, signed_in
from workshops import moderation
from workshops.models import Activity, Contribution, Role, Seat, StageKind, Workshop
from workshops.permissions import abilities

pytestmark = pytest.mark.django_db

Outcome, State = ConsentItem.Outcome, ConsentItem.State
LETTERS = {"c": "consent", "a": "aside", "r": "reserve", "o": "object"}


class Room:
    """A workshop in its consent stage with two sides, k = 3, and one assumption that is asked."""

    def __init__(self, sizes: tuple[int, ...] = (4, 4), **facts: Any) -> None:
        self.workshop = make_workshop(StageKind.CONSENT, **{"small_cell": 3} | facts)
        self.facilitator = make_seat(self.workshop, Role.FACILITATOR)
        self.moderator = make_seat(self.workshop, Role.MODERATOR)
        self.sides = [
            [make_seat(self.workshop, constituency=side) for _ in range(size)]
            for side, size in ((make_constituency(self.workshop), size) for size in sizes)
        ]
        self.author = self.sides[0][0]
        self.assumption = make_assumption(self.author, statement="The spring could run dry.")
        actions.put_up(by=self.facilitator)
        self.item = ConsentItem.objects.get()

    @property
    def seats(self) -> list[Seat]:
        return [seat for side in self.sides for seat in side]

    def say(self, *letters: str, reason: str = "It did not in 1998.") -> None:
        """One word a side, one letter a seat; a dot is silent."""
        self.item.refresh_from_db()
        for side, said in zip(self.sides, letters, strict=True):
            for seat, letter in zip(side, said, strict=True):
                if letter != ".":
                    stance = LETTERS[letter]
                    actions.take_position(
                        self.item, stance=stance, reason=reason, round=self.item.round, by=seat
                    )

    def close(self) -> ConsentItem:
        actions.close([self.item.pk], by=self.facilitator)
        self.item.refresh_from_db()
        return self.item

    def page(self, seat: Seat, name: str = "consent", *args: int) -> str:
        return signed_in(seat).get(address(name, self.workshop, *args)).content.decode()

    def press(self, act: str, seat: Seat | None = None) -> Any:
        return signed_in(seat or self.facilitator).post(
            address("consent", self.workshop), {"act": act}
        )


def take(seat: Seat, asked: ConsentItem, **change: Any) -> Any:
    data = {"item": asked.pk, "round": asked.round, "stance": "consent", "reason": ""} | change
    return signed_in(seat).post(address("positions", seat.workshop), data)


# --- taking positions ---------------------------------------------------------------------------


def test_one_item_comes_at_a_time_until_each_has_a_position() -> None:
    room = Room()
    second = make_assumption(room.author, statement="The pump could break.")
    actions.put_up(by=room.facilitator)
    seat = room.seats[1]

    first = room.page(seat, "positions")
    assert take(seat, room.item).status_code == 302
    then = room.page(seat, "positions")
    take(seat, ConsentItem.objects.get(assumption=second))

    assert "The spring could run dry." in first
    assert "0 of 2 done" in first
    assert "The pump could break." in then
    assert "1 of 2 done" in then
    assert "You took a position on each" in room.page(seat, "positions")


def test_a_position_can_be_changed_until_the_item_closes() -> None:
    room = Room()
    seat = room.seats[1]
    take(seat, room.item)

    assert take(seat, room.item, stance="reserve", reason="Not in a wet year.").status_code == 302
    assert Position.objects.get().stance == "reserve"
    room.close()
    reply = take(seat, room.item, stance="object", reason="Never.")

    assert reply.status_code == 409
    assert "This changed in the meantime" in reply.content.decode()
    assert Position.objects.get().stance == "reserve"


@pytest.mark.parametrize("stance", ["reserve", "object"])
def test_a_reservation_and_an_objection_say_why(stance: str) -> None:
    room = Room()

    reply = take(room.seats[1], room.item, stance=stance, reason="  ")

    assert reply.status_code == 422
    assert "Say why in a sentence" in reply.content.decode()
    assert not Position.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"stance": "maybe"},
        {"stance": ""},
        {"item": ""},
        {"item": "9" * 30},
        {"round": "x"},
        {"stance": "object", "reason": "a" * 601},
        {"stance": "object", "reason": "nul \x00"},
    ],
)
def test_what_no_form_of_ours_sends_changes_nothing(change: dict[str, str]) -> None:
    room = Room()

    assert take(room.seats[1], room.item, **change).status_code in {409, 422}
    assert not Position.objects.exists()


def test_nobody_takes_a_position_for_others_or_outside_the_stage() -> None:
    room = Room()
    elsewhere = make_seat(make_workshop(StageKind.CONSENT))
    for seat in (room.facilitator, room.moderator):
        with pytest.raises(PermissionDenied):
            actions.take_position(room.item, stance="consent", round=1, by=seat)
    with pytest.raises(actions.Overtaken):
        actions.take_position(room.item, stance="consent", round=1, by=elsewhere)
    move_to(room.workshop, StageKind.PUBLICATION)
    with pytest.raises(PermissionDenied):
        actions.take_position(room.item, stance="consent", round=1, by=room.seats[1])

    assert not Position.objects.exists()


# --- opening and closing ------------------------------------------------------------------------


def test_the_facilitator_asks_about_one_or_all_and_closes_one_or_all() -> None:
    room = Room()
    ConsentItem.objects.all().delete()
    story = make_scenario(room.workshop)
    make_revision(room.author, story, state=Contribution.State.PUBLISHED)
    make_scenario(room.workshop)  # nothing of it was accepted
    make_assumption(room.author, state=Contribution.State.HELD)

    assert room.press(f"open-scenario-{story.pk}").status_code == 302
    assert [item.words for item in ConsentItem.objects.all()] == [story.title]
    assert room.press("open-all").status_code == 302
    assert ConsentItem.objects.count() == 2
    assert room.press("open-all").status_code == 409
    assert room.press(f"close-{ConsentItem.objects.get(scenario=story).pk}").status_code == 302
    assert room.press("close-all").status_code == 302
    assert set(ConsentItem.objects.values_list("state", flat=True)) == {State.CLOSED}
    assert room.press("close-all").status_code == 409


@pytest.mark.parametrize("act", ["", "close", "close-x", "shut-1", "open-scenario-" + "9" * 40])
def test_only_our_buttons_do_something(act: str) -> None:
    room = Room()

    assert room.press(act).status_code == 422
    assert ConsentItem.objects.get().state == State.OPEN


def test_nobody_but_the_facilitator_opens_or_closes() -> None:
    room = Room()

    assert {
        room.press("close-all", seat).status_code for seat in (room.author, room.moderator)
    } == {403}
    assert ConsentItem.objects.get().state == State.OPEN


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (("cccc", "cccc"), Outcome.SHARED),
        (("ccca", "aaaa"), Outcome.SHARED),
        (("cccr", "cccc"), Outcome.RESERVED),
        (("cc..", "cccc"), Outcome.OPEN),
        (("ccrr", "cccc"), Outcome.OPEN),
    ],
)
def test_the_outcome_follows_from_the_positions(said: tuple[str, str], outcome: str) -> None:
    room = Room()
    room.say(*said)

    assert room.close().outcome == outcome
    assert Assumption.objects.get().outcome == ("tested" if outcome == "open" else outcome)


def test_who_left_no_longer_counts() -> None:
    room = Room((4, 4))
    room.say("ccco", "cccc")
    objecting = room.sides[0][3]
    objecting.state = Seat.State.LEFT
    objecting.save()

    assert room.close().outcome == Outcome.SHARED


def test_a_story_that_is_agreed_says_so() -> None:
    room = Room()
    story = make_scenario(room.workshop)
    make_revision(room.author, story, state=Contribution.State.PUBLISHED)
    actions.put_up(by=room.facilitator)
    room.item = ConsentItem.objects.get(scenario=story)
    room.say("cccr", "cccc")

    assert room.close().outcome == Outcome.RESERVED
    story.refresh_from_db()
    assert story.state == Scenario.State.RESERVED


@pytest.mark.django_db(transaction=True)
def test_what_is_said_while_an_item_closes_counts_or_is_refused() -> None:
    room = Room((5, 5))
    room.say("ccc..", "cccc.")
    late = [room.sides[0][3], room.sides[0][4], room.sides[1][4]]
    start, refused = threading.Barrier(len(late) + 1), list[int]()

    def say(seat: Seat) -> None:
        start.wait()
        try:
            actions.take_position(room.item, stance="object", reason="No.", round=1, by=seat)
        except actions.Overtaken:
            refused.append(seat.pk)
        finally:
            connection.close()

    def close() -> None:
        start.wait()
        try:
            actions.close([room.item.pk], by=room.facilitator)
        finally:
            connection.close()

    threads = [threading.Thread(target=say, args=[seat]) for seat in late]
    threads.append(threading.Thread(target=close))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    room.item.refresh_from_db()
    assert Position.objects.count() == 7 + len(late) - len(refused)
    objected = Position.objects.filter(stance="object").exists()
    assert room.item.state == (State.REPAIR if objected else State.CLOSED)


# --- one repair ---------------------------------------------------------------------------------


def test_an_objection_leads_to_one_repair_and_then_to_contested() -> None:
    room = Room()
    room.say("ccco", "cccc")
    assert (room.close().state, room.item.outcome) == (State.REPAIR, "")

    actions.reword(room.item, statement="In a dry year the spring could run dry.", by=room.author)
    with pytest.raises(actions.Overtaken):
        actions.reword(room.item, statement="Something else.", by=room.author)
    actions.ask_again(room.item, by=room.facilitator)
    room.item.refresh_from_db()

    assert (room.item.state, room.item.round) == (State.OPEN, 2)
    assert "In a dry year the spring could run dry." in room.page(room.seats[1], "positions")
    assert "It did not in 1998." in room.page(room.seats[1], "positions")
    assert [
        ask.minutes for ask in of_those_who_consent(room.seats[3], abilities(room.seats[3]), None)
    ] == [1]
    room.say("ccco", "cccc", reason="It is the same as before.")
    assert room.close().outcome == Outcome.CONTESTED
    page = room.page(room.author, "consent_item", room.item.pk)
    assert "It is the same as before." in page
    assert "It did not in 1998." not in page


def test_words_that_are_repaired_can_become_shared() -> None:
    room = Room()
    room.say("ccco", "cccc")
    room.close()
    actions.ask_again(room.item, by=room.facilitator)
    room.say("cccc", "cccc")

    assert room.close().outcome == Outcome.SHARED


def test_only_the_author_words_it_anew_and_only_while_it_is_put_right() -> None:
    room = Room()
    words = {"statement": "Other words."}
    here = address("consent_item", room.workshop, room.item.pk)
    early = signed_in(room.author).post(here, words)
    room.say("ccco", "cccc")
    room.close()
    others = [signed_in(seat).post(here, words) for seat in (room.seats[1], room.moderator)]
    suggested = signed_in(room.facilitator).post(here, words)

    assert early.status_code == 409
    assert {reply.status_code for reply in others} == {403}
    assert suggested.status_code == 302
    room.assumption.refresh_from_db()
    assert room.assumption.statement == "The spring could run dry."
    assert "Other words." in room.page(room.author, "consent_item", room.item.pk)
    assert signed_in(room.author).post(here, words).status_code == 302
    room.assumption.refresh_from_db()
    assert room.assumption.statement == "Other words."


def test_a_story_that_met_an_objection_is_written_by_its_writers_again_and_not_by_the_facilitator() -> (
    None
):
    room = Room()
    story = make_scenario(room.workshop)
    make_revision(room.author, story, state=Contribution.State.PUBLISHED)
    actions.put_up(by=room.facilitator)
    room.item = ConsentItem.objects.get(scenario=story)
    writers = {room.author.pk, room.facilitator.pk}
    before = standings_of(story.draft.pk, writers)
    room.say("ccco", "cccc")
    room.close()

    during = standings_of(story.draft.pk, writers)
    asks = of_those_who_repair(room.author, abilities(room.author), None)
    actions.ask_again(room.item, by=room.facilitator)
    after = standings_of(story.draft.pk, writers)

    assert [told[room.author.pk].may_write for told in (before, during, after)] == [
        False,
        True,
        False,
    ]
    assert not any(told[room.facilitator.pk].may_write for told in (before, during, after))
    assert [ask.text for ask in asks] == [story.title]


# --- what may be read ---------------------------------------------------------------------------


def test_until_an_item_closes_nobody_reads_how_anybody_stands() -> None:
    room = Room((4, 4))
    here = {
        seat: room.page(seat, "consent_item", room.item.pk)
        for seat in (room.facilitator, room.moderator)
    }
    lists = {seat: room.page(seat) for seat in here}
    room.say("cccr", "ccca")

    for seat, page in here.items():
        assert _plain(room.page(seat, "consent_item", room.item.pk)) == _plain(page)
        assert _plain(room.page(seat)) == _plain(lists[seat])
    assert not Reservation.objects.exists()
    assert not Activity.objects.exclude(verb="asked_consent").exists()


def _plain(page: str) -> str:
    return re.sub(r'(nonce|value)="[^"]*"', "", page)


def test_numbers_are_shown_where_none_below_the_threshold_follows() -> None:
    room = Room((9, 8))
    room.say("ccccccrr.", "cccccaaa")

    tally = room.close().tally

    assert tally["totals"] == {"consent": 11, "aside": 3}
    assert {count for side in tally["sides"] for count in side["counts"].values()} <= {6, 5, 3}
    page = room.page(room.author, "consent_item", room.item.pk)
    assert "11" in page
    assert "not shown" in page


def test_reasons_stand_beside_it_in_paragraphs_and_without_their_authors() -> None:
    room = Room()
    room.say("cccr", "cccr", reason="Only in dry years.\n\nAnd not for long.")

    room.close()

    words = {one.text for one in Reservation.objects.all()}
    assert words == {"Only in dry years.", "And not for long."}
    assert {one.side for one in Reservation.objects.all()} == {None}
    for seat in (room.moderator, room.facilitator, room.author):
        page = room.page(seat, "consent_item", room.item.pk)
        assert "Only in dry years." in page
        assert room.sides[0][3].pseudonym not in page


def test_a_moderator_can_take_a_reason_down_and_never_learns_whose_it_is() -> None:
    room = Room()
    room.say("cccr", "cccc", reason="The headman of the upper village lies.")
    room.close()
    reservation = Reservation.objects.get()
    queue = signed_in(room.moderator).get(
        f"/workshops/{room.workshop.slug}/moderation/?show=published"
    )
    page = signed_in(room.moderator).get(
        f"/workshops/{room.workshop.slug}/moderation/{reservation.pk}/"
    )
    moderation.decide(reservation, version=1, action="redact", reason="attack", by=room.moderator)

    who = room.sides[0][3].pseudonym
    for reply in (queue, page):
        assert "The headman" in reply.content.decode()
        assert who not in reply.content.decode()
    assert "The headman" not in room.page(room.author, "consent_item", room.item.pk)


def test_an_observer_reads_outcomes_and_not_what_is_asked() -> None:
    room = Room()
    observer = make_seat(room.workshop, Role.OBSERVER)
    before = room.page(observer)
    room.say("cccc", "cccc")
    room.close()

    assert "The spring could run dry." not in before
    assert "The spring could run dry." in room.page(observer)


@pytest.mark.parametrize(("attribution", "named"), [("pseudonymous", True), ("chatham", False)])
def test_a_side_is_named_where_enough_of_it_said_so_and_never_under_the_chatham_house_rule(
    attribution: str, named: bool
) -> None:
    room = Room((9, 9), attribution=attribution)
    for number, seat in enumerate(room.seats):
        stance = ("reserve", "consent", "")[number // 3 % 3]
        if stance:
            reason = f"Reason {number}."
            actions.take_position(room.item, stance=stance, reason=reason, round=1, by=seat)

    room.close()

    sides = [seats[0].constituency for seats in room.sides for _ in range(3)]
    found = {one.text: one.side for one in Reservation.objects.all()}
    texts = [f"Reason {number}." for number in (0, 1, 2, 9, 10, 11)]
    assert [found[text] for text in texts] == (sides if named else [None] * 6)


# --- the report ---------------------------------------------------------------------------------


def report(workshop: Workshop) -> tuple[reports.Report, str, dict[str, Any]]:
    found = reports.report_of(workshop)
    return found, reports.as_markdown(found), reports.as_json(found)


def test_reservations_are_printed_beside_what_they_concern() -> None:
    room = Room()
    room.say("cccr", "cccc", reason="Only in dry years.")
    room.close()

    found, markdown, facts = report(room.workshop)

    assert [given.standing for given in found.givens] == ["reserved"]
    assert (
        "The spring could run dry. — *The group stands behind it, with reservations.*\n  > Only in dry years."
        in markdown
    )
    assert facts["assumptions"][0]["reservations"] == [
        {"text": "Only in dry years.", "language": "en", "side": ""}
    ]
    assert "Only in dry years." in room.page(room.author, "report")


def test_once_consent_was_asked_for_answers_alone_make_nothing_shared() -> None:
    room = Room()
    for seat in room.seats:
        room.assumption.responses.create(seat=seat, answer="agree")

    assert [given.standing for given in report(room.workshop)[0].givens] == ["open"]
    ConsentItem.objects.all().delete()
    assert [given.standing for given in report(room.workshop)[0].givens] == ["shared"]


def test_a_report_that_is_out_is_changed_by_no_later_consent() -> None:
    room = Room()
    Workshop.objects.filter(pk=room.workshop.pk).update(published_at="2026-01-01T00:00Z")

    with pytest.raises(PermissionDenied, match="The report is out"):
        room.close()


# --- asks and gates -----------------------------------------------------------------------------


def test_the_gates_say_what_is_missing() -> None:
    room = Room((4, 2))

    assert not consent_can_count(room.workshop).met
    make_seat(room.workshop, constituency=room.sides[1][0].constituency)
    assert consent_can_count(room.workshop).met
    assert not every_item_has_an_outcome(room.workshop).met
    assert [
        ask.title
        for ask in of_those_who_run_it(room.facilitator, abilities(room.facilitator), None)
    ] == ["Close what everybody has weighed"]
    room.close()
    assert every_item_has_an_outcome(room.workshop).met
    make_assumption(room.author)
    assert not every_item_has_an_outcome(room.workshop).met


def test_pages_take_the_same_number_of_queries_however_many_items_there_are() -> None:
    room = Room()
    seat = room.seats[1]
    pages = [
        (room.facilitator, "consent"),
        (seat, "consent"),
        (seat, "positions"),
        (seat, "report"),
    ]
    counted = [queries(signed_in(who), address(name, room.workshop)) for who, name in pages]
    _many(room.author)
    actions.put_up(by=room.facilitator)

    assert [queries(signed_in(who), address(name, room.workshop)) for who, name in pages] == counted


def _many(seat: Seat) -> Iterable[Assumption]:
    return [make_assumption(seat) for _ in range(5)]


def test_a_reason_is_needed_in_the_rows_as_well() -> None:
    room = Room()

    with pytest.raises(ValidationError):
        actions.take_position(room.item, stance="object", reason="", round=1, by=room.seats[1])
