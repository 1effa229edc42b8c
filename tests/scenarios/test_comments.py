import threading
import uuid
from typing import Any

import pytest
from django.db import connection

from scenarios.actions import comments as actions
from scenarios.live import placing
from scenarios.live.history import text_of, written_at
from scenarios.live.verify import first_difference
from scenarios.models import Anchor, Comment, Draft, Edit, GroupMember, Reaction, Scenario
from scenarios.talk import talk
from scenarios.tasks import tend_drafts
from tests.factories import make_scenario, make_seat, make_workshop, move_to
from tests.scenarios.addresses import address
from tests.scenarios.clients import queries, signed_in
from tests.scenarios.test_drafts import text, write
from workshops import moderation
from workshops.models import Activity, Contribution, Role, Seat, StageKind, Workshop
from workshops.permissions import abilities

pytestmark = pytest.mark.django_db

State = Contribution.State
Outcome = Comment.Outcome
RAIN = "It could rain. Nobody would mind.\n\nIt could also snow."


@pytest.fixture
def scenario() -> Scenario:
    found = make_scenario(make_workshop())
    write(make_seat(found.workshop), found, RAIN)
    return found


@pytest.fixture
def heron(scenario: Scenario) -> Seat:
    return make_seat(scenario.workshop, pseudonym="Marabou")


@pytest.fixture
def plover(scenario: Scenario) -> Seat:
    return make_seat(scenario.workshop, pseudonym="Osprey")


def say(seat: Seat, scenario: Scenario, **change: Any) -> Any:
    data = {"quote": "rain", "text": "How much of it?", "client_key": uuid.uuid4()} | change
    there = address("comments", scenario.workshop, scenario.pk)
    return signed_in(seat).post(there, {key: value for key, value in data.items() if value != ""})


def said(seat: Seat, scenario: Scenario, **change: Any) -> Comment:
    reply = say(seat, scenario, **change)
    assert reply.status_code == 302, reply.content.decode()
    newest = Comment.objects.order_by("-pk").first()
    assert newest is not None
    return newest


def post(seat: Seat, name: str, about: Comment, headers: Any = None, **data: Any) -> Any:
    there = address(name, seat.workshop, about.pk)
    return signed_in(seat).post(there, data, headers=headers)


def page(seat: Seat, scenario: Scenario, query: str = "") -> str:
    there = address("comments", scenario.workshop, scenario.pk)
    reply = signed_in(seat).get(there + query)
    assert reply.status_code == 200
    return str(reply.content.decode())


def stands(about: Comment) -> str:
    """The words it is about, as they stand now."""
    assert about.anchor is not None
    draft = Draft.objects.get(pk=about.draft_id)
    start, end = placing.place(draft.pk, [about.anchor], draft.version)[about.anchor.pk]
    return text_of(draft)[start:end]


# --- saying something ---------------------------------------------------------------------


def test_a_comment_stays_on_its_words(scenario: Scenario, heron: Seat, plover: Seat) -> None:
    about = said(heron, scenario)
    write(plover, scenario, "So: " + RAIN.replace("It could rain", "It could indeed rain a lot"))

    assert stands(about) == "rain"
    read = page(plover, scenario)
    assert "<mark>rain</mark>" in read
    assert "How much of it?" in read
    assert "Marabou" in read


def test_when_its_words_are_gone_a_comment_says_so_and_shows_them(
    scenario: Scenario, heron: Seat, plover: Seat
) -> None:
    about = said(heron, scenario, quote="It could rain. ")
    write(plover, scenario, "Nobody would mind.\n\nIt could also snow.")

    assert stands(about) == ""
    read = page(plover, scenario)
    assert "These words are no longer in the text." in read
    assert "It could rain." in read
    assert "<mark>" not in read


def test_words_that_come_back_are_found_again(
    scenario: Scenario, heron: Seat, plover: Seat
) -> None:
    about = said(heron, scenario, quote="Nobody would mind.", replacement="Few would mind.")
    write(plover, scenario, "It could also snow.")
    assert "These words are no longer in the text." in page(heron, scenario)
    write(plover, scenario, "So: " + RAIN)

    assert "<mark>Nobody would mind.</mark>" in page(heron, scenario)
    assert post(plover, "settle", about, move="accept").status_code == 302
    assert "Few would mind." in text(scenario)


def test_what_stands_there_now_is_said_beside_what_stood_there(
    scenario: Scenario, heron: Seat, plover: Seat
) -> None:
    said(heron, scenario, quote="It could rain.")
    write(plover, scenario, RAIN.replace("could rain", "could pour"))

    assert 'There it now says: <q dir="auto">It could pour.</q>' in page(heron, scenario)


def test_saying_it_twice_with_one_key_is_saying_it_once(scenario: Scenario, heron: Seat) -> None:
    key = uuid.uuid4()
    for _ in range(2):
        assert say(heron, scenario, client_key=key).status_code == 302

    assert (Comment.objects.count(), Anchor.objects.count()) == (1, 1)
    news = Activity.objects.get(contribution__kind=Contribution.Kind.COMMENT)
    reply = signed_in(heron).get(address("comment", scenario.workshop, Comment.objects.get().pk))
    assert news.seat == heron
    there = address("comments", scenario.workshop, scenario.pk)
    assert reply.headers["Location"] == f"{there}#comment-{news.contribution_id}"


def test_what_cannot_be_said_is_answered_with_a_sentence(scenario: Scenario, heron: Seat) -> None:
    cases: list[tuple[dict[str, str], str]] = [
        ({"quote": "sunshine"}, "These words do not stand in the text."),
        ({"quote": "It could"}, "These words stand there more than once."),
        ({"text": ""}, "Say something, or suggest other words."),
        ({"text": "x" * 2001}, "2000"),
        ({"text": "a\0b"}, "Null"),
        ({"quote": "r\0ain"}, "Null"),
        ({"quote": "", "replacement": "hail"}, "Quote the words"),
        ({"quote": "rain", "replacement": "rain"}, "These are the words that stand there."),
        ({"near": "first"}, "near"),
        ({"near": "-1"}, "near"),
        ({"client_key": "nonsense"}, "out of date"),
    ]
    for change, sentence in cases:
        reply = say(heron, scenario, **change)
        assert (reply.status_code, change) == (422, change)
        assert sentence in reply.content.decode()
    assert not Comment.objects.exists()


def test_words_that_stand_more_than_once_are_found_where_they_were_selected(
    scenario: Scenario, heron: Seat
) -> None:
    about = said(heron, scenario, quote="It could", near=30)

    assert about.anchor is not None
    assert about.anchor.made_start == RAIN.rindex("It could")
    assert said(heron, scenario, quote="").anchor is None


def test_who_takes_no_part_says_nothing(scenario: Scenario, heron: Seat) -> None:
    about = said(heron, scenario)

    for role in (Role.OBSERVER, Role.CONVENOR, Role.MODERATOR):
        seat = make_seat(scenario.workshop, role)
        assert say(seat, scenario).status_code == 403
        for name, data in (("comment", {}), ("settle", {"move": "accept"}), ("react", {})):
            assert post(seat, name, about, **data).status_code == 403
    assert Comment.objects.count() == 1


def test_when_drafting_is_over_so_is_talking_about_it(scenario: Scenario, heron: Seat) -> None:
    about = said(heron, scenario)
    move_to(scenario.workshop, StageKind.CONSENT)

    assert say(heron, scenario).status_code == 403
    assert post(heron, "react", about, word="agree").status_code == 403
    assert "How much of it?" in page(heron, scenario)
    assert "<textarea" not in page(heron, scenario)


def test_a_comment_elsewhere_is_not_there(scenario: Scenario, heron: Seat) -> None:
    about, stranger = said(heron, scenario), make_seat(make_workshop())

    for name in ("comment", "settle", "react"):
        assert post(stranger, name, about).status_code == 404
    there = address("comments", stranger.workshop, scenario.pk)
    assert signed_in(stranger).post(there).status_code == 404


# --- replies, settling, reactions -----------------------------------------------------------


def test_a_reply_stands_under_what_it_answers_and_there_is_one_level(
    scenario: Scenario, heron: Seat, plover: Seat
) -> None:
    about = said(heron, scenario)
    assert post(plover, "comment", about, text="A lot.", client_key=uuid.uuid4()).status_code == 302
    answer = Comment.objects.get(parent=about)

    assert "A lot." in page(heron, scenario)
    assert post(heron, "comment", answer, text="No.", client_key=uuid.uuid4()).status_code == 409
    assert post(heron, "comment", about, text="", client_key=uuid.uuid4()).status_code == 422
    assert Comment.objects.count() == 2


def test_a_thread_is_settled_and_opened_again(
    scenario: Scenario, heron: Seat, plover: Seat
) -> None:
    about = said(heron, scenario)
    assert post(plover, "settle", about, move="resolve").status_code == 302

    assert "How much" not in page(heron, scenario)
    assert "How much" in page(heron, scenario, "?show=settled")
    assert post(heron, "settle", about, move="resolve").status_code == 409
    assert post(heron, "settle", about, move="reopen").status_code == 302
    assert "How much" in page(heron, scenario)
    assert post(heron, "settle", about, move="vanish").status_code == 422


def test_only_its_author_takes_a_comment_back(
    scenario: Scenario, heron: Seat, plover: Seat
) -> None:
    about = said(heron, scenario)
    assert post(plover, "settle", about, move="withdraw").status_code == 403
    assert post(heron, "settle", about, move="withdraw").status_code == 302

    assert "How much" not in page(heron, scenario)
    assert post(plover, "comment", about, text="?", client_key=uuid.uuid4()).status_code == 404


def test_reactions_are_counted_from_k_on(scenario: Scenario, heron: Seat) -> None:
    about = said(heron, scenario)
    k = scenario.workshop.small_cell
    seats = [make_seat(scenario.workshop) for _ in range(k)]

    def count(seat: Seat) -> int | None:
        draft = Draft.objects.get(scenario=scenario)
        [thread] = talk(draft, text_of(draft), seat, abilities(seat)).threads
        return next(word.count for word in thread.said.words if word.value == "agree")

    for seat in seats[:-1]:
        actions.react(about, word="agree", by=seat)
        assert (count(seat), count(heron)) == (None, None)
    assert post(seats[-1], "react", about, word="agree").status_code == 302
    assert (count(heron), count(seats[-1])) == (k, None)  # one's own lifts nothing over k
    actions.react(about, word="agree", by=seats[-1])
    assert (count(heron), Reaction.objects.count()) == (None, k - 1)
    actions.react(about, word="thanks", by=seats[0])
    assert Reaction.objects.get(seat=seats[0]).word == "thanks"
    assert post(heron, "react", about, word="agree").status_code == 409
    assert post(seats[0], "react", about, word="hooray").status_code == 422


# --- suggestions ----------------------------------------------------------------------------


def test_an_accepted_suggestion_is_an_edit_of_whoever_suggested_it(
    scenario: Scenario, heron: Seat, plover: Seat
) -> None:
    about = said(heron, scenario, quote="rain", replacement="pour 😀", text="")
    assert Activity.objects.filter(contribution__kind=Contribution.Kind.SUGGESTION).exists()
    assert post(plover, "settle", about, move="accept").status_code == 302

    assert text(scenario) == RAIN.replace("rain", "pour 😀")
    edit = Edit.objects.latest("version")
    assert (edit.seat, edit.version) == (heron, 2)
    assert ("pour 😀", heron.pk) in written_at(scenario.draft.pk, 2)
    about.refresh_from_db()
    assert (about.outcome, about.settled_by, about.accepted_as) == (Outcome.ACCEPTED, plover, 2)
    for move in ("accept", "decline", "reopen", "resolve"):
        assert post(plover, "settle", about, move=move, word="No").status_code == 409
    assert Edit.objects.count() == 2


def test_a_suggestion_may_take_words_out(scenario: Scenario, heron: Seat, plover: Seat) -> None:
    about = said(heron, scenario, quote=" Nobody would mind.", suggest="on", text="")
    post(plover, "settle", about, move="accept")

    assert text(scenario) == "It could rain.\n\nIt could also snow."


def test_a_suggestion_for_words_that_changed_is_not_put_in(
    scenario: Scenario, heron: Seat, plover: Seat
) -> None:
    about = said(heron, scenario, quote="It could rain.", replacement="It could hail.")
    write(plover, scenario, RAIN.replace("could rain", "could pour"))
    reply = post(plover, "settle", about, move="accept")

    assert reply.status_code == 409
    assert "It has changed since this page was made." in reply.content.decode()
    assert 'value="accept"' not in page(plover, scenario)
    assert "could pour" in text(scenario)


def test_a_suggestion_is_declined_with_a_word(
    scenario: Scenario, heron: Seat, plover: Seat
) -> None:
    about = said(heron, scenario, quote="rain", replacement="pour")
    assert post(plover, "settle", about, move="decline").status_code == 422
    assert post(plover, "settle", about, move="decline", word="Too strong").status_code == 302

    assert "Too strong" in page(heron, scenario, "?show=settled")
    assert text(scenario) == RAIN
    assert post(heron, "settle", about, move="reopen").status_code == 302
    about.refresh_from_db()
    assert (about.outcome, about.word) == (Outcome.OPEN, "")


def test_whoever_may_not_write_in_a_draft_puts_no_suggestion_in(
    scenario: Scenario, heron: Seat, plover: Seat
) -> None:
    about = said(heron, scenario, quote="rain", replacement="pour")
    Draft.objects.update(frozen=True)

    for move in ("accept", "decline"):
        assert post(plover, "settle", about, move=move, word="No").status_code == 403
    assert 'value="accept"' not in page(plover, scenario)
    assert text(scenario) == RAIN
    assert said(plover, scenario).text == "How much of it?"  # one may speak of it all the same


def test_those_of_another_group_suggest_and_only_its_own_group_decides(
    scenario: Scenario, heron: Seat, plover: Seat
) -> None:
    GroupMember.objects.create(scenario=scenario, seat=plover)
    about = said(heron, scenario, quote="rain", replacement="pour")

    assert 'value="accept"' not in page(heron, scenario)
    assert post(heron, "settle", about, move="accept").status_code == 403
    assert post(plover, "settle", about, move="accept").status_code == 302
    assert text(scenario) == RAIN.replace("rain", "pour")


def test_upkeep_remembers_how_far_it_was_worked_out_where_words_are(
    scenario: Scenario, heron: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = said(heron, scenario)
    write(heron, scenario, "So: " + RAIN)
    monkeypatch.setattr(placing, "FAR", 0)
    tend_drafts()

    anchor = Anchor.objects.get(comment=about)
    assert (anchor.made_at, anchor.version, anchor.start) == (1, 2, anchor.made_start + 4)
    assert stands(about) == "rain"
    draft = Draft.objects.get(scenario=scenario)
    assert first_difference(draft) is None
    Anchor.objects.update(start=anchor.start - 1)
    assert f"anchor {anchor.pk} is not where the log puts it" in (first_difference(draft) or "")


# --- moderators, pages, parts ---------------------------------------------------------------


def test_a_moderator_takes_a_comment_down_and_its_author_reads_why(
    scenario: Scenario, heron: Seat, plover: Seat
) -> None:
    about = said(heron, scenario)
    judge = make_seat(scenario.workshop, Role.MODERATOR)
    there = f"/workshops/{scenario.workshop.slug}/moderation/{about.pk}/"
    assert "How much of it?" in signed_in(judge).get(there).content.decode()
    moderation.decide(about, version=1, action="redact", reason="attack", note="Kinder.", by=judge)

    assert "How much" not in page(plover, scenario)
    own = page(heron, scenario)
    assert "How much" in own
    assert "Kinder." in own
    assert post(plover, "comment", about, text="?", client_key=uuid.uuid4()).status_code == 404


def test_the_chatham_house_rule_names_nobody_who_comments(heron: Seat) -> None:
    workshop = make_workshop(attribution=Workshop.Attribution.CHATHAM)
    scenario = make_scenario(workshop)
    author, reader = make_seat(workshop, pseudonym="Marabou"), make_seat(workshop)
    write(reader, scenario, RAIN)
    about = said(author, scenario, replacement="pour")
    post(author, "comment", about, text="Well?", client_key=uuid.uuid4())

    read = page(reader, scenario)
    assert "Marabou" not in read
    assert "Somebody" in read


def test_with_scripting_only_what_is_said_comes_back(
    scenario: Scenario, heron: Seat, plover: Seat
) -> None:
    about = said(heron, scenario, quote="rain", replacement="pour")
    reply = post(plover, "settle", about, headers={"X-Part": "1"}, move="accept")

    part = reply.content.decode()
    assert (reply.status_code, "<html" in part) == (200, False)
    assert 'data-version="2"' in part
    assert "It is in the text now." in part


def test_many_comments_make_no_more_queries(scenario: Scenario, heron: Seat, plover: Seat) -> None:
    there = address("comments", scenario.workshop, scenario.pk)
    client = signed_in(plover)
    about = said(heron, scenario)
    post(heron, "comment", about, text="Well?", client_key=uuid.uuid4())
    with_one = queries(client, there)
    for _ in range(8):
        one = actions.comment(
            scenario.draft,
            quote="snow",
            text="And?",
            client_key=uuid.uuid4(),
            by=make_seat(scenario.workshop),
        )
        actions.reply(one, text="Well?", client_key=uuid.uuid4(), by=heron)
        actions.react(one, word="agree", by=plover)

    assert queries(client, there) == with_one


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_one_suggestion_one_does() -> None:
    scenario = make_scenario(make_workshop())
    write(make_seat(scenario.workshop), scenario, RAIN)
    about = said(make_seat(scenario.workshop), scenario, quote="rain", replacement="pour")
    seats = [make_seat(scenario.workshop) for _ in range(4)]
    start, outcomes = threading.Barrier(len(seats)), []

    def take(by: Seat) -> None:
        start.wait()
        try:
            outcomes.append(f"version {actions.accept(about, by=by)}")
        except actions.Overtaken:
            outcomes.append("overtaken")
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[seat]) for seat in seats]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == [*["overtaken"] * 3, "version 2"]
    assert text(scenario) == RAIN.replace("rain", "pour")
