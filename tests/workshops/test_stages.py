import threading
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_person, make_seat, make_stage, make_workshop
from tests.workshops.conftest import SignIn
from workshops import events
from workshops.actions import stages as actions
from workshops.models import Activity, Role, Seat, Stage, StageKind, Workshop

pytestmark = pytest.mark.django_db
State = Stage.State


def way() -> tuple[Workshop, Stage, Stage, Stage]:
    workshop = make_workshop(None)
    return (
        workshop,
        make_stage(workshop, StageKind.CONVENING, State.CLOSED),
        make_stage(workshop, StageKind.SITUATION, State.OPEN),
        make_stage(workshop, StageKind.DRAFTING, State.PENDING),
    )


def states(workshop: Workshop) -> list[str]:
    return list(workshop.stages.values_list("state", flat=True))


def url(name: str, workshop: Workshop) -> str:
    return reverse(f"workshops:{name}", args=[workshop.slug])


def test_a_facilitator_closes_one_stage_and_opens_the_next(
    as_seat: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    workshop, _, situation, drafting = way()
    facilitator = make_seat(workshop, Role.FACILITATOR)

    with patch.object(events, "send") as send, django_capture_on_commit_callbacks(execute=True):
        answer = as_seat(facilitator).post(
            url("move_stage", workshop), {"act": "go_on", "seen": situation.pk}
        )

    assert answer["Location"] == url("stages", workshop)
    assert states(workshop) == [State.CLOSED, State.CLOSED, State.OPEN]
    told = [call.args for call in send.call_args_list]
    assert told == [
        (events.group(workshop.pk), {"type": "stage.moved", "stage": situation.pk}),
        (events.group(workshop.pk), {"type": "stage.moved", "stage": drafting.pk}),
    ]
    verbs = list(Activity.objects.order_by("pk").values_list("verb", "stage"))
    assert verbs == [("closed_stage", situation.pk), ("opened_stage", drafting.pk)]


def test_a_stage_can_be_closed_without_opening_another(as_seat: SignIn) -> None:
    workshop, _, situation, _ = way()
    facilitator = make_seat(workshop, Role.FACILITATOR)

    as_seat(facilitator).post(url("move_stage", workshop), {"act": "close", "seen": situation.pk})

    assert states(workshop) == [State.CLOSED, State.CLOSED, State.PENDING]


def test_with_nothing_open_the_next_stage_opens(as_seat: SignIn) -> None:
    workshop, _, situation, drafting = way()
    facilitator = make_seat(workshop, Role.FACILITATOR)
    actions.close(seen=situation.pk, by=facilitator)

    as_seat(facilitator).post(url("move_stage", workshop), {"act": "go_on", "seen": ""})

    drafting.refresh_from_db()
    assert drafting.state == State.OPEN


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.MODERATOR, Role.OBSERVER, Role.CONVENOR])
def test_nobody_else_moves_a_stage(as_seat: SignIn, role: str) -> None:
    workshop, closed, situation, _ = way()
    client = as_seat(make_seat(workshop, role))
    before = states(workshop)

    answers = [
        client.post(url("move_stage", workshop), {"act": "go_on", "seen": situation.pk}),
        client.post(url("reopen_stage", workshop), {"stage": closed.pk, "because": "x"}),
        client.post(url("stage_closing", workshop), {"stage": situation.pk, "closes_at": ""}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert states(workshop) == before


@pytest.mark.parametrize("role", list(Role))
def test_everyone_with_a_seat_reads_the_way(as_seat: SignIn, role: str) -> None:
    workshop, *_ = way()

    answer = as_seat(make_seat(workshop, role)).get(url("stages", workshop))

    assert answer.status_code == 200
    assert ("Move on" in answer.content.decode()) == (role == Role.FACILITATOR)


def test_a_stranger_finds_nothing(as_seat: SignIn) -> None:
    workshop, *_ = way()
    client = as_seat(make_person())

    theirs = client.get(url("stages", workshop))
    nobodys = client.get(reverse("workshops:stages", args=["no-such-workshop"]))

    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.content == nobodys.content


def test_a_stale_page_moves_nothing_and_says_so(as_seat: SignIn) -> None:
    workshop, closed, _, _ = way()
    client = as_seat(make_seat(workshop, Role.FACILITATOR))
    before = states(workshop)

    for seen in (closed.pk, "", "99999999999999999999"):
        answer = client.post(url("move_stage", workshop), {"act": "go_on", "seen": seen})

        assert answer.status_code == 409
        assert "look again" in answer.content.decode()
    assert states(workshop) == before


@pytest.mark.parametrize("posted", [{}, {"act": "jump"}, {"act": "go_on", "seen": "first\x00"}])
def test_a_move_that_cannot_be_gets_a_sentence(as_seat: SignIn, posted: dict[str, str]) -> None:
    workshop, *_ = way()
    before = states(workshop)

    answer = as_seat(make_seat(workshop, Role.FACILITATOR)).post(
        url("move_stage", workshop), posted
    )

    assert answer.status_code == 422
    assert states(workshop) == before


def test_there_is_nothing_after_the_last_stage() -> None:
    workshop = make_workshop(StageKind.MONITORING)
    facilitator = make_seat(workshop, Role.FACILITATOR)

    with pytest.raises(ValidationError, match="no stage after"):
        actions.go_on(seen=workshop.stages.get().pk, by=facilitator)

    assert states(workshop) == [State.OPEN]


def test_a_closed_stage_is_opened_again_with_a_reason_that_all_can_read(as_seat: SignIn) -> None:
    workshop, convening, situation, _ = way()
    facilitator = make_seat(workshop, Role.FACILITATOR)
    actions.close(seen=situation.pk, by=facilitator)

    answer = as_seat(facilitator).post(
        url("reopen_stage", workshop), {"stage": convening.pk, "because": "Two chairs stood empty."}
    )

    assert answer.status_code == 302
    assert states(workshop) == [State.OPEN, State.CLOSED, State.PENDING]
    page = as_seat(make_seat(workshop, Role.OBSERVER)).get(url("stages", workshop))
    assert "Two chairs stood empty." in page.content.decode()


@pytest.mark.parametrize("because", ["", "   ", "x" * 301, "a\x00b"])
def test_opening_again_needs_a_reason(as_seat: SignIn, because: str) -> None:
    workshop, convening, situation, _ = way()
    facilitator = make_seat(workshop, Role.FACILITATOR)
    actions.close(seen=situation.pk, by=facilitator)
    before = states(workshop)

    answer = as_seat(facilitator).post(
        url("reopen_stage", workshop), {"stage": convening.pk, "because": because}
    )

    assert answer.status_code == 422
    assert states(workshop) == before


def test_nothing_is_opened_again_while_another_stage_is_open(as_seat: SignIn) -> None:
    workshop, convening, *_ = way()
    before = states(workshop)

    answer = as_seat(make_seat(workshop, Role.FACILITATOR)).post(
        url("reopen_stage", workshop), {"stage": convening.pk, "because": "To look again."}
    )

    assert answer.status_code == 409
    assert states(workshop) == before


def test_another_workshops_stage_is_not_opened_again(as_seat: SignIn) -> None:
    workshop, _, situation, _ = way()
    facilitator = make_seat(workshop, Role.FACILITATOR)
    actions.close(seen=situation.pk, by=facilitator)
    theirs = make_stage(make_workshop(None), StageKind.FORCES, State.CLOSED)

    answer = as_seat(facilitator).post(
        url("reopen_stage", workshop), {"stage": theirs.pk, "because": "Mine now."}
    )

    assert answer.status_code == 422
    with pytest.raises(ValidationError):
        actions.reopen(stage_id=theirs.pk, because="Mine now.", by=facilitator)
    theirs.refresh_from_db()
    assert theirs.state == State.CLOSED


def test_the_closing_time_is_read_in_the_facilitators_own_time_zone(as_seat: SignIn) -> None:
    workshop, _, situation, _ = way()
    person = make_person(time_zone="Asia/Kathmandu")
    client = as_seat(make_seat(workshop, Role.FACILITATOR, participant=person))

    answer = client.post(
        url("stage_closing", workshop), {"stage": situation.pk, "closes_at": "2099-01-02T10:00"}
    )

    assert answer.status_code == 302
    situation.refresh_from_db()
    assert situation.closes_at is not None
    assert situation.closes_at.isoformat() == "2099-01-02T04:15:00+00:00"
    assert 'value="2099-01-02T10:00"' in client.get(url("stages", workshop)).content.decode()


@pytest.mark.parametrize(
    "closes_at",
    [
        "2001-01-01T10:00",
        "soon",
        "2099-13-45T10:00",
        "a\x00b",
        "9999-12-31T23:59",
        "0001-01-01T00:00",
    ],
)
def test_a_closing_time_that_cannot_be_gets_a_sentence(as_seat: SignIn, closes_at: str) -> None:
    workshop, _, situation, _ = way()

    answer = as_seat(make_seat(workshop, Role.FACILITATOR)).post(
        url("stage_closing", workshop), {"stage": situation.pk, "closes_at": closes_at}
    )

    assert answer.status_code == 422
    situation.refresh_from_db()
    assert situation.closes_at is None


@pytest.mark.parametrize("which", ["closed", "another workshop's", "no"])
def test_only_a_stage_to_come_or_open_gets_a_closing_time(as_seat: SignIn, which: str) -> None:
    workshop, convening, _, _ = way()
    theirs = make_workshop().stages.get()
    stage = {"closed": convening.pk, "another workshop's": theirs.pk, "no": 10**19}[which]

    answer = as_seat(make_seat(workshop, Role.FACILITATOR)).post(
        url("stage_closing", workshop), {"stage": stage, "closes_at": "2099-01-02T10:00"}
    )

    assert answer.status_code == 409
    assert not Stage.objects.exclude(closes_at=None).exists()


def test_a_stage_that_opens_late_has_no_closing_time_in_the_past() -> None:
    workshop, _, situation, drafting = way()
    Stage.objects.filter(pk=drafting.pk).update(closes_at=timezone.now() - timedelta(days=1))

    opened = actions.go_on(seen=situation.pk, by=make_seat(workshop, Role.FACILITATOR))

    assert opened.closes_at is None


def test_a_facilitator_who_was_removed_meanwhile_moves_nothing() -> None:
    workshop, _, situation, _ = way()
    facilitator = make_seat(workshop, Role.FACILITATOR)
    Seat.objects.filter(pk=facilitator.pk).update(state=Seat.State.REMOVED)

    with pytest.raises(PermissionDenied):
        actions.go_on(seen=situation.pk, by=facilitator)


def test_a_visitor_is_asked_to_sign_in() -> None:
    workshop, *_ = way()

    assert Client().get(url("stages", workshop)).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_facilitators_at_once_move_the_workshop_one_stage() -> None:
    workshop, _, situation, _ = way()
    make_stage(workshop, StageKind.CONSENT, State.PENDING)
    facilitators = [make_seat(workshop, Role.FACILITATOR) for _ in range(4)]
    start = threading.Barrier(len(facilitators))
    outcomes = []

    def go_on(by: Seat) -> None:
        start.wait()
        try:
            actions.go_on(seen=situation.pk, by=by)
            outcomes.append("moved")
        except ValidationError as refused:
            outcomes.append(refused.code or "")
        finally:
            connection.close()

    threads = [threading.Thread(target=go_on, args=[seat]) for seat in facilitators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["moved", "overtaken", "overtaken", "overtaken"]
    assert states(workshop) == [State.CLOSED, State.CLOSED, State.OPEN, State.PENDING]
