import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory

from participants.adapter import AccountAdapter
from participants.mailbox import Opened
from participants.models import Delivery, KeptMail, Participant

Kept = Callable[[str], Opened]
pytestmark = pytest.mark.django_db
LOGIN, SIGNUP = "/accounts/login/", "/accounts/signup/"
CONFIRM_LOGIN, CONFIRM_ADDRESS = "/accounts/login/code/confirm/", "/accounts/confirm-email/"


def make_person(
    address: str = "wren@example.org", password: str | None = None, **facts: str
) -> Participant:
    person = Participant.objects.create_user(address, password, **facts)
    EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
    return person


def code_in(mail: Opened) -> str:
    found = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})*)\s*$", mail.text, re.MULTILINE)
    assert found is not None, mail.text
    return found[1]


def test_signing_up_takes_an_address_and_the_code_sent_there(client: Client, kept: Kept) -> None:
    answer = client.post(SIGNUP, {"email": "Wren@Example.org"})
    assert (answer.status_code, answer["Location"]) == (302, CONFIRM_ADDRESS)
    assert not get_user(client).is_authenticated

    code = code_in(kept("wren@example.org"))
    answer = client.post(CONFIRM_ADDRESS, {"code": code})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    person = Participant.objects.get()
    assert get_user(client) == person
    assert person.email == "wren@example.org"
    assert not person.has_usable_password()


def test_signing_up_leads_on_to_where_one_was_going(client: Client, kept: Kept) -> None:
    client.post(SIGNUP, {"email": "wren@example.org", "next": "/invitations/abc/"})

    answer = client.post(CONFIRM_ADDRESS, {"code": code_in(kept("wren@example.org"))})

    assert answer["Location"] == "/invitations/abc/"


def test_signing_up_in_arabic_is_answered_and_written_to_in_arabic(
    client: Client, kept: Kept
) -> None:
    client.post(SIGNUP, {"email": "wren@example.org"}, headers={"Accept-Language": "ar"})

    assert Participant.objects.get().language == "ar"
    assert 'lang="ar" dir="rtl"' in kept("wren@example.org").html


def test_a_wrong_code_lets_nobody_in(client: Client, kept: Kept) -> None:
    client.post(SIGNUP, {"email": "wren@example.org"})
    kept("wren@example.org")

    answer = client.post(CONFIRM_ADDRESS, {"code": "WRONG1"})

    assert "This is not the code we sent." in answer.content.decode()
    assert not get_user(client).is_authenticated


def test_signing_in_without_a_password_sends_a_code(client: Client, kept: Kept) -> None:
    person = make_person()
    answer = client.post(LOGIN, {"login": "wren@example.org", "next": "/settings/"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(CONFIRM_LOGIN)

    answer = client.post(answer["Location"], {"code": code_in(kept("wren@example.org"))})

    assert answer["Location"] == "/settings/"
    assert get_user(client) == person


def test_a_code_works_once(client: Client, kept: Kept) -> None:
    make_person()
    client.post(LOGIN, {"login": "wren@example.org"})
    code = code_in(kept("wren@example.org"))
    client.post(CONFIRM_LOGIN, {"code": code})
    client.post("/accounts/logout/")

    client.post(CONFIRM_LOGIN, {"code": code})

    assert not get_user(client).is_authenticated


def test_signing_out_takes_along_what_pages_kept(client: Client) -> None:
    client.force_login(make_person())

    answer = client.post("/accounts/logout/")

    assert answer["Clear-Site-Data"] == '"storage"'
    assert "Clear-Site-Data" not in client.get("/")


def test_after_three_wrong_codes_the_right_one_is_worth_nothing(client: Client, kept: Kept) -> None:
    make_person()
    client.post(LOGIN, {"login": "wren@example.org"})
    code = code_in(kept("wren@example.org"))
    for _ in range(3):
        client.post(CONFIRM_LOGIN, {"code": "WRONG1"})

    client.post(CONFIRM_LOGIN, {"code": code})

    assert not get_user(client).is_authenticated


def test_a_code_belongs_to_the_browser_that_asked_for_it(client: Client, kept: Kept) -> None:
    make_person()
    client.post(LOGIN, {"login": "wren@example.org"})
    thief = Client()

    thief.post(CONFIRM_LOGIN, {"code": code_in(kept("wren@example.org"))})

    assert not get_user(thief).is_authenticated


def test_signing_in_with_a_password(client: Client) -> None:
    person = make_person(password="a long and quiet walk")

    answer = client.post(LOGIN, {"login": "WREN@example.org", "password": "a long and quiet walk"})

    assert answer["Location"] == "/"
    assert get_user(client) == person


def test_a_wrong_password_gives_a_sentence(client: Client) -> None:
    make_person(password="a long and quiet walk")

    answer = client.post(LOGIN, {"login": "wren@example.org", "password": "a short one"})

    assert "This address and password do not belong together." in answer.content.decode()
    assert not get_user(client).is_authenticated


def test_a_closed_account_lets_nobody_in(client: Client) -> None:
    person = make_person(password="a long and quiet walk")
    person.is_active = False
    person.save()

    client.post(LOGIN, {"login": "wren@example.org", "password": "a long and quiet walk"})

    assert not get_user(client).is_authenticated


@pytest.mark.parametrize(
    "next_url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_host(client: Client, next_url: str) -> None:
    make_person(password="a long and quiet walk")

    answer = client.post(
        LOGIN, {"login": "wren@example.org", "password": "a long and quiet walk", "next": next_url}
    )

    assert answer["Location"] == "/"


# --- nobody learns who has an account ----------------------------------------------------------


def _outside(answer: object) -> tuple[object, ...]:
    return answer.status_code, answer.headers.get("Location")  # type: ignore[attr-defined]


def _page(client: Client, path: str, address: str) -> str:
    page = client.get(path).content.decode().replace(address, "…")
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", page)


@pytest.mark.parametrize(
    ("path", "field", "after"),
    [
        (LOGIN, "login", CONFIRM_LOGIN),
        ("/accounts/login/code/", "email", CONFIRM_LOGIN),
        (SIGNUP, "email", CONFIRM_ADDRESS),
        ("/accounts/password/reset/", "email", "/accounts/password/reset/confirm/"),
    ],
)
def test_known_and_unknown_addresses_look_the_same_from_outside(
    path: str, field: str, after: str, kept: Kept
) -> None:
    make_person("known@example.org")
    seen = []
    for address in ("known@example.org", "stranger@example.org"):
        client = Client()
        seen.append((_outside(client.post(path, {field: address})), _page(client, after, address)))
        kept(address)

    assert seen[0] == seen[1]


def test_signing_up_twice_tells_only_the_owner(client: Client, kept: Kept) -> None:
    make_person()

    client.post(SIGNUP, {"email": "wren@example.org"})

    assert "You already have an account" in kept("wren@example.org").text
    assert Participant.objects.count() == 1


# --- what is kept about it ---------------------------------------------------------------------


def test_account_mail_leaves_no_trace_once_sent(client: Client, kept: Kept) -> None:
    make_person()
    client.post(LOGIN, {"login": "wren@example.org"})
    waiting = Delivery.objects.get()
    assert (waiting.kind, waiting.context) == ("account", {})
    kept("wren@example.org")

    waiting.refresh_from_db()

    assert (waiting.state, waiting.message, waiting.address) == ("sent", None, "")


def test_account_mail_comes_even_to_those_who_want_none(client: Client, kept: Kept) -> None:
    make_person(mail="none")

    client.post(LOGIN, {"login": "wren@example.org"})

    assert code_in(kept("wren@example.org"))


def test_account_mail_is_in_the_language_of_its_reader(client: Client, kept: Kept) -> None:
    make_person(language="ar")

    client.post(LOGIN, {"login": "wren@example.org"}, headers={"Accept-Language": "en"})

    assert 'dir="rtl"' in kept("wren@example.org").html


def test_account_mail_carries_no_unsubscribe_link(client: Client, kept: Kept) -> None:
    make_person()
    client.post(LOGIN, {"login": "wren@example.org"})
    kept("wren@example.org")

    assert b"List-Unsubscribe" not in bytes(KeptMail.objects.get().raw)


def test_no_network_address_or_browser_is_stored(client: Client, kept: Kept) -> None:
    make_person(password="a long and quiet walk")
    canaries: dict[str, Any] = {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "Canary/1.0"}
    client.post(
        LOGIN, {"login": "wren@example.org", "password": "a long and quiet walk"}, **canaries
    )
    answer = client.post("/accounts/2fa/totp/activate/", {"code": "1"}, **canaries)
    assert (
        answer["Location"]
        == "/accounts/reauthenticate/?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F"
    )
    client.post(
        "/accounts/password/change/",
        {
            "oldpassword": "a long and quiet walk",
            "password1": "one more quiet walk",
            "password2": "one more quiet walk",
        },
        **canaries,
    )

    stored = " ".join(str(session.get_decoded()) for session in Session.objects.all())
    mail = kept("wren@example.org")

    assert "Something changed in your account" in bytes(KeptMail.objects.get().raw).decode()
    assert "203.0.113" not in stored + mail.text + mail.html
    assert "Canary" not in stored + mail.text + mail.html


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.77", "203.0.113.77", True),
        ("203.0.113.77", "203.0.113.78", False),
        ("2001:db8::1", "2001:db8::2", True),  # one household
        ("", "", True),
    ],
)
def test_tries_are_counted_without_the_network_address(
    rf: RequestFactory, one: str, other: str, same: bool
) -> None:
    names = [
        AccountAdapter().get_client_ip(rf.get("/", REMOTE_ADDR=address)) for address in (one, other)
    ]

    assert (names[0] == names[1]) == same
    assert "." not in names[0]
    assert ":" not in names[0]


def test_too_many_tries_are_stopped_with_a_sentence(client: Client) -> None:
    make_person(password="a long and quiet walk")
    answers = [
        client.post(LOGIN, {"login": "wren@example.org", "password": "wrong"}) for _ in range(6)
    ]

    assert "That was too often." in answers[-1].content.decode()


# --- wrong input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "",
        "wren",
        "wren@",
        "a" * 300 + "@example.org",
        "wr\x00en@example.org",
        "a@b,c@d.org",
        "a@b.org\nBcc: c@d.org",
    ],
)
@pytest.mark.parametrize(
    ("path", "field"), [(SIGNUP, "email"), (LOGIN, "login"), ("/accounts/password/reset/", "email")]
)
def test_what_is_no_address_gives_a_sentence_and_changes_nothing(
    client: Client, path: str, field: str, address: str
) -> None:
    answer = client.post(path, {field: address})

    assert answer.status_code < 500
    assert "errorlist" in answer.content.decode() or (len(address) > 254 and "password" in path)
    assert (Participant.objects.count(), Delivery.objects.count()) == (0, 0)


@pytest.mark.parametrize("code", ["", "\x00", "x" * 5000])
def test_what_is_no_code_gives_a_sentence(client: Client, kept: Kept, code: str) -> None:
    client.post(SIGNUP, {"email": "wren@example.org"})

    answer = client.post(CONFIRM_ADDRESS, {"code": code})

    assert answer.status_code < 500
    assert "errorlist" in answer.content.decode()


PAGES = [
    LOGIN,
    SIGNUP,
    "/accounts/login/code/",
    "/accounts/logout/",
    "/accounts/inactive/",
    "/accounts/password/reset/",
    "/return/",
]
SIGNED_IN_PAGES = [
    "/settings/",
    "/accounts/logout/",
    "/accounts/email/",
    "/accounts/password/set/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("path", PAGES)
def test_every_door_opens(client: Client, path: str, language: str) -> None:
    answer = client.get(path, headers={"Accept-Language": language}, follow=True)

    assert answer.status_code == 200
    _check_page(answer.content.decode())


@pytest.mark.parametrize("path", SIGNED_IN_PAGES)
def test_every_page_about_the_account_opens(client: Client, path: str) -> None:
    client.force_login(make_person())

    answer = client.get(path)

    assert answer.status_code == 200
    _check_page(answer.content.decode())


def _check_page(page: str) -> None:
    assert page.count("<h1") == 1
    assert " style=" not in page
    assert " onclick=" not in page
    assert "<script>" not in page


def test_a_second_step_stands_between_password_and_page(client: Client, kept: Kept) -> None:
    from allauth.mfa.totp.internal.auth import (
        TOTP,
        format_hotp_value,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    person = make_person(password="a long and quiet walk")
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    answer = client.post(LOGIN, {"login": "wren@example.org", "password": "a long and quiet walk"})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    page = client.get("/accounts/2fa/authenticate/")
    _check_page(page.content.decode())
    assert not get_user(client).is_authenticated

    counter = next(iter(yield_hotp_counters_from_time()))
    answer = client.post(
        "/accounts/2fa/authenticate/",
        {"code": format_hotp_value(hotp_value("JBSWY3DPEHPK3PXP", counter))},
    )

    assert answer["Location"] == "/"
    assert get_user(client) == person
    for path in (
        "/accounts/2fa/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/totp/deactivate/",
    ):
        assert client.get(path, follow=True).status_code == 200


def test_a_return_code_does_not_jump_over_the_second_step(client: Client) -> None:
    from allauth.mfa.totp.internal.auth import TOTP

    from participants import actions

    person = make_person()
    code = actions.make_return_code(by=person)
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")

    answer = client.post("/return/", {"code": code})

    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert not get_user(client).is_authenticated
