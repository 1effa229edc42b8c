"""Loading the demonstration workshop, and its door before and after."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from participants.models import Participant
from scenarios.demo.load import find_demo, load_demo
from scenarios.demo.places import PLACES
from scenarios.demo.valley import find_valley
from tests.factories import make_workshop


@pytest.fixture(autouse=True)
def embedded(settings: Settings) -> None:
    settings.DEMO = True


def test_loading_stays_cheap(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        load_demo()

    # Two workshops. Half of it is the 138 contributions: a row in each of two tables, which bulk_create refuses.
    assert len(queries) < 550


def test_half_a_demonstration_is_none(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.demo.load.write_drafts", interrupted)

    with pytest.raises(KeyboardInterrupt):
        load_demo()

    assert find_demo() is None
    assert not Participant.objects.exists()


def test_the_second_workshop_comes_with_the_first_or_neither_does(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenarios.demo.valley.settle", interrupted)

    with pytest.raises(KeyboardInterrupt):
        load_demo()

    assert find_demo() is None
    assert not Participant.objects.exists()


def test_where_only_the_first_is_loaded_the_second_joins_it(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    first = load_demo()
    valley = find_valley()
    assert valley is not None
    valley.client_key = None
    valley.save(update_fields=["client_key"])

    call_command("demo")

    assert find_demo() == first
    assert find_valley() not in {valley, None}
    said = capsys.readouterr().out
    assert "“Mont Fleur 1991-92” was there already" in said
    assert "“Sarrin valley water” is loaded" in said


def interrupted(room: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("place", ["", "superuser", "participant\0", "é" * 5000])
def test_an_unknown_place_is_refused(client: Client, db: None, place: str) -> None:
    response = client.post("/demo/sign-in/", {"role": place})

    assert response.status_code == 400
    assert "_auth_user_id" not in client.session


def test_signing_in_before_the_demonstration_is_loaded_finds_nothing(
    client: Client, db: None
) -> None:
    assert client.post("/demo/sign-in/", {"role": "facilitator"}).status_code == 404


def test_one_press_loads_it(client: Client, db: None) -> None:
    response = client.post("/demo/")

    assert response.status_code == 302
    assert find_demo() is not None


@pytest.mark.parametrize("path", ["/demo/", "/demo/sign-in/"])
def test_a_look_changes_nothing(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 405
    assert find_demo() is None


def test_the_first_page_offers_the_demonstration_then_its_seats(client: Client, db: None) -> None:
    empty = client.get("/").content.decode()
    load_demo()
    loaded = client.get("/").content.decode()

    assert 'action="/demo/"' in empty
    assert "/demo/sign-in/" not in empty
    assert 'action="/demo/"' not in loaded
    assert loaded.count('name="role"') == len(PLACES)


def test_the_first_page_offers_nothing_of_the_kind_elsewhere(
    client: Client, db: None, settings: Settings
) -> None:
    load_demo()
    settings.DEMO = False

    assert "/demo/" not in client.get("/").content.decode()


def test_a_workshop_of_ones_own_ends_the_offer_to_load(client: Client, db: None) -> None:
    make_workshop()

    assert "/demo/" not in client.get("/").content.decode()


def test_the_door_asks_for_the_form_it_gave(db: None) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/demo/sign-in/", {"role": "facilitator"}).status_code == 403


def test_the_command_loads_and_says_where_to_look(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("demo")
    first = capsys.readouterr().out
    call_command("demo")
    second = capsys.readouterr().out

    assert find_demo() is not None
    assert "is loaded" in first
    assert "http" in first
    assert "there already" in second


def test_the_command_is_refused_outside_embedded_mode(db: None, settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="DATABASE_URL"):
        call_command("demo")
    assert find_demo() is None
