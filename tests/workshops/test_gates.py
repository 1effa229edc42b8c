from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from tests.factories import make_constituency, make_seat, make_stage, make_workshop
from tests.workshops.conftest import SignIn
from workshops import gates
from workshops.actions import stages as actions
from workshops.models import GroundRules, Role, Seat, Stage, StageKind, Workshop

pytestmark = pytest.mark.django_db
State = Stage.State


def convening(**side: Any) -> tuple[Workshop, Stage, Stage, Seat]:
    """A workshop that convenes, with a side that wants one seat, and its facilitator."""
    workshop = make_workshop(None)
    make_constituency(workshop, **{"name": "Villages"} | side)
    now_open = make_stage(workshop, StageKind.CONVENING)
    coming = make_stage(workshop, StageKind.SITUATION, State.PENDING)
    return workshop, now_open, coming, make_seat(workshop, Role.FACILITATOR)


def unmet(coming: Stage) -> list[str]:
    return [look.gate.code for look in gates.before(coming) if not look.finding.met]


def url(name: str, workshop: Workshop) -> str:
    return reverse(f"workshops:{name}", args=[workshop.slug])


def test_a_needed_side_without_its_seats_is_named_with_the_way_there(as_seat: SignIn) -> None:
    workshop, _open, _coming, facilitator = convening()

    page = as_seat(facilitator).get(url("stages", workshop)).content.decode()

    assert "Every side that is needed has its seats taken." in page
    assert "Seats are still empty at: Villages." in page
    assert "Everyone who sits here has accepted the ground rules." in page
    assert page.count('data-state="done"') == 1
    assert "Why go on nevertheless?" in page
    mine = as_seat(facilitator).get(workshop.get_absolute_url()).content.decode()
    assert "See to what “The situation” needs" in mine


def test_only_participants_who_sit_at_a_needed_side_count(as_seat: SignIn) -> None:
    workshop, _open, coming, _facilitator = convening()
    make_constituency(workshop, name="Guests", required=False)
    villages = workshop.constituencies.get(name="Villages")
    make_seat(workshop, Role.OBSERVER, constituency=villages)
    make_seat(workshop, constituency=villages, state=Seat.State.OFFERED, participant=None)
    assert unmet(coming) == ["sides_seated"]

    make_seat(workshop, constituency=villages)

    assert unmet(coming) == []


def test_rules_that_somebody_has_not_accepted_are_not_met() -> None:
    workshop, _open, coming, facilitator = convening(required=False)
    GroundRules.objects.create(workshop=workshop, version=2, text="Listen.")
    assert unmet(coming) == ["rules_accepted"]

    Seat.objects.filter(pk=facilitator.pk).update(rules_version=2)

    assert unmet(coming) == []


def test_going_past_a_gate_needs_a_reason_that_everybody_reads(as_seat: SignIn) -> None:
    workshop, now_open, coming, facilitator = convening()
    client = as_seat(facilitator)
    move = {"act": "go_on", "seen": now_open.pk}

    refused = client.post(url("move_stage", workshop), move)

    assert refused.status_code == 409
    assert "Every side that is needed has its seats taken." in refused.content.decode()
    coming.refresh_from_db()
    assert coming.state == State.PENDING

    client.post(url("move_stage", workshop), move | {"because": "The bus is late."})

    coming.refresh_from_db()
    assert (coming.state, coming.passed_gates) == (State.OPEN, ["sides_seated"])
    page = as_seat(make_seat(workshop, Role.OBSERVER)).get(url("stages", workshop)).content.decode()
    assert "Every side that is needed has its seats taken." in page
    assert "The bus is late." in page


@pytest.mark.parametrize("because", ["x" * 301, "a\x00b"])
def test_a_reason_that_cannot_be_gets_a_sentence(as_seat: SignIn, because: str) -> None:
    workshop, now_open, coming, facilitator = convening()

    answer = as_seat(facilitator).post(
        url("move_stage", workshop), {"act": "go_on", "seen": now_open.pk, "because": because}
    )

    assert answer.status_code == 422
    coming.refresh_from_db()
    assert coming.state == State.PENDING


def test_a_reason_is_not_kept_where_every_gate_was_met() -> None:
    _workshop, now_open, _coming, facilitator = convening(required=False)

    opened = actions.go_on(seen=now_open.pk, because="Just so.", by=facilitator)

    assert (opened.passed_gates, opened.passed_because) == ([], "")


def test_closing_first_leads_around_no_gate() -> None:
    _workshop, now_open, coming, facilitator = convening()
    actions.close(seen=now_open.pk, by=facilitator)

    with pytest.raises(ValidationError, match="seats taken"):
        actions.go_on(seen=None, by=facilitator)

    assert unmet(coming) == ["sides_seated"]


def test_opening_an_earlier_stage_again_leads_around_no_gate() -> None:
    workshop, now_open, situation, facilitator = convening()
    drafting = make_stage(workshop, StageKind.DRAFTING, State.PENDING)
    actions.go_on(seen=now_open.pk, because="So.", by=facilitator)
    actions.close(seen=situation.pk, by=facilitator)
    actions.reopen(stage_id=now_open.pk, because="A guest.", by=facilitator)

    assert {look.gate.stage for look in gates.before(drafting)} == {StageKind.CONVENING}
