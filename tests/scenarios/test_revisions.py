import uuid
from typing import Any

import pytest

from scenarios.kinds import authors_of
from scenarios.models import Draft, Revision, Scenario
from tests.factories import make_revision, make_scenario, make_seat, make_workshop, move_to
from tests.scenarios.addresses import address
from tests.scenarios.clients import signed_in
from tests.scenarios.test_drafts import write
from workshops import moderation
from workshops.contributions import kind_of
from workshops.models import Activity, Contribution, Role, Seat, StageKind

pytestmark = pytest.mark.django_db

State = Contribution.State


def submit(seat: Seat, scenario: Scenario, **change: Any) -> Any:
    version = Draft.objects.get(scenario=scenario).version
    data = {"client_key": uuid.uuid4(), "version": version, "summary": "First."} | change
    return signed_in(seat).post(address("submit", seat.workshop, scenario.pk), data)


def decide(revision: Revision, action: str, by: Seat, **facts: Any) -> None:
    revision.refresh_from_db()
    moderation.decide(revision, version=revision.version, action=action, by=by, **facts)
    revision.refresh_from_db()


# --- handing in -----------------------------------------------------------------------------


def test_a_revision_handed_in_twice_with_one_key_is_there_once_and_waits() -> None:
    scenario = make_scenario(make_workshop())
    seat, key = make_seat(scenario.workshop), uuid.uuid4()
    write(seat, scenario, "It could rain.")

    replies = [submit(seat, scenario, client_key=key) for _ in range(2)]

    revision = Revision.objects.get()
    assert [reply["Location"] for reply in replies] == [
        address("revision", seat.workshop, revision.pk)
    ] * 2
    assert (revision.text, revision.draft_version, revision.state, revision.summary) == (
        "It could rain.",
        1,
        State.HELD,
        "First.",
    )


def test_what_was_read_is_what_is_handed_in() -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)
    write(seat, scenario, "It could rain.")
    write(make_seat(scenario.workshop), scenario, "It could pour.")

    assert submit(seat, scenario, version=1).status_code == 302
    assert Revision.objects.get().text == "It could rain."


def test_nothing_new_is_not_handed_in() -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)
    write(seat, scenario, "It could rain.")
    submit(seat, scenario)

    reply = submit(make_seat(scenario.workshop), scenario)

    assert reply.status_code == 409
    assert "Nothing has changed since the last revision was handed in." in reply.content.decode()
    assert Revision.objects.count() == 1


def test_an_empty_page_is_not_handed_in() -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)

    reply = submit(seat, scenario)

    assert reply.status_code == 409
    assert "There is nothing written yet" in reply.content.decode()
    assert not Revision.objects.exists()


def test_a_newer_revision_takes_the_place_of_one_that_waits() -> None:
    scenario = make_scenario(make_workshop())
    seat, moderator = (make_seat(scenario.workshop, role) for role in ("participant", "moderator"))
    write(seat, scenario, "It could rain.")
    submit(seat, scenario)
    write(seat, scenario, "It could pour.")

    submit(seat, scenario)

    newer, older = Revision.objects.order_by("-pk")
    assert (newer.state, older.state) == (State.HELD, State.WITHDRAWN)
    with pytest.raises(moderation.Overtaken):
        moderation.decide(older, version=1, action="publish", by=moderator)


@pytest.mark.parametrize(
    "change",
    [
        {"summary": "x" * 301},
        {"summary": "a\0b"},
        {"version": "x"},
        {"version": ""},
        {"client_key": "x"},
    ],
)
def test_a_bad_submission_is_answered_with_a_sentence(change: dict[str, str]) -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)
    write(seat, scenario, "It could rain.")

    reply = submit(seat, scenario, **change)

    assert reply.status_code == 422
    assert "error-summary" in reply.content.decode()
    assert not Revision.objects.exists()


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MODERATOR, Role.CONVENOR])
def test_handing_in_is_refused_to_other_roles(role: str) -> None:
    scenario = make_scenario(make_workshop())
    write(make_seat(scenario.workshop), scenario, "It could rain.")

    assert submit(make_seat(scenario.workshop, role), scenario).status_code == 403
    assert not Revision.objects.exists()


def test_handing_in_is_refused_when_its_stage_is_over() -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)
    write(seat, scenario, "It could rain.")
    move_to(scenario.workshop, StageKind.CONSENT)

    assert submit(seat, scenario).status_code == 403
    assert not Revision.objects.exists()


# --- deciding -------------------------------------------------------------------------------


def test_a_moderator_reads_what_changed_word_by_word_since_the_last_accepted() -> None:
    scenario = make_scenario(make_workshop(), title="Ostrich")
    seat = make_seat(scenario.workshop)
    moderator = make_seat(scenario.workshop, Role.MODERATOR)
    write(seat, scenario, "It could rain all day.")
    submit(seat, scenario)
    decide(Revision.objects.get(), "publish", moderator)
    write(seat, scenario, "It could pour all day.")
    submit(seat, scenario, summary="More water.")
    revision = Revision.objects.get(state=State.HELD)

    page = (
        signed_in(moderator)
        .get(f"/workshops/{scenario.workshop.slug}/moderation/{revision.pk}/")
        .content.decode()
    )

    assert "Ostrich, a revision" in page
    assert "More water." in page
    assert "</bdi>rain<bdi" in page
    assert "</bdi>pour<bdi" in page


def test_an_accepted_revision_is_what_observers_read_and_ends_the_outline() -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)
    observer = signed_in(make_seat(scenario.workshop, Role.OBSERVER))
    write(seat, scenario, "It could rain.")
    submit(seat, scenario)
    revision = Revision.objects.get()
    there = address("revision", scenario.workshop, revision.pk)
    assert observer.get(there).status_code == 404

    decide(revision, "publish", make_seat(scenario.workshop, Role.MODERATOR))

    assert observer.get(there).status_code == 200
    assert "It could rain." in observer.get(scenario.get_absolute_url()).content.decode()
    scenario.refresh_from_db()
    assert scenario.state == Scenario.State.DRAFTING


def test_the_author_reads_why_it_came_back_and_nobody_else_does() -> None:
    scenario = make_scenario(make_workshop())
    seat, other = make_seat(scenario.workshop), make_seat(scenario.workshop)
    write(seat, scenario, "It will rain.")
    submit(seat, scenario)
    revision = Revision.objects.get()
    moderator = make_seat(scenario.workshop, Role.MODERATOR)
    decide(revision, "return", moderator, reason="says_will", note="Say could.")

    there = address("revision", scenario.workshop, revision.pk)
    mine = signed_in(seat).get(there).content.decode()
    theirs = signed_in(other).get(there).content.decode()

    assert "It says what will happen, not what could." in mine
    assert ("Say could." in mine, "Say could." in theirs) == (True, False)
    assert (
        "Your revision came back"
        in signed_in(seat).get(scenario.get_absolute_url()).content.decode()
    )


def test_redacted_words_are_read_by_their_author_and_moderators_only() -> None:
    scenario = make_scenario(make_workshop())
    author = make_seat(scenario.workshop)
    revision = make_revision(author, scenario, "Named words.", state=State.REDACTED)
    workshop = scenario.workshop
    readers = {
        author: 200,
        make_seat(workshop, Role.MODERATOR): 200,
        make_seat(workshop): 404,
        make_seat(workshop, Role.FACILITATOR): 404,
        make_seat(workshop, Role.OBSERVER): 404,
    }
    for reader, status in readers.items():
        reply = signed_in(reader).get(address("revision", workshop, revision.pk))
        assert reply.status_code == status
        assert (
            "Named words."
            not in signed_in(reader).get(scenario.get_absolute_url()).content.decode()
        )


def test_whoever_wrote_in_it_does_not_moderate_it() -> None:
    scenario = make_scenario(make_workshop())
    first, second, third = (make_seat(scenario.workshop) for _ in range(3))
    write(first, scenario, "It could rain.")
    make_revision(first, scenario, "It could rain.", state=State.PUBLISHED, draft_version=1)
    write(second, scenario, "It could pour.")
    revision = make_revision(third, scenario, "It could pour.", draft_version=2)

    assert authors_of(revision) == {second.pk, third.pk}
    assert kind_of(revision).authors(revision) == {second.pk, third.pk}


def test_a_revision_of_another_workshop_is_not_there() -> None:
    scenario = make_scenario(make_workshop())
    revision = make_revision(make_seat(scenario.workshop), scenario, state=State.PUBLISHED)
    client = signed_in(elsewhere := make_seat(make_workshop()))

    assert client.get(address("revision", elsewhere.workshop, revision.pk)).status_code == 404
    assert client.get(address("revision", scenario.workshop, revision.pk)).status_code == 404


def test_handing_in_is_news() -> None:
    scenario = make_scenario(make_workshop())
    seat = make_seat(scenario.workshop)
    write(seat, scenario, "It could rain.")
    submit(seat, scenario)

    news = Activity.objects.get(verb=Activity.Verb.CONTRIBUTED)
    assert news.contribution is not None
    assert kind_of(news.contribution).url(news.contribution) == address(
        "revision", scenario.workshop, news.contribution.pk
    )
