from collections.abc import Sequence

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from tests.factories import make_person, make_seat, make_stage, make_workshop
from tests.workshops.conftest import SignIn
from workshops import way
from workshops.actions.way import rearrange
from workshops.models import Role, Seat, Stage, StageKind, Workshop

State = Stage.State


@pytest.mark.parametrize(
    ("kind", "to", "after"),
    [
        ("b", "a", "bac"),
        ("a", "c", "bac"),
        ("a", way.END, "bca"),
        ("c", way.END, "abc"),
        ("b", way.DROP, "ac"),
    ],
)
def test_a_stage_moves_before_another_to_the_end_or_away(kind: str, to: str, after: str) -> None:
    assert way.rearranged("abc", kind, to) == list(after)


@pytest.mark.parametrize(
    ("kind", "to"), [("x", "a"), ("a", "x"), ("a", "a"), ("x", way.DROP), ("a", way.ADD)]
)
def test_what_is_not_there_does_not_move(kind: str, to: str) -> None:
    with pytest.raises(way.Unmovable):
        way.rearranged("abc", kind, to)


def test_what_was_left_out_comes_back_at_its_usual_place() -> None:
    kinds = [StageKind.SITUATION, StageKind.CONSENT, StageKind.DRAFTING]

    assert way.rearranged(kinds, StageKind.FORCES, way.ADD) == [
        StageKind.SITUATION,
        StageKind.FORCES,
        StageKind.CONSENT,
        StageKind.DRAFTING,
    ]
    assert way.rearranged(kinds, StageKind.MONITORING, way.ADD)[-1] == StageKind.MONITORING


def test_each_button_says_where_its_press_leads() -> None:
    kinds: Sequence[str] = [StageKind.FORCES, StageKind.RANKING, StageKind.LOGIC]
    for number, step in enumerate(way.steps(kinds)):
        if step.earlier:
            assert way.rearranged(kinds, step.kind, step.earlier).index(step.kind) == number - 1
        if step.later:
            assert way.rearranged(kinds, step.kind, step.later).index(step.kind) == number + 1
    ends = way.steps(kinds)
    assert (ends[0].earlier, ends[-1].later) == ("", "")
    assert [(one.earlier, one.later) for one in way.steps([StageKind.FORCES])] == [("", "")]


def workshop_with(*coming: StageKind) -> tuple[Workshop, Seat]:
    workshop = make_workshop(StageKind.SITUATION)
    for kind in coming:
        make_stage(workshop, kind, State.PENDING)
    return workshop, make_seat(workshop, Role.FACILITATOR)


def kinds(workshop: Workshop) -> list[str]:
    return list(workshop.stages.values_list("kind", flat=True))


def arrange(client: Client, workshop: Workshop, kind: str, to: str) -> int:
    url = reverse("workshops:arrange_stages", args=[workshop.slug])
    return client.post(url, {"kind": kind, "to": to}).status_code


@pytest.mark.django_db
def test_a_facilitator_moves_drops_and_brings_back_what_is_to_come(as_seat: SignIn) -> None:
    workshop, facilitator = workshop_with(StageKind.FORCES, StageKind.RANKING, StageKind.LOGIC)
    client = as_seat(facilitator)

    moved = arrange(client, workshop, StageKind.LOGIC, StageKind.FORCES)
    dropped = arrange(client, workshop, StageKind.RANKING, way.DROP)

    assert (moved, dropped) == (302, 302)
    assert kinds(workshop) == [StageKind.SITUATION, StageKind.LOGIC, StageKind.FORCES]
    page = client.get(reverse("workshops:stages", args=[workshop.slug])).content.decode()
    assert 'name="to" value="add"' in page

    arrange(client, workshop, StageKind.RANKING, way.ADD)

    assert kinds(workshop)[1:] == [StageKind.RANKING, StageKind.LOGIC, StageKind.FORCES]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "to"),
    [
        (StageKind.SITUATION, way.DROP),
        (StageKind.SITUATION, way.END),
        (StageKind.SITUATION, way.ADD),
        (StageKind.FORCES, StageKind.SITUATION),
        (StageKind.FORCES, StageKind.FORCES),
        (StageKind.RANKING, way.DROP),
        (StageKind.FORCES, way.ADD),
        ("dancing", way.DROP),
        (StageKind.FORCES, "away\x00"),
    ],
)
def test_what_was_opened_or_is_not_there_stays_as_it_is(
    as_seat: SignIn, kind: str, to: str
) -> None:
    workshop, facilitator = workshop_with(StageKind.FORCES)

    assert arrange(as_seat(facilitator), workshop, kind, to) in {409, 422}
    assert kinds(workshop) == [StageKind.SITUATION, StageKind.FORCES]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.MODERATOR, Role.OBSERVER, Role.CONVENOR])
def test_nobody_else_arranges_stages(as_seat: SignIn, role: str) -> None:
    workshop, _facilitator = workshop_with(StageKind.FORCES)
    seat = make_seat(workshop, role)

    assert arrange(as_seat(seat), workshop, StageKind.FORCES, way.DROP) == 403
    with pytest.raises(PermissionDenied):
        rearrange(kind=StageKind.FORCES, to=way.DROP, by=seat)
    assert kinds(workshop) == [StageKind.SITUATION, StageKind.FORCES]


@pytest.mark.django_db
def test_only_stages_to_come_give_way_to_one_that_is_put_in() -> None:
    workshop, facilitator = workshop_with(StageKind.DRAFTING)

    rearrange(kind=StageKind.CONVENING, to=way.ADD, by=facilitator)

    assert kinds(workshop) == [StageKind.SITUATION, StageKind.CONVENING, StageKind.DRAFTING]
    with pytest.raises(ValidationError):
        rearrange(kind=StageKind.CONVENING, to=way.ADD, by=facilitator)


# --- while opening a workshop -----------------------------------------------------------------

QUESTION = {
    "title": "The river",
    "focal_question": "What could become of the river?",
    "base_year": 2026,
    "horizon_year": 2036,
    "language": "en",
}
METHOD = {"template": "afternoon", "attribution": "pseudonymous", "visibility": "members"}
PEOPLE = {
    "sides-TOTAL_FORMS": 1,
    "sides-INITIAL_FORMS": 0,
    "sides-0-name": "Villages",
    "sides-0-least_seats": 1,
    "ground_rules": "Listen.",
    "name": "Heron",
    "client_key": "7c0b1f3e-9df7-4f8b-9b1c-1f9df7000001",
}


@pytest.mark.django_db
def test_a_workshop_opens_with_the_stages_that_were_arranged(as_seat: SignIn) -> None:
    client = as_seat(make_person())
    stages = reverse("workshops:new_stages")
    client.post(reverse("workshops:new"), QUESTION)
    client.post(reverse("workshops:new_method"), METHOD)

    client.post(stages, {"kind": StageKind.SITUATION, "to": way.DROP})
    client.post(stages, {"kind": StageKind.SITUATION, "to": way.DROP})
    client.post(stages, {"kind": StageKind.CHALLENGE, "to": way.ADD})
    client.post(stages, {"kind": StageKind.CONVENING, "to": way.ADD})
    client.post(stages, {"kind": "dancing\x00", "to": way.ADD})
    assert client.get(stages).content.decode().count('value="drop"') == 4
    onward = client.post(stages)
    client.post(onward["Location"], PEOPLE)

    assert kinds(Workshop.objects.get()) == [
        StageKind.CONVENING,
        StageKind.LOGIC,
        StageKind.DRAFTING,
        StageKind.CHALLENGE,
        StageKind.PUBLICATION,
    ]


@pytest.mark.django_db
def test_another_template_begins_with_its_own_stages(as_seat: SignIn) -> None:
    client = as_seat(make_person())
    stages = reverse("workshops:new_stages")
    assert client.get(stages)["Location"] == reverse("workshops:new_method")
    client.post(reverse("workshops:new"), QUESTION)
    client.post(reverse("workshops:new_method"), METHOD)
    client.post(stages, {"kind": StageKind.SITUATION, "to": way.DROP})

    client.post(reverse("workshops:new_method"), METHOD | {"template": "two_axes"})

    assert client.get(stages).content.decode().count('value="drop"') == len(StageKind) - 1
