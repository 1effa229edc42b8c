"""The first page and the page of a workshop."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories import (
    make_constituency,
    make_invitation,
    make_person,
    make_scenario,
    make_seat,
    make_workshop,
)
from tests.workshops.conftest import SignIn
from workshops.asking import of_facilitators, of_moderators
from workshops.models import (
    Activity,
    Contribution,
    Decision,
    GlossaryTerm,
    Role,
    Seat,
    Stage,
    StageKind,
    Workshop,
)
from workshops.permissions import abilities, open_stage
from workshops.templatetags.stages import how_long, purpose

pytestmark = pytest.mark.django_db


def put_in(
    seat: Seat, state: str = Contribution.State.PUBLISHED, term: str = "Delta"
) -> GlossaryTerm:
    row = GlossaryTerm.objects.create(
        seat=seat,
        kind=Contribution.Kind.TERM,
        client_key=uuid.uuid4(),
        term=term,
        definition="Where a river ends.",
        state=state,
    )
    Activity.objects.create(
        workshop=seat.workshop, seat=seat, verb=Activity.Verb.CONTRIBUTED, contribution=row
    )
    return row


def queries(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def body(client: Client, workshop: Workshop) -> str:
    answer = client.get(workshop.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


# --- the first page ---------------------------------------------------------------------------


def test_a_visitor_reads_what_flamingo_is_and_finds_the_ways_in() -> None:
    page = Client().get(reverse("home")).content.decode()

    for name in ("workshops:invitations", "account_login", "account_signup"):
        assert f'href="{reverse(name)}"' in page


def test_someone_without_a_seat_is_told_what_to_do_next(as_seat: SignIn) -> None:
    page = as_seat(make_person()).get(reverse("home")).content.decode()

    assert "You have no seat yet" in page
    assert f'href="{reverse("workshops:new")}"' in page


def test_the_first_page_lists_my_workshops_and_no_others(as_seat: SignIn) -> None:
    mine, left = make_workshop(title="Mine"), make_workshop(title="Left")
    make_workshop(title="Theirs")
    person = make_person()
    make_seat(mine, participant=person)
    make_seat(left, participant=person, state=Seat.State.LEFT)

    page = as_seat(person).get(reverse("home")).content.decode()

    assert "Mine" in page
    assert "Drafting" in page
    assert "Theirs" not in page
    assert "Left" not in page


def test_moderators_see_on_the_first_page_what_waits_for_them(as_seat: SignIn) -> None:
    workshop = make_workshop()
    put_in(make_seat(workshop), Contribution.State.HELD)
    put_in(make_seat(make_workshop()), Contribution.State.HELD)

    page = as_seat(make_seat(workshop, Role.MODERATOR)).get(reverse("home")).content.decode()
    other = as_seat(make_seat(workshop)).get(reverse("home")).content.decode()

    assert "1 waits for you" in page
    assert "waits for you" not in other


def test_a_seat_offered_to_my_address_is_on_my_first_page(as_seat: SignIn) -> None:
    place = make_seat(
        make_workshop(title="The river"), participant=None, pseudonym="", state=Seat.State.OFFERED
    )
    make_invitation(place, address="ana@example.org")

    hers = as_seat(make_person("ana@example.org")).get(reverse("home")).content.decode()
    his = as_seat(make_person("ben@example.org")).get(reverse("home")).content.decode()

    assert "The river" in hers
    assert "The river" not in his


def test_the_first_page_asks_as_often_for_one_workshop_as_for_thirty(as_seat: SignIn) -> None:
    person = make_person()
    client = as_seat(person)

    def fill(count: int) -> int:
        for _ in range(count):
            workshop = make_workshop()
            make_seat(workshop, participant=person)
            put_in(make_seat(workshop), Contribution.State.HELD)
            place = make_seat(workshop, participant=None, pseudonym="", state=Seat.State.OFFERED)
            make_invitation(place, address=person.email)
        return queries(lambda: client.get(reverse("home")))

    assert fill(1) == fill(18)


# --- the page of a workshop ---------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("kind", [None, *StageKind])
def test_the_page_stands_for_every_role_in_every_stage(
    as_seat: SignIn, role: str, kind: str | None
) -> None:
    workshop = make_workshop(kind)

    page = body(as_seat(make_seat(workshop, role)), workshop)

    assert workshop.focal_question in page


def test_strangers_and_those_who_left_find_nothing(as_seat: SignIn) -> None:
    workshop = make_workshop()
    gone = make_seat(workshop, state=Seat.State.LEFT)

    answers = [
        as_seat(make_person()).get(workshop.get_absolute_url()),
        as_seat(gone).get(workshop.get_absolute_url()),
        as_seat(make_person()).get("/workshops/no-such-workshop/"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert Client().get(workshop.get_absolute_url()).status_code == 302


def test_the_page_says_where_the_workshop_is_and_how_long_there_is(as_seat: SignIn) -> None:
    workshop = make_workshop()
    client = as_seat(make_seat(workshop))

    assert "No end is set yet" in body(client, workshop)
    Stage.objects.update(closes_at=timezone.now() + timedelta(days=3, minutes=5))
    assert "in 3 days" in body(client, workshop)
    Stage.objects.update(closes_at=timezone.now() - timedelta(days=2, minutes=5))
    assert "It was meant to close" in body(client, workshop)
    Stage.objects.update(state=Stage.State.CLOSED)
    assert "No stage is open at the moment" in body(client, workshop)


def test_times_are_told_in_the_readers_own_zone(as_seat: SignIn) -> None:
    workshop = make_workshop()
    closes_at = timezone.now().replace(hour=20, minute=45) + timedelta(days=3)
    Stage.objects.update(closes_at=closes_at)
    kathmandu = make_seat(workshop, participant=make_person(time_zone="Asia/Kathmandu"))

    assert "02:30" in body(as_seat(kathmandu), workshop)


def test_the_page_shows_what_became_of_what_i_put_in(as_seat: SignIn) -> None:
    workshop = make_workshop()
    seat, other = make_seat(workshop), make_seat(workshop)
    returned = put_in(seat, Contribution.State.RETURNED, term="Estuary")
    put_in(other, term="Weir")
    Decision.objects.create(
        contribution=returned,
        version=1,
        moderator=make_seat(workshop, Role.MODERATOR),
        action=Decision.Action.RETURN,
        reason=Decision.Reason.SAYS_WILL,
        note="Say what could.",
    )

    page = body(as_seat(seat), workshop)

    assert "Estuary" in page
    assert "returned to its author" in page
    assert "what will happen" in page
    assert "Say what could." in page
    assert "Weir" not in page
    assert "Say what could." not in body(as_seat(other), workshop)


def test_what_is_held_or_taken_down_does_not_appear_among_the_latest(as_seat: SignIn) -> None:
    workshop = make_workshop()
    author = make_seat(workshop, pseudonym="Plover")
    put_in(author, Contribution.State.HELD)
    put_in(author, Contribution.State.REDACTED)
    reader = make_seat(workshop)

    assert "Plover" not in body(as_seat(reader), workshop)
    put_in(author)
    assert "New from Plover: glossary term." in body(as_seat(reader), workshop)


def test_no_cache_keeps_a_page_of_somebody_signed_in(as_seat: SignIn) -> None:
    seat = make_seat(make_workshop())

    pages = [
        as_seat(seat).get(path) for path in ("/", seat.workshop.get_absolute_url(), "/nowhere")
    ]

    assert [page["Cache-Control"] for page in pages] == ["private, no-store"] * 3


def test_nobody_is_named_among_the_latest_under_the_chatham_house_rule(as_seat: SignIn) -> None:
    workshop = make_workshop(attribution=Workshop.Attribution.CHATHAM)
    put_in(make_seat(workshop, pseudonym="Plover"))

    page = body(as_seat(make_seat(workshop)), workshop)

    assert "New from Somebody" in page
    assert "Plover" not in page


def test_the_page_asks_as_often_with_one_row_as_with_thirty(as_seat: SignIn) -> None:
    workshop = make_workshop()
    seat = make_seat(workshop, Role.MODERATOR, pseudonym="Reader")
    client = as_seat(seat)

    def fill(count: int) -> int:
        for _ in range(count):
            put_in(seat)
            put_in(make_seat(workshop))
            put_in(make_seat(workshop), Contribution.State.HELD)
        return queries(lambda: client.get(workshop.get_absolute_url()))

    assert fill(1) == fill(29)


def test_the_navigation_has_the_rooms_of_each_role(as_seat: SignIn) -> None:
    workshop = make_workshop()
    doors = {
        role: body(as_seat(make_seat(workshop, role)), workshop)
        for role in (Role.FACILITATOR, Role.CONVENOR, Role.MODERATOR, Role.PARTICIPANT)
    }

    def seen(name: str) -> set[str]:
        link = f'<li><a href="{reverse(name, args=[workshop.slug])}"'
        return {role for role, page in doors.items() if link in page}

    assert seen("scenarios:situation") == set(doors)
    assert seen("workshops:seats") == {Role.FACILITATOR, Role.CONVENOR}
    assert seen("workshops:stages") == {Role.FACILITATOR}
    assert seen("workshops:moderation") == {Role.MODERATOR}


# --- what is asked ------------------------------------------------------------------------------


def asked_of_facilitator(seat: Seat) -> list[str]:
    return [ask.title for ask in of_facilitators(seat, abilities(seat), open_stage(seat.workshop))]


def test_a_facilitator_is_asked_to_fill_the_room() -> None:
    workshop = make_workshop(StageKind.CONVENING)
    facilitator = make_seat(workshop, Role.FACILITATOR)

    assert asked_of_facilitator(facilitator) == ["Add the seats", "Say when this stage closes"]
    side = make_constituency(workshop)
    for state in (Seat.State.PREPARED, Seat.State.OFFERED):
        make_seat(workshop, participant=None, pseudonym="", state=state, constituency=side)
    offered = Seat.objects.get(state=Seat.State.OFFERED)
    make_invitation(offered, expires_at=timezone.now())
    assert asked_of_facilitator(facilitator) == [
        "Offer 1 empty seat",
        "Renew 1 invitation that has expired",
        "Say when this stage closes",
    ]


def test_a_facilitator_is_asked_to_move_a_workshop_that_waits() -> None:
    workshop = make_workshop(StageKind.CONSENT)
    facilitator = make_seat(workshop, Role.FACILITATOR)
    stage = workshop.stages.get()
    stage.closes_at = timezone.now() + timedelta(hours=1)
    stage.save()

    assert asked_of_facilitator(facilitator) == []
    Stage.objects.update(closes_at=timezone.now())
    assert asked_of_facilitator(facilitator) == ["Close this stage, or give it more time"]
    Stage.objects.update(state=Stage.State.PENDING)
    assert asked_of_facilitator(facilitator) == ["Open the next stage"]
    Stage.objects.update(state=Stage.State.CLOSED)
    assert asked_of_facilitator(facilitator) == []


def test_a_moderator_is_asked_to_decide_on_what_others_put_in() -> None:
    workshop = make_workshop()
    moderator = make_seat(workshop, Role.MODERATOR)
    put_in(moderator, Contribution.State.HELD)
    put_in(make_seat(make_workshop()), Contribution.State.HELD)

    assert of_moderators(moderator, abilities(moderator), None) == []
    for _ in range(2):
        put_in(make_seat(workshop), Contribution.State.HELD)
    asked = of_moderators(moderator, abilities(moderator), None)
    assert [ask.title for ask in asked] == ["Decide on 2 contributions"]
    participant = make_seat(workshop)
    assert of_moderators(participant, abilities(participant), None) == []


def test_a_stage_says_what_it_is_for_in_its_facilitators_words_or_ours() -> None:
    stage = Stage(kind=StageKind.DRAFTING)

    assert purpose(stage).startswith("Write the stories together")
    stage.instructions = "Write about water."
    assert purpose(stage) == "Write about water."


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(days=9, hours=4), "in 9 days"),
        (timedelta(hours=30, minutes=1), "in 30 hours"),
        (timedelta(days=-3, hours=-2), "3 days ago"),
    ],
)
def test_how_long_is_told_in_one_unit(away: timedelta, words: str) -> None:
    assert how_long(timezone.now() + away) == words


# --- what happened lately ---------------------------------------------------------------------


def test_writing_is_told_once_for_each_hand_and_story_with_the_way_there(as_seat: SignIn) -> None:
    workshop = make_workshop()
    heron, plover = make_seat(workshop, pseudonym="Heron"), make_seat(workshop, pseudonym="Plover")
    dry, wet = make_scenario(workshop, title="Dry"), make_scenario(workshop, title="Wet")
    for seat, scenario in [(heron, dry), (heron, dry), (heron, wet), (plover, dry), (heron, dry)]:
        Activity.objects.create(
            workshop=workshop, seat=seat, verb=Activity.Verb.DRAFTED, scenario=scenario.pk
        )

    page = body(as_seat(heron), workshop)

    assert page.count("Heron wrote in “Dry”.") == 1
    assert page.count("Heron wrote in “Wet”.") == 1
    assert page.count("Plover wrote in “Dry”.") == 1
    assert f'href="{reverse("scenarios:scenario", args=[workshop.slug, dry.pk])}"' in page


def test_an_observer_is_led_to_nothing_that_would_not_open(as_seat: SignIn) -> None:
    workshop = make_workshop(StageKind.SITUATION)
    term = put_in(make_seat(workshop, pseudonym="Heron"))
    Contribution.objects.filter(pk=term.pk).update(stage=workshop.stages.get())
    client = as_seat(make_seat(workshop, Role.OBSERVER))
    link = f'<a href="{reverse("workshops:glossary", args=[workshop.slug])}">New from Heron'

    early = body(client, workshop)
    workshop.stages.update(state=Stage.State.CLOSED)
    late = body(client, workshop)

    assert "New from Heron: glossary term." in early
    assert link not in early
    assert link in late
