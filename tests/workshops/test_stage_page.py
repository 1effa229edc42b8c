from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_person, make_seat, make_stage, make_workshop
from tests.workshops.conftest import SignIn
from tests.workshops.test_pages import put_in, queries
from workshops.models import Activity, Contribution, Role, Seat, Stage, StageKind, Workshop

pytestmark = pytest.mark.django_db


def url(workshop: Workshop, kind: str) -> str:
    return reverse("workshops:stage", args=[workshop.slug, kind])


def put_in_during(stage: Stage, seat: Seat, **facts: str) -> Contribution:
    row = put_in(seat, **facts)
    Contribution.objects.filter(pk=row.pk).update(stage=stage)
    return row


def test_the_page_of_a_stage_says_what_it_is_for_and_what_was_done_in_it(as_seat: SignIn) -> None:
    workshop = make_workshop(StageKind.SITUATION)
    stage = workshop.stages.get()
    Stage.objects.filter(pk=stage.pk).update(
        opened_at=timezone.now(),
        closes_at=timezone.now() + timedelta(days=3),
        instructions="Say what is so.",
        reopened_because="A guest came late.",
    )
    heron, plover = make_seat(workshop, pseudonym="Heron"), make_seat(workshop)
    put_in_during(stage, heron)
    put_in_during(stage, heron, state=Contribution.State.HELD)

    page = as_seat(plover).get(url(workshop, StageKind.SITUATION)).content.decode()

    assert "Say what is so." in page
    assert "A guest came late." in page
    assert "in 3 days" in page
    assert page.count("New from Heron") == 1
    assert reverse("scenarios:assumptions", args=[workshop.slug]) in page


def test_another_stages_doings_stay_on_its_own_page(as_seat: SignIn) -> None:
    workshop = make_workshop(StageKind.SITUATION)
    earlier = make_stage(workshop, StageKind.CONVENING, Stage.State.CLOSED)
    seat = make_seat(workshop)
    then = timezone.now() - timedelta(days=9)
    Stage.objects.filter(pk=earlier.pk).update(opened_at=then, closed_at=then + timedelta(days=1))
    Stage.objects.filter(kind=StageKind.SITUATION).update(opened_at=then + timedelta(days=2))
    for days in (0.5, 5):
        Activity.objects.create(
            workshop=workshop,
            seat=seat,
            verb=Activity.Verb.TOOK_SEAT,
            at=then + timedelta(days=days),
        )

    pages = [
        as_seat(seat).get(url(workshop, kind)).content.decode()
        for kind in (StageKind.CONVENING, StageKind.SITUATION)
    ]

    assert [page.count("took a seat") for page in pages] == [1, 1]


def test_an_observer_reads_what_was_done_once_the_stage_is_closed(as_seat: SignIn) -> None:
    workshop = make_workshop(StageKind.SITUATION)
    put_in_during(workshop.stages.get(), make_seat(workshop, pseudonym="Heron"))
    client = as_seat(make_seat(workshop, Role.OBSERVER))

    early = client.get(url(workshop, StageKind.SITUATION)).content.decode()
    Stage.objects.update(state=Stage.State.CLOSED, closed_at=timezone.now())
    late = client.get(url(workshop, StageKind.SITUATION)).content.decode()

    assert "New from Heron" not in early
    assert "once the stage is closed" in early
    assert "New from Heron" in late


def test_under_the_chatham_house_rule_nobody_is_named(as_seat: SignIn) -> None:
    workshop = make_workshop(StageKind.SITUATION, attribution=Workshop.Attribution.CHATHAM)
    put_in_during(workshop.stages.get(), make_seat(workshop, pseudonym="Heron"))

    page = as_seat(make_seat(workshop)).get(url(workshop, StageKind.SITUATION)).content.decode()

    assert "New from Somebody" in page
    assert "Heron" not in page


def test_a_stage_to_come_says_after_which(as_seat: SignIn) -> None:
    workshop = make_workshop(StageKind.SITUATION)
    make_stage(workshop, StageKind.FORCES, Stage.State.PENDING)

    page = as_seat(make_seat(workshop)).get(url(workshop, StageKind.FORCES)).content.decode()

    assert "It comes after “The situation”" in page


def test_a_stage_that_is_not_in_the_workshop_is_not_there(as_seat: SignIn) -> None:
    workshop = make_workshop(StageKind.SITUATION)
    client = as_seat(make_seat(workshop))

    assert client.get(url(workshop, StageKind.FORCES)).status_code == 404
    assert client.get(url(workshop, "dancing")).status_code == 404
    assert as_seat(make_person()).get(url(workshop, StageKind.SITUATION)).status_code == 404


def test_a_page_of_many_doings_costs_no_more_queries(as_seat: SignIn) -> None:
    workshop = make_workshop(StageKind.SITUATION)
    stage, seat = workshop.stages.get(), make_seat(workshop)
    client = as_seat(seat)
    put_in_during(stage, seat)
    few = queries(lambda: client.get(url(workshop, StageKind.SITUATION)))
    for _more in range(6):
        put_in_during(stage, make_seat(workshop))

    assert queries(lambda: client.get(url(workshop, StageKind.SITUATION))) == few
