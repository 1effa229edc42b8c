from typing import Any
from urllib.parse import quote

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from tests.factories import make_person, make_seat, make_workshop
from tests.workshops.conftest import SignIn
from workshops.actions import rules
from workshops.models import Role, RulesAcceptance, Seat, StageKind, Workshop
from workshops.permissions import Can, RulesChanged, abilities, require

pytestmark = pytest.mark.django_db


@pytest.fixture
def changed() -> tuple[Workshop, Seat, Seat]:
    """A workshop whose rules were accepted by all, and then changed; its facilitator and a seat."""
    workshop = make_workshop(StageKind.SITUATION)
    facilitator, seat = make_seat(workshop, Role.FACILITATOR), make_seat(workshop)
    rules.write(workshop, "Listen.", by=facilitator)
    rules.accept(version=1, by=seat)
    rules.write(workshop, "Listen, then ask.", by=facilitator)
    for one in (facilitator, seat):
        one.refresh_from_db()
    return workshop, facilitator, seat


def url(name: str, workshop: Workshop) -> str:
    return reverse(f"workshops:{name}", args=[workshop.slug])


def test_new_rules_stop_everybody_but_their_writer(changed: tuple[Workshop, Seat, Seat]) -> None:
    _workshop, facilitator, seat = changed

    assert Can.MOVE_STAGES in abilities(facilitator)
    assert abilities(seat) == frozenset()
    with pytest.raises(RulesChanged):
        require(seat, Can.PROPOSE)


def test_every_page_leads_to_the_rules_and_they_lead_on_to_it(
    as_seat: SignIn, changed: tuple[Workshop, Seat, Seat]
) -> None:
    workshop, _facilitator, seat = changed
    client, here, wanted = as_seat(seat), url("ground_rules", workshop), url("glossary", workshop)

    sent = client.get(wanted)
    read = client.get(sent["Location"])
    accepted = client.post(sent["Location"], {"version": 2})

    assert sent["Location"] == f"{here}?next={quote(wanted, safe='')}"
    assert "Listen, then ask." in read.content.decode()
    assert accepted["Location"] == wanted
    assert client.get(wanted).status_code == 200
    page = client.get(here).content.decode()
    assert "You have accepted these." in page
    assert page.count('<details class="fold">') == 2
    assert list(RulesAcceptance.objects.filter(seat=seat).values_list("rules__version")) == [
        (2,),
        (1,),
    ]


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:x"])
def test_the_rules_lead_to_no_other_host(
    as_seat: SignIn, changed: tuple[Workshop, Seat, Seat], elsewhere: str
) -> None:
    workshop, _facilitator, seat = changed
    address = f"{url('ground_rules', workshop)}?next={quote(elsewhere, safe='')}"

    accepted = as_seat(seat).post(address, {"version": 2})

    assert accepted["Location"] == workshop.get_absolute_url()


def test_what_was_posted_under_the_old_rules_is_refused_and_stays_in_sight(
    as_seat: SignIn, changed: tuple[Workshop, Seat, Seat]
) -> None:
    workshop, _facilitator, seat = changed
    words = {"term": "Common ground", "definition": "What we <both> stand on.", "client_key": "x y"}

    refused = as_seat(seat).post(url("glossary", workshop), words)

    page = refused.content.decode()
    assert refused.status_code == 403
    assert "The ground rules have changed." in page
    assert "What we &lt;both&gt; stand on.</textarea>" in page
    assert page.count("<textarea") == 2


@pytest.mark.parametrize("version", ["1", "3", "", "two", "9" * 30])
def test_only_the_version_in_force_can_be_accepted(
    as_seat: SignIn, changed: tuple[Workshop, Seat, Seat], version: str
) -> None:
    workshop, _facilitator, seat = changed

    answer = as_seat(seat).post(url("ground_rules", workshop), {"version": version})

    assert answer.status_code == 422
    assert RulesAcceptance.objects.filter(seat=seat).count() == 1


def test_one_can_leave_instead(as_seat: SignIn, changed: tuple[Workshop, Seat, Seat]) -> None:
    workshop, _facilitator, seat = changed

    assert as_seat(seat).post(url("leave", workshop)).status_code == 302
    seat.refresh_from_db()
    assert seat.state == Seat.State.LEFT


def test_a_seat_that_is_gone_accepts_nothing(changed: tuple[Workshop, Seat, Seat]) -> None:
    _workshop, _facilitator, seat = changed
    Seat.objects.filter(pk=seat.pk).update(state=Seat.State.REMOVED)

    with pytest.raises(PermissionDenied):
        rules.accept(version=2, by=seat)


def test_changing_the_rules_tells_open_pages(
    changed: tuple[Workshop, Seat, Seat], django_capture_on_commit_callbacks: Any
) -> None:
    workshop, facilitator, _seat = changed

    with django_capture_on_commit_callbacks() as told:
        rules.write(workshop, "Once more.", by=facilitator)

    assert len(told) == 1


def test_a_stranger_reads_no_rules(as_seat: SignIn, changed: tuple[Workshop, Seat, Seat]) -> None:
    assert as_seat(make_person()).get(url("ground_rules", changed[0])).status_code == 404
