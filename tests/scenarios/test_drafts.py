import uuid
from typing import Any

import pytest

from scenarios.live.history import text_of
from scenarios.live.posted import Saved, save_text
from scenarios.models import Draft, Scenario
from tests.factories import make_revision, make_scenario, make_seat, make_workshop, move_to
from tests.scenarios.addresses import address
from tests.scenarios.clients import queries, signed_in
from workshops.models import Contribution, Role, Seat, StageKind, Workshop

pytestmark = pytest.mark.django_db

State = Contribution.State


def text(scenario: Scenario) -> str:
    return text_of(Draft.objects.get(scenario=scenario))


def write(seat: Seat, scenario: Scenario, words: str) -> None:
    """The whole text, as somebody else's form would save it."""
    draft = Draft.objects.get(scenario=scenario)
    done = save_text(
        draft, base_version=draft.version, text=words, client_key=uuid.uuid4(), by=seat
    )
    assert isinstance(done, Saved)


def save(seat: Seat, scenario: Scenario, words: str, **change: Any) -> Any:
    data = {"client_key": uuid.uuid4(), "version": 0, "text": words} | change
    return signed_in(seat).post(address("draft", seat.workshop, scenario.pk), data)


def read(
    seat: Seat, scenario: Scenario, name: str = "scenario", query: str = "", *args: int
) -> str:
    here = address(name, seat.workshop, scenario.pk, *args) + query
    return signed_in(seat).get(here).content.decode()


# --- writing without scripting --------------------------------------------------------------


def test_a_text_is_saved_by_a_form_once_however_often_it_is_sent() -> None:
    scenario = make_scenario(make_workshop())
    seat, key = make_seat(scenario.workshop), uuid.uuid4()

    for _ in range(2):
        reply = save(seat, scenario, "It could rain.\r\nIt could stay dry.\r\n", client_key=key)
        assert reply.status_code == 302

    assert text(scenario) == "It could rain.\nIt could stay dry.\n"
    assert Draft.objects.get().version == 1


def test_the_form_holds_the_text_and_the_version_it_belongs_to() -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)
    write(seat, scenario, "\nIt could <rain>.")

    page = read(seat, scenario, "draft")

    assert "\n\nIt could &lt;rain&gt;.</textarea>" in page, "the first line break is HTML's own"
    assert 'name="version" value="1"' in page


def test_when_others_changed_the_same_words_both_texts_are_shown_and_none_is_lost() -> None:
    scenario = make_scenario(make_workshop())
    seat, other = make_seat(scenario.workshop), make_seat(scenario.workshop)
    write(other, scenario, "It could rain.")
    write(other, scenario, "It could pour.")

    reply = save(seat, scenario, "It could drizzle.", version=1)

    assert reply.status_code == 409
    page = reply.content.decode()
    assert ("It could drizzle." in page, "It could pour." in page) == (True, True)
    assert 'name="version" value="2"' in page
    assert text(scenario) == "It could pour."
    assert save(seat, scenario, "It could pour or drizzle.", version=2).status_code == 302
    assert text(scenario) == "It could pour or drizzle."


@pytest.mark.parametrize(
    "change",
    [
        {"text": "a\0b"},
        {"text": "x" * 1_000_001},
        {"version": ""},
        {"version": "x"},
        {"version": "-1"},
        {"client_key": "x"},
        {"client_key": ""},
    ],
)
def test_a_bad_text_is_given_back_with_a_sentence(change: dict[str, str]) -> None:
    scenario = make_scenario(make_workshop())

    reply = save(make_seat(scenario.workshop), scenario, "It could rain.", **change)

    assert reply.status_code == 422
    assert "errorlist" in reply.content.decode()
    assert (text(scenario), Draft.objects.get().version) == ("", 0)


def test_a_version_that_never_was_is_a_conflict() -> None:
    scenario = make_scenario(make_workshop())

    reply = save(make_seat(scenario.workshop), scenario, "It could rain.", version=99)

    assert reply.status_code == 409
    assert "It could rain." in reply.content.decode()
    assert text(scenario) == ""


@pytest.mark.parametrize(
    ("role", "stage"),
    [
        (Role.MODERATOR, StageKind.DRAFTING),
        (Role.PARTICIPANT, StageKind.CHALLENGE),
        (Role.FACILITATOR, StageKind.CONSENT),
    ],
)
def test_who_may_only_read_gets_their_words_back_and_changes_nothing(role: str, stage: str) -> None:
    scenario = make_scenario(make_workshop(stage))
    seat = make_seat(scenario.workshop, role)

    page = read(seat, scenario, "draft")
    reply = save(seat, scenario, "It could rain.")

    assert "readonly" in page
    assert reply.status_code == 403
    assert "It could rain." in reply.content.decode()
    assert text(scenario) == ""


def test_a_frozen_draft_takes_nothing_and_says_so() -> None:
    scenario = make_scenario(make_workshop())
    Draft.objects.update(frozen=True)

    reply = save(make_seat(scenario.workshop), scenario, "It could rain.")

    assert reply.status_code == 403
    assert "This draft is frozen" in reply.content.decode()
    assert text(scenario) == ""


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.CONVENOR])
def test_living_drafts_and_their_history_are_not_for_those_who_look_on(role: str) -> None:
    scenario = make_scenario(make_workshop())
    write(make_seat(scenario.workshop), scenario, "It could rain.")
    client = signed_in(make_seat(scenario.workshop, role))

    for name, args in (("draft", ()), ("history", ()), ("version", (1,))):
        here = address(name, scenario.workshop, scenario.pk, *args)
        assert client.get(here).status_code == 403


@pytest.mark.parametrize("name", ["scenario", "draft", "history", "submit", "version"])
def test_a_scenario_of_another_workshop_is_not_there(name: str) -> None:
    seat, elsewhere = make_seat(make_workshop()), make_scenario(make_workshop())
    write(make_seat(elsewhere.workshop), elsewhere, "It could rain.")
    args = (elsewhere.pk, 1) if name == "version" else (elsewhere.pk,)
    client = signed_in(seat)

    assert client.get(address(name, seat.workshop, *args)).status_code == 404
    assert client.get(address(name, elsewhere.workshop, *args)).status_code == 404


# --- reading ------------------------------------------------------------------------------


def test_the_story_is_read_as_it_was_accepted_and_as_it_stands_now() -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)
    write(seat, scenario, "It *could* pour.")
    make_revision(seat, scenario, "It *could* rain.", state=State.PUBLISHED)

    assert "It <em>could</em> rain." in read(seat, scenario)
    assert "It <em>could</em> pour." in read(seat, scenario, query="?text=now")
    observer = make_seat(scenario.workshop, Role.OBSERVER)
    for query in ("", "?text=now"):
        page = read(observer, scenario, query=query)
        assert ("rain." in page, "pour." in page) == (True, False)


def test_before_anything_is_accepted_observers_read_no_story() -> None:
    scenario = make_scenario(make_workshop(), premise="Clouds gather.")
    seat = make_seat(scenario.workshop)
    write(seat, scenario, "It could pour.")
    make_revision(seat, scenario, "It could rain.")

    page = read(make_seat(scenario.workshop, Role.OBSERVER), scenario, query="?text=now")

    assert "Clouds gather." in page
    assert "rain." not in page
    assert "pour." not in page
    assert "It could pour." in read(seat, scenario)


def test_reading_pages_load_no_editor() -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)
    write(seat, scenario, "It could rain.")

    for name, args in (("scenario", ()), ("history", ()), ("version", (1,))):
        assert "flamingo-draft" not in read(seat, scenario, name, "", *args)
    assert "flamingo-draft" in read(seat, scenario, "draft")


def test_the_history_says_who_wrote_when_and_shows_the_text_then() -> None:
    scenario = make_scenario(make_workshop())
    heron = make_seat(scenario.workshop, pseudonym="Marabou")
    write(heron, scenario, "It could rain.")
    write(make_seat(scenario.workshop, pseudonym="Osprey"), scenario, "It could pour.")

    page = read(heron, scenario, "history")
    below = page.partition("Who wrote when")[2]
    assert below.index("Osprey") < below.index("Marabou")
    then = read(heron, scenario, "version", "", 1)
    assert ("It could rain." in then, "Marabou" in then) == (True, True)
    changed = read(heron, scenario, "version", "?since=1", 2)
    assert "</bdi>rain<bdi" in changed
    assert "</bdi>pour<bdi" in changed


@pytest.mark.parametrize(
    "there", ["history/2/", "history/0/", "history/1/?since=x", "history/?before=x"]
)
def test_a_version_that_never_was_is_not_there(there: str) -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)
    write(seat, scenario, "It could rain.")

    reply = signed_in(seat).get(scenario.get_absolute_url() + there)

    assert reply.status_code == 404


def test_a_longer_history_makes_no_more_queries_and_goes_on_on_another_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)
    client, here = signed_in(seat), address("history", scenario.workshop, scenario.pk)
    write(seat, scenario, "0")
    with_one = queries(client, here)
    for number in range(1, 30):
        write(make_seat(scenario.workshop), scenario, f"{number}")

    assert queries(client, here) == with_one
    monkeypatch.setattr("scenarios.views.history.EDITS_A_PAGE", 10)
    assert 'href="?before=21"' in read(seat, scenario, "history")
    older = read(seat, scenario, "history", "?before=11")
    assert 'href="?before=' not in older
    assert "history/10/" in older
    assert "history/11/" not in older


def test_the_chatham_house_rule_names_no_writer() -> None:
    workshop = make_workshop(attribution=Workshop.Attribution.CHATHAM)
    scenario = make_scenario(workshop)
    author, reader = make_seat(workshop, pseudonym="Marabou"), make_seat(workshop)
    write(author, scenario, "It could rain.")
    revision = make_revision(author, scenario, state=State.PUBLISHED)

    for name, args in (("scenario", ()), ("history", ()), ("version", (1,))):
        assert "Marabou" not in read(reader, scenario, name, "", *args)
    page = signed_in(reader).get(address("revision", workshop, revision.pk)).content.decode()
    assert "Marabou" not in page


def test_a_page_of_many_revisions_makes_no_more_queries() -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)
    client, here = signed_in(seat), address("scenario", scenario.workshop, scenario.pk)
    make_revision(seat, scenario)
    with_one = queries(client, here)
    for _ in range(29):
        make_revision(make_seat(scenario.workshop), scenario)

    assert queries(client, here) == with_one


def test_writing_is_over_when_its_stage_is() -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)
    write(seat, scenario, "It could rain.")

    there = address("draft", scenario.workshop, scenario.pk)
    assert there in read(seat, scenario)
    move_to(scenario.workshop, StageKind.CONSENT)
    assert there not in read(seat, scenario)
