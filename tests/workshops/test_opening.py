import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from participants.models import Participant
from tests.factories import make_person, make_seat, make_workshop
from workshops import layouts
from workshops.models import Activity, DigestPreference, Role, Seat, Stage, StageKind, Workshop

pytestmark = pytest.mark.django_db

QUESTION = {
    "title": "The river",
    "focal_question": "What could become of the river and those who live by it?",
    "base_year": "2026",
    "horizon_year": "2036",
    "language": "en",
}
METHOD = {"template": "mont_fleur", "attribution": "pseudonymous", "visibility": "members"}


def people(*names: str, **more: str) -> dict[str, str]:
    rows = {
        "sides-TOTAL_FORMS": str(max(len(names), 3)),
        "sides-INITIAL_FORMS": "0",
        "ground_rules": "Listen first.",
        "name": "Heron",
        "client_key": str(uuid.uuid4()),
    }
    for number in range(max(len(names), 3)):
        rows |= {
            f"sides-{number}-name": names[number] if number < len(names) else "",
            f"sides-{number}-label": "",
            f"sides-{number}-least_seats": "2",
            f"sides-{number}-required": "on",
        }
    return rows | more


@pytest.fixture
def opener() -> Participant:
    return make_person()


@pytest.fixture
def browser(opener: Participant) -> Client:
    client = Client()
    client.force_login(opener)
    return client


def first_steps(browser: Client, **method: str) -> None:
    browser.post(reverse("workshops:new"), QUESTION)
    browser.post(reverse("workshops:new_method"), METHOD | method)


def test_a_workshop_is_opened_in_four_steps(browser: Client, opener: Participant) -> None:
    asked = browser.post(reverse("workshops:new"), QUESTION)
    chosen = browser.post(reverse("workshops:new_method"), METHOD)
    done = browser.post(reverse("workshops:new_people"), people("Upstream", "Downstream"))

    assert asked["Location"] == reverse("workshops:new_method")
    assert chosen["Location"] == reverse("workshops:new_stages")
    workshop = Workshop.objects.get()
    assert done["Location"] == workshop.get_absolute_url()
    assert workshop.state == Workshop.State.RUNNING
    assert workshop.focal_question == QUESTION["focal_question"]
    sides = workshop.constituencies.values_list("name", "least_seats", "required")
    assert list(sides) == [("Upstream", 2, True), ("Downstream", 2, True)]
    seat = Seat.objects.get()
    assert (seat.participant, seat.role, seat.pseudonym) == (opener, Role.FACILITATOR, "Heron")
    assert (seat.state, seat.rules_version) == (Seat.State.TAKEN, 1)
    rules = workshop.ground_rules.get()
    assert rules.text == "Listen first."
    assert DigestPreference.objects.get().seat == seat
    assert Activity.objects.get().verb == Activity.Verb.OPENED_WORKSHOP


@pytest.mark.parametrize("template", list(Workshop.Template))
def test_each_template_lays_out_its_stages_and_opens_the_first(
    browser: Client, template: str
) -> None:
    first_steps(browser, template=template)
    browser.post(reverse("workshops:new_people"), people("Upstream"))

    stages = list(Stage.objects.values_list("kind", "state"))
    assert [kind for kind, _ in stages] == list(layouts.STAGES[template])
    assert stages[0] == (StageKind.CONVENING, Stage.State.OPEN)
    assert {state for _, state in stages[1:]} == {Stage.State.PENDING}


def test_sending_the_last_step_twice_opens_one_workshop(browser: Client) -> None:
    first_steps(browser)
    last = people("Upstream")

    first = browser.post(reverse("workshops:new_people"), last)
    second = browser.post(reverse("workshops:new_people"), last)

    assert first["Location"] == second["Location"]
    assert Workshop.objects.count() == 1


def test_a_key_that_somebody_else_used_opens_nothing(browser: Client) -> None:
    theirs = make_workshop(client_key=uuid.uuid4())
    first_steps(browser)

    answer = browser.post(
        reverse("workshops:new_people"), people("Upstream", client_key=str(theirs.client_key))
    )

    assert answer.status_code == 422
    assert "Begin again with a new page" in answer.content.decode()
    assert Workshop.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 121),
        ("title", "a\x00b"),
        ("focal_question", "x" * 301),
        ("base_year", "soon"),
        ("base_year", "99999999999999999999"),
        ("horizon_year", "2026"),
        ("horizon_year", "1850"),
        ("language", "tlh"),
    ],
)
def test_a_question_that_cannot_be_gets_a_sentence(browser: Client, field: str, value: str) -> None:
    answer = browser.post(reverse("workshops:new"), QUESTION | {field: value})

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert browser.get(reverse("workshops:new_method"))["Location"] == reverse("workshops:new")


@pytest.mark.parametrize("field", ["template", "attribution", "visibility"])
def test_a_method_that_is_not_offered_gets_a_sentence(browser: Client, field: str) -> None:
    browser.post(reverse("workshops:new"), QUESTION)

    answer = browser.post(reverse("workshops:new_method"), METHOD | {field: "another"})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "\u202eHeron"},
        {"name": "..."},
        {"name": "x" * 41},
        {"ground_rules": ""},
        {"ground_rules": "x" * 4001},
        {"client_key": "not a key"},
        {"sides-0-name": ""},
        {"sides-0-name": "x" * 81},
        {"sides-0-least_seats": "0"},
        {"sides-1-name": "upstream"},
        {"sides-TOTAL_FORMS": "many"},
        {"sides-TOTAL_FORMS": "100000"},
    ],
)
def test_a_last_step_that_cannot_be_gets_a_sentence(browser: Client, wrong: dict[str, str]) -> None:
    first_steps(browser)

    answer = browser.post(reverse("workshops:new_people"), people("Upstream", **wrong))

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert not Workshop.objects.exists()


def test_the_last_step_leads_back_when_the_first_ones_are_missing(browser: Client) -> None:
    answer = browser.post(reverse("workshops:new_people"), people("Upstream"))

    assert answer["Location"] == reverse("workshops:new")
    assert not Workshop.objects.exists()


def test_a_row_can_be_added_without_losing_what_was_typed(browser: Client) -> None:
    first_steps(browser)

    answer = browser.post(
        reverse("workshops:new_people"),
        people("Up", "Down", "Far", add="1", name="Tern"),
        follow=True,
    )

    page = answer.content.decode()
    assert 'name="sides-3-name"' in page
    for typed in ("Up", "Down", "Far", "Tern"):
        assert f'value="{typed}"' in page
    assert not Workshop.objects.exists()

    browser.post(reverse("workshops:new_people"), people("Up", "Down", "Far", name="Tern"))
    sides = Workshop.objects.get().constituencies.values_list("name", flat=True)
    assert list(sides) == ["Up", "Down", "Far"]


def test_rows_end_at_the_most_there_can_be(browser: Client) -> None:
    first_steps(browser)
    names = [f"Side {number}" for number in range(12)]

    answer = browser.post(reverse("workshops:new_people"), people(*names, add="1"), follow=True)

    assert 'name="sides-11-name"' in answer.content.decode()
    assert 'name="sides-12-name"' not in answer.content.decode()
    assert 'name="add"' not in answer.content.decode()


def test_going_back_keeps_what_was_typed_in_each_step(browser: Client) -> None:
    first_steps(browser, attribution="chatham")

    back = browser.post(reverse("workshops:new_people"), people("Up", back="1", name="Tern"))
    assert back["Location"] == reverse("workshops:new_stages")
    back = browser.post(back["Location"], {"back": "1"})
    assert back["Location"] == reverse("workshops:new_method")
    method = " ".join(browser.get(back["Location"]).content.decode().split())
    assert 'value="chatham" required id="id_attribution_2" checked' in method
    back = browser.post(reverse("workshops:new_method"), METHOD | {"back": "1"})
    assert back["Location"] == reverse("workshops:new")
    assert QUESTION["focal_question"] in browser.get(back["Location"]).content.decode()
    people_again = browser.get(reverse("workshops:new_people")).content.decode()
    assert 'value="Up"' in people_again
    assert 'value="Tern"' in people_again


def test_a_name_used_in_another_workshop_is_refused_because_it_connects_the_two(
    browser: Client, opener: Participant
) -> None:
    make_seat(make_workshop(), participant=opener, pseudonym="heron")
    first_steps(browser)

    answer = browser.post(reverse("workshops:new_people"), people("Upstream"))

    assert answer.status_code == 422
    assert "in another workshop" in answer.content.decode()
    assert Workshop.objects.count() == 1


def test_a_real_name_may_be_repeated(browser: Client, opener: Participant) -> None:
    named = Workshop.Attribution.NAMED
    make_seat(make_workshop(attribution=named), participant=opener, pseudonym="Heron")
    first_steps(browser, attribution=named)

    answer = browser.post(reverse("workshops:new_people"), people("Upstream"))

    assert answer.status_code == 302


@pytest.mark.parametrize("name", ["new", "new_method", "new_people"])
def test_a_visitor_is_asked_to_sign_in_first(name: str) -> None:
    answer = Client().get(reverse(f"workshops:{name}"))

    assert answer["Location"].startswith(reverse("account_login"))


def setup_of(workshop: Workshop, **more: str) -> dict[str, Any]:
    return (
        QUESTION | {"visibility": "members", "ground_rules": "Listen.", "introduction": ""} | more
    )


def test_the_setup_can_be_changed_while_convening(as_seat: Any) -> None:
    workshop = make_workshop(StageKind.CONVENING)
    seat = make_seat(workshop, Role.FACILITATOR)

    answer = as_seat(seat).post(
        reverse("workshops:setup", args=[workshop.slug]),
        setup_of(workshop, introduction="Welcome."),
    )

    assert answer["Location"] == workshop.get_absolute_url()
    workshop.refresh_from_db()
    assert (workshop.title, workshop.introduction) == ("The river", "Welcome.")
    assert workshop.ground_rules.get().text == "Listen."


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (Role.FACILITATOR, StageKind.DRAFTING),
        (Role.PARTICIPANT, StageKind.CONVENING),
        (Role.CONVENOR, StageKind.CONVENING),
    ],
)
def test_the_setup_is_closed_to_others_and_later(as_seat: Any, role: str, kind: str) -> None:
    workshop = make_workshop(kind)
    client = as_seat(make_seat(workshop, role))
    url = reverse("workshops:setup", args=[workshop.slug])

    assert client.get(url).status_code == 403
    assert client.post(url, setup_of(workshop)).status_code == 403
    assert Workshop.objects.get().title == workshop.title


def test_saving_the_setup_unchanged_makes_no_new_version(as_seat: Any) -> None:
    workshop = make_workshop(StageKind.CONVENING)
    workshop.ground_rules.create(version=1, text="Listen.")
    facilitator = make_seat(workshop, Role.FACILITATOR, rules_version=1)

    as_seat(facilitator).post(reverse("workshops:setup", args=[workshop.slug]), setup_of(workshop))

    assert workshop.ground_rules.count() == 1
