import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scenarios import report as reports
from scenarios.actions import board, publication
from scenarios.models import Assumption, Release, Response, Scenario
from tests.factories import (
    make_assumption,
    make_person,
    make_revision,
    make_scenario,
    make_seat,
    make_workshop,
    move_to,
)
from workshops import glossary, moderation
from workshops.actions import opening, seats
from workshops.models import Contribution, Decision, GlossaryTerm, Role, Seat, StageKind, Workshop

pytestmark = pytest.mark.django_db
STORY = "# The well\n\n## 2029: A meter\n\nIt *could* rain."


def accept(author: Seat, scenario: Scenario, text: str = STORY) -> None:
    revision = make_revision(author, scenario, text)
    moderator = make_seat(author.workshop, Role.MODERATOR)
    moderation.decide(revision, version=1, action="publish", by=moderator)


def ready(**facts: str) -> tuple[Workshop, Seat, Seat]:
    """A workshop in its publication stage with one accepted story, its facilitator and its author."""
    workshop = make_workshop(**facts)
    author = make_seat(workshop, pseudonym="Wagtail")
    accept(author, make_scenario(workshop, title="The shared well", premise="Nobody planned it."))
    move_to(workshop, StageKind.PUBLICATION)
    return workshop, make_seat(workshop, Role.FACILITATOR), author


def client_of(seat: Seat | None) -> Client:
    client = Client()
    if seat is not None:
        assert seat.participant is not None
        client.force_login(seat.participant)
    return client


def page(workshop: Workshop, name: str = "report") -> str:
    return reverse(f"scenarios:{name}", args=[workshop.slug])


def test_the_facilitators_word_releases_the_report_to_anyone_with_its_address() -> None:
    workshop, facilitator, _author = ready(visibility="public")
    assert client_of(None).get(page(workshop)).status_code == 404

    response = client_of(facilitator).post(page(workshop, "release"), {"act": "release"})

    assert response["Location"] == page(workshop)
    shown = client_of(None).get(page(workshop))
    assert shown.status_code == 200
    for words in ("The shared well", "Nobody planned it.", "<em>could</em>", "2029", "A meter"):
        assert words in shown.content.decode()
    assert Scenario.objects.get().state == Scenario.State.PUBLISHED
    assert workshop.activity.all()[0].verb == "released"


def test_a_convenor_who_sits_has_to_say_so_too() -> None:
    workshop, facilitator, _author = ready()
    convenor = make_seat(workshop, Role.CONVENOR)

    assert publication.release(by=facilitator) is False
    workshop.refresh_from_db()
    assert workshop.state == Workshop.State.RUNNING
    assert publication.release(by=convenor) is True

    workshop.refresh_from_db()
    assert workshop.state == Workshop.State.PUBLISHED


def test_a_word_can_be_taken_back_until_the_report_is_out() -> None:
    workshop, facilitator, _author = ready()
    convenor = make_seat(workshop, Role.CONVENOR)
    publication.release(by=facilitator)

    assert publication.take_back(by=facilitator)
    assert publication.release(by=convenor) is False
    publication.release(by=facilitator)

    assert publication.take_back(by=facilitator) is False
    assert Release.objects.count() == 2


def test_releasing_twice_is_releasing_once() -> None:
    workshop, facilitator, _author = ready()

    assert [publication.release(by=facilitator) for _ in range(2)] == [True, True]

    assert Release.objects.count() == 1
    assert workshop.activity.filter(verb="released").count() == 1


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.MODERATOR, Role.OBSERVER])
def test_releasing_is_refused_to_other_roles(role: str) -> None:
    workshop, _facilitator, _author = ready()
    seat = make_seat(workshop, role)

    with pytest.raises(PermissionDenied):
        publication.release(by=seat)

    assert client_of(seat).post(page(workshop, "release"), {"act": "release"}).status_code == 403
    assert not Release.objects.exists()


def test_releasing_is_refused_before_its_stage() -> None:
    workshop, facilitator, _author = ready()
    move_to(workshop, StageKind.DRAFTING)

    with pytest.raises(PermissionDenied):
        publication.release(by=facilitator)


def test_nothing_is_released_while_no_story_is_accepted() -> None:
    workshop = make_workshop(StageKind.PUBLICATION)
    facilitator = make_seat(workshop, Role.FACILITATOR)
    make_revision(make_seat(workshop), make_scenario(workshop))

    response = client_of(facilitator).post(page(workshop, "release"), {"act": "release"})

    assert response.status_code == 409
    assert not Release.objects.exists()


@pytest.mark.parametrize("act", ["", "burn", "release\0"])
def test_a_press_on_no_button_is_a_sentence_and_changes_nothing(act: str) -> None:
    workshop, facilitator, _author = ready()

    response = client_of(facilitator).post(page(workshop, "release"), {"act": act})

    assert response.status_code == 422
    assert not Release.objects.exists()


@pytest.mark.parametrize("name", ["report", "report_markdown", "report_json"])
def test_a_report_for_members_is_not_there_for_anybody_else(name: str) -> None:
    workshop, facilitator, author = ready(visibility="members")
    publication.release(by=facilitator)
    stranger = make_seat(make_workshop())

    assert client_of(author).get(page(workshop, name)).status_code == 200
    assert client_of(stranger).get(page(workshop, name)).status_code == 404
    assert client_of(None).get(page(workshop, name)).status_code == 404


@pytest.mark.parametrize("name", ["report_markdown", "report_json"])
def test_files_of_a_preview_are_not_for_those_who_read_only_what_is_finished(name: str) -> None:
    workshop, _facilitator, author = ready()
    observer = make_seat(workshop, Role.OBSERVER)

    assert client_of(author).get(page(workshop, name)).status_code == 200
    assert client_of(observer).get(page(workshop, name)).status_code == 404
    waiting = client_of(observer).get(page(workshop)).content.decode()
    assert "not out yet" in waiting
    assert "Nobody planned it." not in waiting


def test_what_is_accepted_after_the_release_waits_for_another() -> None:
    workshop, facilitator, author = ready()
    publication.release(by=facilitator)
    move_to(workshop, StageKind.DRAFTING)

    accept(author, workshop.scenarios.get(), "# Other words")

    workshop.refresh_from_db()
    assert [story.text for story in reports.report_of(workshop).stories] == [STORY]


def test_no_stage_opened_again_changes_what_was_released() -> None:
    workshop, facilitator, author = ready(visibility="members")
    publication.release(by=facilitator)
    workshop.refresh_from_db()
    released = reports.as_json(reports.report_of(workshop))

    move_to(workshop, StageKind.CONVENING)
    facts = {"visibility": Workshop.Visibility.PUBLIC, "title": "Other words"}
    with pytest.raises(PermissionDenied):
        opening.edit_setup(facts=facts, ground_rules="", by=facilitator)
    with pytest.raises(PermissionDenied):
        seats.add_constituency(
            name="A side", label="", least_seats=1, required=True, by=facilitator
        )
    move_to(workshop, StageKind.DRAFTING)
    with pytest.raises(PermissionDenied):
        board.edit_scenario(
            workshop.scenarios.get(), title="Other words", premise="Late.", by=facilitator
        )
    glossary.propose_term(term="Late", definition="Too late.", client_key=uuid.uuid4(), by=author)

    workshop = Workshop.objects.get()
    assert reports.as_json(reports.report_of(workshop)) == released
    assert workshop.visibility == Workshop.Visibility.MEMBERS


def test_a_story_that_was_taken_down_and_restored_is_released() -> None:
    workshop, facilitator, _author = ready()
    revision = Contribution.objects.get(kind="revision")
    moderator = make_seat(workshop, Role.MODERATOR)
    move_to(workshop, StageKind.DRAFTING)
    Contribution.objects.update(state="held")
    Decision.objects.all().delete()
    for action, reason in (("return", "safety"), ("restore", "")):
        revision.refresh_from_db()
        moderation.decide(
            revision, version=revision.version, action=action, reason=reason, by=moderator
        )
    move_to(workshop, StageKind.PUBLICATION)
    publication.release(by=facilitator)

    workshop.refresh_from_db()
    assert [story.text for story in reports.report_of(workshop).stories] == [STORY]


def test_what_a_moderator_takes_down_leaves_the_report() -> None:
    workshop, facilitator, author = ready()
    publication.release(by=facilitator)
    revision = Contribution.objects.get(kind="revision")
    moderator = make_seat(workshop, Role.MODERATOR)

    moderation.decide(
        revision, version=revision.version, action="redact", reason="safety", by=moderator
    )

    shown = client_of(author).get(page(workshop))
    assert "<em>could</em>" not in shown.content.decode()
    assert reports.report_of(workshop).stories == []


def answered(workshop: Workshop, agree: int, disagree: int) -> Assumption:
    assumption = make_assumption(make_seat(workshop))
    for answer, people in (("agree", agree), ("disagree", disagree)):
        for _ in range(people):
            Response.objects.create(assumption=assumption, seat=make_seat(workshop), answer=answer)
    return assumption


@pytest.mark.parametrize(
    ("agree", "disagree", "standing"),
    [
        (6, 0, "shared"),
        (6, 4, "shared"),
        (5, 0, "open"),
        (5, 4, "open"),
        (9, 6, "open"),
        (0, 9, "open"),
    ],
)
def test_shared_means_enough_who_agree_and_most_who_answered(
    agree: int, disagree: int, standing: str
) -> None:
    workshop = make_workshop()
    answered(workshop, agree, disagree)

    assert [given.standing for given in reports.report_of(workshop).givens] == [standing]


@pytest.mark.parametrize("outcome", ["shared", "reserved", "contested"])
def test_what_consent_settled_stands_as_it_was_settled(outcome: str) -> None:
    workshop = make_workshop()
    make_assumption(make_seat(workshop), outcome=outcome)

    assert [given.standing for given in reports.report_of(workshop).givens] == [outcome]


@pytest.mark.parametrize(
    ("attribution", "people", "named"),
    [
        ("pseudonymous", 5, True),
        ("pseudonymous", 4, False),
        ("named", 5, True),
        ("chatham", 9, False),
    ],
)
def test_writers_are_named_where_they_may_be_and_are_enough(
    attribution: str, people: int, named: bool
) -> None:
    workshop = make_workshop(attribution=attribution)
    names = [make_seat(workshop).pseudonym for _ in range(people)]

    assert reports.report_of(workshop).writers == (sorted(names) if named else [])


@pytest.mark.parametrize(("people", "told"), [(5, 5), (4, None)])
def test_how_many_took_part_is_told_from_k_people_on(people: int, told: int | None) -> None:
    workshop = make_workshop(small_cell=5)
    seats = [make_seat(workshop) for _ in range(people)]

    shown = client_of(seats[0]).get(page(workshop)).content.decode()

    assert reports.report_of(workshop).people == told
    assert ("People who took part" in shown) == (told is not None)


def test_the_files_hold_what_the_page_shows() -> None:
    workshop, facilitator, author = ready()
    GlossaryTerm.objects.create(
        seat=author,
        client_key=uuid.uuid4(),
        kind=Contribution.Kind.TERM,
        term="Meter",
        definition="What\ncounts.",
    )
    publication.release(by=facilitator)

    markdown = client_of(author).get(page(workshop, "report_markdown")).content.decode()
    facts = client_of(author).get(page(workshop, "report_json")).json()

    assert (
        "## The shared well\n\n*Nobody planned it.*\n\n### The well\n\n#### 2029: A meter"
        in markdown
    )
    assert "- **Meter**: What counts." in markdown
    assert facts["format_version"] == reports.FORMAT_VERSION
    assert facts["scenarios"][0]["text"] == STORY
    assert facts["scenarios"][0]["timeline"] == [{"year": 2029, "when": "2029", "title": "A meter"}]
    assert facts["glossary"][0]["term"] == "Meter"


def test_the_report_asks_the_database_as_often_for_many_as_for_one() -> None:
    workshop, _facilitator, author = ready()
    client, counts = client_of(author), []
    for rows in (1, 29):
        move_to(workshop, StageKind.DRAFTING)
        for _ in range(rows):
            make_assumption(author)
            accept(author, make_scenario(workshop))
        client.get(page(workshop))
        with CaptureQueriesContext(connection) as queries:
            client.get(page(workshop))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_person_without_any_seat_is_told_nothing_by_the_release_page() -> None:
    workshop, _facilitator, _author = ready()
    client = Client()
    client.force_login(make_person())

    assert client.get(page(workshop, "release")).status_code == 404


def test_a_story_that_begins_with_its_title_says_it_once() -> None:
    workshop = make_workshop()
    author = make_seat(workshop)
    accept(author, make_scenario(workshop, title="The dry well"), "# The Dry Well\n\nNo *rain*.")
    accept(author, make_scenario(workshop, title="The shared well"))

    stories = {story.title: story.text for story in reports.report_of(workshop).stories}

    assert stories == {"The dry well": "No *rain*.", "The shared well": STORY}
