"""The demonstration workshop: what it holds, and who can get in."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.test.utils import override_settings
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from participants.models import Delivery, Participant
from scenarios.analysis.ranking import Region
from scenarios.demo.history import HERE, BrokenHistory, moment, replay, stories, written
from scenarios.demo.load import load_demo, read
from scenarios.demo.places import PLACES, seat_for
from scenarios.live import placing
from scenarios.live.changeset import ChangeSet, characters
from scenarios.live.history import text_at, text_of
from scenarios.live.verify import first_difference
from scenarios.models import Anchor, Assumption, Comment, Draft, Response, Revision, Scenario, Seed
from scenarios.plot import ranking
from scenarios.timeline import timeline
from workshops.models import (
    Activity,
    Contribution,
    Decision,
    GlossaryTerm,
    Invitation,
    Role,
    Seat,
    Stage,
    StageKind,
    Workshop,
)
from workshops.permissions import rights

NOW = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
FACTS: dict[str, Any] = json.loads((HERE / "montfleur_facts.json").read_text("utf-8"))
PRESCRIBES = re.compile(r"\b(should|will|must|ought)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Workshop]:
    """Once for all: every test reads it, or changes it in a transaction inside this one."""
    with django_db_blocker.unblock(), override_settings(DEMO=True), transaction.atomic():
        yield load_demo()
        transaction.set_rollback(True)


@pytest.fixture
def workshop(loaded: Workshop, db: None) -> Workshop:
    return Workshop.objects.get(pk=loaded.pk)


@pytest.fixture(autouse=True)
def embedded(settings: Settings) -> None:
    settings.DEMO = True


# --- the words --------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", stories())
def test_a_history_replays_to_the_story(slug: str) -> None:
    story = stories()[slug]
    edits = list(replay(story, NOW))

    assert edits[-1].text == written(slug)
    assert 15 <= len(story["steps"]) <= 40
    assert 100 <= len(edits) <= 300
    assert len({edit.seat for edit in edits}) >= 5
    assert edits == sorted(edits, key=lambda edit: edit.when)
    assert edits[-1].when < NOW


@pytest.mark.parametrize("hour", [0, 6, 11, 21, 22, 23])
def test_a_history_is_in_order_at_whatever_hour_it_is_loaded(hour: int) -> None:
    for story in stories().values():
        assert list(replay(story, NOW.replace(hour=hour)))


@pytest.mark.parametrize("slug", stories())
def test_a_story_is_as_long_as_a_newspaper_feature_and_has_dates(slug: str) -> None:
    text = written(slug)

    assert 450 <= len(text.split()) <= 700
    assert len(re.findall(r"^## \d{4} — .+$", text, re.MULTILINE)) >= 4


def test_the_stories_say_what_could_happen_but_for_the_one_that_waits_for_the_moderator() -> None:
    offending = {slug: PRESCRIBES.findall(written(slug)) for slug in stories()}

    assert offending == {
        "ostrich": [],
        "lame-duck": [],
        "icarus": [],
        "flight-of-the-flamingos": ["should"],
    }


def test_a_step_that_does_not_fit_the_text_is_named() -> None:
    steps = [
        {"seat": "Heron", "when": "2d 10:00", "put": "One bird."},
        {"seat": "Heron", "when": "1d 10:00", "find": "Two birds.", "put": "Three."},
    ]

    with pytest.raises(BrokenHistory, match="Two birds"):
        list(replay({"slug": "broken", "steps": steps}, NOW))


def test_moments_are_read_on_the_clock_in_johannesburg() -> None:
    assert moment("1d 18:40", NOW) == datetime(2026, 3, 1, 16, 40, tzinfo=UTC)
    assert moment("in 9d 23:00", NOW) == datetime(2026, 3, 11, 21, 0, tzinfo=UTC)
    assert moment("5h", NOW) == NOW - timedelta(hours=5)
    assert moment("70m", NOW) == NOW - timedelta(minutes=70)


def test_the_frame_follows_the_facts() -> None:
    data, facts = read("workshop"), FACTS["workshop"]

    assert data["title"] == facts["title"]
    assert [data["base_year"], data["horizon_year"]] == facts["horizon"]
    questions = [question["question"].replace("’", "'") for question in data["branching"]]
    assert questions == [question["question"] for question in FACTS["branching"]]
    assert [s["title"] for s in stories().values()] == [s["name"] for s in FACTS["scenarios"]]
    assert sum(map(len, data["seats"].values())) == facts["participants"]["count"]
    both = sum(map(len, data["seats"].values())) + len(data["empty"])
    assert both == facts["participants"]["alternative_count"]


def test_the_introduction_says_where_sources_differ_and_that_the_words_are_ours() -> None:
    introduction = read("workshop")["introduction"]

    assert "22 people, others 25" in introduction
    assert "three meetings of three days, others of four weekends" in introduction
    assert "re-creation, not the original text" in introduction


# --- the rows ---------------------------------------------------------------------------------


def test_it_is_in_the_middle_of_its_drafting(workshop: Workshop) -> None:
    stage = workshop.stages.get(state=Stage.State.OPEN)

    assert stage.kind == StageKind.DRAFTING
    assert stage.closes_at is not None
    assert (stage.closes_at - datetime.now(UTC)).days in {8, 9}
    assert list(workshop.stages.values_list("state", flat=True)) == (
        ["closed"] * 5 + ["open"] + ["pending"] * 3
    )


def test_the_forces_were_rated_by_all_and_every_region_has_some(workshop: Workshop) -> None:
    rows = ranking(workshop)

    assert len(rows) == 11
    found = [row.summary for row in rows if row.summary]
    assert len(found) == 11
    assert {summary.region for summary in found} == set(Region)
    assert [row.force.name for row in rows if row.summary and row.summary.contested] == [
        "What the state spends beyond its income",
        "Mood of investors abroad",
    ]


def test_an_event_is_held_against_a_predetermined_element(workshop: Workshop) -> None:
    reader = workshop.seats.filter(state=Seat.State.TAKEN, role=Role.PARTICIPANT)[0]
    found = timeline(reader, rights(reader.role, StageKind.DRAFTING))

    assert not found.stray
    assert sum(len(mark.clashes) for lane in found.lanes for mark in lane.marks) == 1


def test_everybody_sits_and_three_chairs_are_empty(workshop: Workshop) -> None:
    def sitting(role: Role) -> int:
        return workshop.seats.filter(role=role, state=Seat.State.TAKEN).count()

    assert {role.value: sitting(role) for role in Role} == {
        "convenor": 1,
        "facilitator": 1,
        "moderator": 2,
        "participant": 22,
        "observer": 1,
    }
    assert workshop.seats.filter(participant=None).count() == 3
    assert not Participant.objects.exclude(email=None).exists()
    assert not any(person.has_usable_password() for person in Participant.objects.all())


def test_of_the_empty_chairs_one_is_offered_by_mail_and_one_by_code(workshop: Workshop) -> None:
    offers = Invitation.objects.acceptable().filter(seat__workshop=workshop)

    assert sorted(offers.values_list("state", flat=True)) == ["queued", "sent"]
    assert Delivery.objects.filter(kind="invitation", state="pending").count() == 1
    assert workshop.seats.filter(state=Seat.State.PREPARED).count() == 1


def test_k_lets_some_numbers_show_and_keeps_more_than_one_back(workshop: Workshop) -> None:
    taken = [side.seats.filter(state="taken").count() for side in workshop.constituencies.all()]

    assert taken == [5, 5, 5, 4, 3]
    assert workshop.small_cell == 5


def test_drafts_are_what_their_edits_make_of_nothing(workshop: Workshop) -> None:
    for draft in Draft.objects.within(workshop).prefetch_related("edits"):
        text = ""
        for version, edit in enumerate(draft.edits.all(), start=1):
            assert edit.version == version
            text = ChangeSet.parse(edit.changes).apply(text)
        assert characters(text) == text_of(draft)
        assert draft.version == version


def test_a_revision_is_the_text_at_its_version(workshop: Workshop) -> None:
    for revision in revisions_of(workshop):
        assert revision.text == text_at(revision.draft_id, revision.draft_version)


def revisions_of(workshop: Workshop) -> list[Revision]:
    """In the order in which they were handed in."""
    found = Revision._base_manager.filter(draft__scenario__workshop=workshop)
    return list(found.select_related("draft__scenario").order_by("created_at"))


def test_one_revision_waits_one_is_returned_and_one_scenario_is_published(
    workshop: Workshop,
) -> None:
    assert [(r.draft.scenario.title, r.state) for r in revisions_of(workshop)] == [
        ("Flight of the Flamingos", "published"),
        ("Ostrich", "published"),
        ("Lame Duck", "returned"),
        ("Flight of the Flamingos", "held"),
    ]
    assert list(Scenario.objects.filter(state="published").values_list("title", flat=True)) == [
        "Ostrich"
    ]
    accepted, _ostrich, _lame_duck, waiting = revisions_of(workshop)
    assert PRESCRIBES.findall(waiting.text) == ["should"]
    assert PRESCRIBES.findall(accepted.text) == []


def test_what_is_said_about_the_drafts_stands_at_its_words(workshop: Workshop) -> None:
    said = Comment.objects.filter(draft__scenario__workshop=workshop)
    drafts = Draft.objects.filter(scenario__workshop=workshop)
    assert [first_difference(draft) for draft in drafts] == [None] * 4

    assert {one.outcome for one in said} == {"open", "declined", "resolved"}
    assert said.open_suggestions().count() == 1
    gone = []
    for draft in drafts:
        placed = placing.place(draft.pk, list(Anchor.objects.filter(draft=draft)), draft.version)
        text = text_of(draft)
        gone += [one for one in placed if not text[slice(*placed[one])].strip()]
    assert gone == []


def test_every_constituency_answered_the_assumptions(workshop: Workshop) -> None:
    answered = Response.objects.filter(assumption__state="published").values_list(
        "assumption", "seat__constituency__name"
    )
    by_assumption: dict[int, set[str]] = {}
    for assumption, side in answered:
        by_assumption.setdefault(assumption, set()).add(side)

    assert len(by_assumption) == Assumption.objects.filter(state="published").count() == 17
    assert sorted(map(len, by_assumption.values())) == [3] + [5] * 16


def test_thirty_odd_seeds_became_four_scenarios(workshop: Workshop) -> None:
    assert 30 <= Seed.objects.count() <= 39
    for scenario in workshop.scenarios.all():
        assert scenario.seeds.filter(funnel=Seed.Funnel.MERGED).count() >= 3
    assert set(Seed.objects.values_list("funnel", flat=True)) == set(Seed.Funnel.values)
    assert set(Seed.objects.values_list("language", flat=True)) == {"en", "af", "zu", "ar"}


def test_moderators_decide_on_what_others_wrote_and_say_why(workshop: Workshop) -> None:
    for decision in Decision.objects.select_related("contribution", "moderator"):
        assert decision.moderator_id != decision.contribution.seat_id
        assert decision.moderator.role == Role.MODERATOR
        assert decision.note
        assert bool(decision.reason) == (decision.action == Decision.Action.RETURN)


def test_the_last_two_weeks_are_full_of_news(workshop: Workshop) -> None:
    days = {
        act.at.date()
        for act in Activity.objects.filter(at__gte=datetime.now(UTC) - timedelta(days=14))
    }

    assert len(days) >= 12
    assert not Activity.objects.filter(at__gt=datetime.now(UTC)).exists()


def test_every_row_fits_its_fields(workshop: Workshop) -> None:
    for row in rows_with_words(workshop):
        row.clean_fields()


def rows_with_words(workshop: Workshop) -> Iterator[Any]:
    yield workshop
    for related in ("stages", "seats", "constituencies", "ground_rules", "scenarios", "logics"):
        yield from getattr(workshop, related).all()
    for model in (Assumption, Seed, GlossaryTerm, Revision):
        yield from model._default_manager.all()
    yield from Decision.objects.all()
    yield from Participant.objects.all()


def test_loading_twice_finds_the_first(workshop: Workshop) -> None:
    before = (Contribution.objects.count(), Participant.objects.count())

    assert load_demo() == workshop
    assert (Contribution.objects.count(), Participant.objects.count()) == before


# --- the door ---------------------------------------------------------------------------------


def test_one_press_signs_in(client: Client, workshop: Workshop) -> None:
    for place, (role, _label) in PLACES.items():
        response = client.post("/demo/sign-in/", {"role": place})

        assert response.status_code == 302
        assert response["Location"] == workshop.get_absolute_url()
        seat = seat_for(workshop, place)
        assert seat is not None
        assert client.session["_auth_user_id"] == str(seat.participant_id)
        assert seat.role == role


def test_the_second_participant_is_of_another_side(workshop: Workshop) -> None:
    first, second = seat_for(workshop, "participant"), seat_for(workshop, "second")

    assert first is not None
    assert second is not None
    assert first.constituency != second.constituency


def test_a_seat_that_was_left_is_not_signed_in_to(client: Client, workshop: Workshop) -> None:
    seat = seat_for(workshop, "observer")
    assert seat is not None
    seat.state = Seat.State.LEFT
    seat.save()

    assert client.post("/demo/sign-in/", {"role": "observer"}).status_code == 404


def test_there_is_no_such_door_outside_embedded_mode(
    client: Client, workshop: Workshop, settings: Settings
) -> None:
    people = Participant.objects.count()
    settings.DEMO = False

    for method in (client.get, client.post):
        for path in ("/demo/", "/demo/sign-in/"):
            assert method(path, {"role": "facilitator"}).status_code == 404
    assert "_auth_user_id" not in client.session
    assert Participant.objects.count() == people


def test_whoever_took_a_seat_can_change_it_on_their_first_page(
    client: Client, workshop: Workshop
) -> None:
    client.post("/demo/sign-in/", {"role": "moderator"})

    assert client.get("/").content.decode().count('name="role"') == len(PLACES)


def test_the_data_names_no_seat_that_does_not_exist() -> None:
    data = read("workshop")
    names = {
        name for group in (data["seats"], data["roles"]) for some in group.values() for name in some
    }
    named = set(re.findall(r'^(?:seat|moderator) = "(.+)"$', all_data(), re.MULTILINE))
    named |= set(re.findall(r'^  moderator = "(.+)"$', all_data(), re.MULTILINE))

    assert named <= names


def all_data() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(Path(HERE).rglob("*.toml")))
