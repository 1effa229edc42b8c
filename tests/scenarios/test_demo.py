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
from scenarios.demo.valley import find_valley
from scenarios.groups import story as story_at
from scenarios.live import placing
from scenarios.live.changeset import ChangeSet, characters
from scenarios.live.history import text_at, text_of
from scenarios.live.verify import first_difference
from scenarios.models import (
    Anchor,
    Assumption,
    Comment,
    ConsentItem,
    Draft,
    GroupMember,
    Position,
    QualityRating,
    Question,
    Response,
    Revision,
    Scenario,
    Seed,
)
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
from workshops.permissions import Can, abilities, rights

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
    answered = Response.objects.filter(
        assumption__state="published", seat__workshop=workshop
    ).values_list("assumption", "seat__constituency__name")
    by_assumption: dict[int, set[str]] = {}
    for assumption, side in answered:
        by_assumption.setdefault(assumption, set()).add(side)

    assert len(by_assumption) == Assumption.objects.within(workshop).published().count() == 17
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


def test_every_story_is_written_by_a_group_that_mixes_the_sides(workshop: Workshop) -> None:
    members = GroupMember.objects.within(workshop).select_related("seat__constituency")
    groups: dict[int, list[str]] = {}
    for member in members:
        assert member.seat.constituency is not None
        groups.setdefault(member.scenario_id, []).append(member.seat.constituency.name)

    assert sorted(map(len, groups.values())) == [5, 5, 6, 6]
    assert all(len(set(sides)) >= 4 for sides in groups.values())


def test_from_the_moment_of_the_groups_only_they_have_written(workshop: Workshop) -> None:
    since = Activity.objects.get(workshop=workshop, verb=Activity.Verb.ARRANGED_GROUPS).at
    members = set(GroupMember.objects.within(workshop).values_list("scenario", "seat"))

    for draft in Draft.objects.within(workshop):
        for seat in set(draft.edits.filter(at__gt=since).values_list("seat", flat=True)):
            assert (draft.scenario_id, seat) in members


@pytest.mark.parametrize("place", ["participant", "second"])
def test_whoever_comes_writes_one_story_and_speaks_at_all(workshop: Workshop, place: str) -> None:
    seat = seat_for(workshop, place)
    assert seat is not None
    can = [story_at(one).abilities(seat, abilities(seat)) for one in workshop.scenarios.all()]

    assert sum(Can.CO_EDIT in here for here in can) == 1
    assert all(Can.COMMENT in here for here in can)


# --- the second workshop ----------------------------------------------------------------------


@pytest.fixture
def valley(workshop: Workshop) -> Workshop:
    found = find_valley()
    assert found is not None
    return found


def test_it_is_in_the_middle_of_its_consent(valley: Workshop) -> None:
    assert valley.stages.get(state=Stage.State.OPEN).kind == StageKind.CONSENT
    assert valley.small_cell == 3
    for side in valley.constituencies.all():
        assert side.seats.filter(state=Seat.State.TAKEN).count() == 6


def test_the_same_people_sit_there_under_other_names(workshop: Workshop, valley: Workshop) -> None:
    people = set()
    for place, (role, _label) in PLACES.items():
        here = seat_for(workshop, place)
        assert here is not None
        there = valley.seats.get(participant=here.participant_id)
        assert there.role == role
        assert there.pseudonym == read("valley")["places"][place]
        people.add(here.participant_id)

    both = Participant.objects.filter(seats__workshop=workshop).filter(seats__workshop=valley)
    assert set(both.values_list("pk", flat=True)) == people
    assert not names_in("workshop") & names_in("valley")


def test_its_items_show_every_outcome_and_two_wait_for_the_visitor(valley: Workshop) -> None:
    items = ConsentItem.objects.within(valley)

    assert {(item.words[:12], item.state, item.round, item.outcome) for item in items} == {
        ("The gauge at", "closed", 1, "shared"),
        ("A deep well ", "closed", 1, "reserved"),
        ("In a dry sum", "closed", 2, "contested"),
        ("The Long Tab", "closed", 1, "shared"),
        ("Old Habits", "closed", 1, "reserved"),
        ("Closed Gates", "open", 1, ""),
        ("قد يأتي شتاء", "open", 1, ""),
    }
    for name in ("Alder", "Pebble"):
        seat = valley.seats.get(pseudonym=name)
        assert items.asked().without_position_of(seat).count() == 2
    for item in items:
        assert (item.state == "closed") == (item.closed_at is not None)
        assert item.reservations.exists() == (item.outcome in {"reserved", "contested"})
        for count in item.tally.get("totals", {}).values():
            assert count >= valley.small_cell
    assert not Position.objects.exclude(seat__workshop=valley).exists()


def test_its_stories_were_rated_and_asked_about_by_those_who_do_not_write_them(
    valley: Workshop,
) -> None:
    members = set(GroupMember.objects.within(valley).values_list("scenario", "seat"))
    ratings = list(QualityRating.objects.values_list("scenario", "seat"))
    questions = Question.objects.filter(seat__workshop=valley)

    assert len(ratings) == 27
    assert not members & set(ratings)
    assert sorted(questions.values_list("reply", flat=True)) == ["answered"] * 3 + ["declined"]
    for question in questions:
        assert (question.scenario_id, question.seat_id) not in members
        assert (question.scenario_id, question.answered_by_id) in members


def test_its_texts_are_what_was_accepted_and_say_what_could_happen(valley: Workshop) -> None:
    for draft in Draft.objects.within(valley):
        revision = draft.revisions.get()
        assert (revision.state, revision.text) == ("published", text_of(draft))
        assert first_difference(draft) is None
        assert not PRESCRIBES.findall(revision.text)
        assert len(re.findall(r"^## \d{4} — .+$", revision.text, re.MULTILINE)) == 3


def test_its_axes_are_two_forces_that_matter_and_are_open(valley: Workshop) -> None:
    logic = valley.logics.get()
    critical = [
        row.force.pk
        for row in ranking(valley)
        if row.summary and row.summary.region == Region.CRITICAL
    ]

    assert [axis["force"] for axis in logic.axes] == critical


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

    page = client.get("/").content.decode()

    assert page.count('name="role"') == len(PLACES)
    for found in (workshop, find_valley()):
        assert found is not None
        assert f'<a href="{found.get_absolute_url()}"' in page


def test_the_data_names_no_seat_that_does_not_exist() -> None:
    names = names_in("workshop")
    named = set(re.findall(r'^(?:seat|moderator) = "(.+)"$', all_data(), re.MULTILINE))
    named |= set(re.findall(r'^  moderator = "(.+)"$', all_data(), re.MULTILINE))

    assert named <= names


def names_in(name: str) -> set[str]:
    data = read(name)
    groups = (data["seats"], data["roles"])
    return {name for group in groups for some in group.values() for name in some}


def all_data() -> str:
    """Of the first workshop."""
    paths = [path for path in sorted(Path(HERE).rglob("*.toml")) if path.stem != "valley"]
    return "\n".join(path.read_text("utf-8") for path in paths)
