import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from participants import actions
from participants.middleware import ReaderMiddleware
from participants.models import Participant, hash_return_code
from tests.participants.test_accounts import make_person

pytestmark = pytest.mark.django_db
GOOD = {"language": "ar", "time_zone": "Africa/Johannesburg", "mail": "neutral"}


def facts(person: Participant) -> tuple[str, str, str]:
    person.refresh_from_db()
    return person.language, person.time_zone, person.mail


def test_settings_are_saved_and_answered_in_the_new_language(client: Client) -> None:
    person = make_person()
    client.force_login(person)

    answer = client.post("/settings/", GOOD, follow=True)

    assert facts(person) == ("ar", "Africa/Johannesburg", "neutral")
    assert 'lang="ar"' in answer.content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        {"language": "tlh"},
        {"language": ""},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": ""},
        {"mail": "all"},
        {"mail": "\x00"},
        {"time_zone": "Europe/" + "x" * 9999},
    ],
)
def test_wrong_settings_give_a_sentence_and_change_nothing(
    client: Client, bad: dict[str, str]
) -> None:
    person = make_person()
    client.force_login(person)

    answer = client.post("/settings/", {**GOOD, **bad})

    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert facts(person) == ("en", "UTC", "full")


@pytest.mark.parametrize("path", ["/settings/", "/settings/return-code/"])
def test_settings_ask_strangers_to_sign_in(client: Client, path: str) -> None:
    answer = client.post(path, GOOD)

    assert answer["Location"] == f"/accounts/login/?next={path}"


def test_the_language_switch_is_remembered_for_someone_signed_in(client: Client) -> None:
    person = make_person()
    client.force_login(person)

    client.post("/language/", {"language": "ar", "next": "/settings/"})

    assert facts(person)[0] == "ar"
    assert 'dir="rtl"' in client.get("/settings/").content.decode()


@pytest.mark.parametrize("language", ["tlh", "", "\x00"])
def test_the_language_switch_knows_only_our_languages(client: Client, language: str) -> None:
    person = make_person()
    client.force_login(person)

    assert client.post("/language/", {"language": language}).status_code == 302
    assert facts(person)[0] == "en"


def test_the_language_switch_needs_a_post(client: Client) -> None:
    assert client.get("/language/?language=ar").status_code == 405


def test_a_visitor_is_answered_in_the_language_of_browser_or_cookie(client: Client) -> None:
    assert 'lang="ar" dir="rtl"' in " ".join(
        client.get("/return/", headers={"Accept-Language": "ar-EG,en"}).content.decode().split()
    )
    client.post("/language/", {"language": "en"})
    assert 'lang="en"' in client.get("/return/", headers={"Accept-Language": "ar"}).content.decode()


@pytest.mark.parametrize(
    ("zone", "used"),
    [("Asia/Kolkata", "Asia/Kolkata"), ("Mars/Olympus", "UTC")],  # zones do get renamed away
)
def test_someone_signed_in_reads_in_their_own_language_and_time(
    rf: RequestFactory, zone: str, used: str
) -> None:
    request = rf.get("/")
    request.user = make_person(language="ar", time_zone=zone)
    seen = []

    def page(request: HttpRequest) -> HttpResponse:
        seen.append((get_language(), get_current_timezone_name()))
        return HttpResponse()

    ReaderMiddleware(page)(request)

    assert seen == [("ar", used)]


# --- the return code ----------------------------------------------------------------------------


def test_a_return_code_is_shown_once_and_kept_as_a_hash(client: Client) -> None:
    person = make_person()
    client.force_login(person)

    answer = client.post("/settings/return-code/")
    found = re.search(r'id="code"[^>]*>([A-Z0-9-]+)<', answer.content.decode())
    assert found is not None
    code = found[1]
    person.refresh_from_db()

    assert "no-store" in answer["Cache-Control"]
    assert person.return_code_hash == hash_return_code(code.replace("-", ""))
    assert code not in client.get("/settings/").content.decode()


def test_someone_without_an_address_comes_back_with_the_code(client: Client) -> None:
    person, code = actions.open_account_without_address("ar")
    assert (person.email, person.language, person.has_usable_password()) == (None, "ar", False)

    answer = client.post("/return/", {"code": code, "next": "/settings/"})

    assert answer["Location"] == "/settings/"
    assert get_user(client) == person
    assert client.get("/settings/").status_code == 200
    assert client.get("/accounts/email/").status_code == 200


@pytest.mark.parametrize(
    "spell",
    [
        str.lower,
        lambda code: code.replace("-", " "),
        lambda code: code.replace("-", "").replace("0", "o").replace("1", "l"),
    ],
)
def test_the_code_may_be_typed_as_people_type(client: Client, spell: Any) -> None:
    person, code = actions.open_account_without_address("en")

    client.post("/return/", {"code": spell(code)})

    assert get_user(client) == person


@pytest.mark.parametrize("code", ["", "ABC", "\x00" * 25, "A" * 25, "A" * 5000, "٣٤٥"])
def test_a_wrong_code_gives_one_sentence(client: Client, code: str) -> None:
    actions.open_account_without_address("en")

    answer = client.post("/return/", {"code": code})

    assert answer.status_code == 422
    assert answer.content.decode().count('class="errorlist"') == 1
    assert not get_user(client).is_authenticated


def test_the_code_of_a_closed_account_is_unknown(client: Client) -> None:
    person, code = actions.open_account_without_address("en")
    person.is_active = False
    person.save()

    assert client.post("/return/", {"code": code}).status_code == 422


def test_a_new_code_ends_the_old_one(client: Client) -> None:
    person, old = actions.open_account_without_address("en")
    actions.make_return_code(by=person)

    assert client.post("/return/", {"code": old}).status_code == 422


def test_guessing_codes_is_slowed_down(client: Client) -> None:
    _person, code = actions.open_account_without_address("en")
    for _ in range(10):
        client.post("/return/", {"code": "A" * 25})

    answer = client.post("/return/", {"code": code})

    assert answer.status_code == 429
    assert "That was too often." in answer.content.decode()
    assert not get_user(client).is_authenticated


def test_coming_back_never_leads_to_another_host(client: Client) -> None:
    _person, code = actions.open_account_without_address("en")

    assert (
        client.post("/return/", {"code": code, "next": "https://evil.example/"})["Location"] == "/"
    )


def test_codes_have_a_hundred_bits_and_differ() -> None:
    codes = {actions.open_account_without_address("en")[1] for _ in range(20)}

    assert len(codes) == 20
    assert {len(actions.read_return_code(code)) for code in codes} == {25}


# --- the person ---------------------------------------------------------------------------------


def test_a_person_never_shows_their_address() -> None:
    person = make_person()

    assert str(person) == f"participant {person.pk}"
    assert "wren" not in repr(person)


def test_addresses_are_lower_case_and_nobody_s_twice() -> None:
    Participant.objects.create_user(" Wren@Example.ORG ")

    assert Participant.objects.get().email == "wren@example.org"
    for address in ("wren@example.org", "Robin@example.org", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            Participant.objects.create(email=address, password="!")


def test_any_number_of_people_have_no_address() -> None:
    for _ in range(3):
        Participant.objects.create_user()

    assert Participant.objects.filter(email=None).count() == 3


def test_joining_is_dated() -> None:
    assert (datetime.now(UTC) - make_person().date_joined).total_seconds() < 60
