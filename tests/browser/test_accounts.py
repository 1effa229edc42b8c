import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Guard, Person, axe, fits
from tests.browser.people import sign_up
from tests.processes import WebServer


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("ar", True)])
def test_one_signs_up_settles_in_and_comes_back_without_scripting_on_a_phone(
    person: Person, language: str, dark: bool
) -> None:
    page = person(width=360, language=language, dark=dark, scripting=False)
    sign_up(page, f"phone-{language}@example.org")

    page.goto("/settings/")
    expect(page.locator("select[name=language]")).to_have_value(language)
    page.locator("form[action='/settings/return-code/'] button").click()
    code = page.locator("#code").inner_text()
    page.goto("/settings/")
    page.locator("main form[action='/accounts/logout/'] button").click()

    page.goto("/return/?next=/settings/")
    page.locator("[name=code]").fill(code.lower())
    page.locator("main .button.primary").click()
    expect(page).to_have_url(re.compile(r"/settings/$"))


def test_a_passkey_opens_the_door(person: Person, guard: Guard, server: WebServer) -> None:
    here = server.url.replace("127.0.0.1", "localhost")  # browsers keep passkeys for names only
    page = person()
    guard.hosts.add(urlsplit(here).netloc)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    sign_up(page, "passkey@example.org", here)

    page.goto(f"{here}/accounts/2fa/webauthn/add/")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.goto(f"{here}/accounts/logout/")
    page.locator("main .button.primary").click()
    page.goto(f"{here}/accounts/login/?next=/settings/")
    page.get_by_role("button", name="Use a passkey").click()

    expect(page).to_have_url(re.compile(r"/settings/$"))


def test_where_passkeys_cannot_work_nobody_is_led_to_one(person: Person) -> None:
    page = person()

    page.goto("/accounts/login/")  # at a bare number

    expect(page.locator("#passkey_login")).to_be_hidden()


PAGES = [
    "/settings/",
    "/accounts/email/",
    "/accounts/password/set/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/logout/",
    "/outbox/",
]
DOORS = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/return/"]


@pytest.mark.parametrize(("width", "language", "dark"), [(360, "ar", True), (1200, "en", False)])
def test_account_pages_have_no_barriers(
    person: Person, guard: Guard, width: int, language: str, dark: bool
) -> None:
    page = person(width=width, language=language, dark=dark)
    for path in DOORS:
        page.goto(path)
        axe(page)
        fits(page)

    sign_up(page, f"barriers-{language}@example.org")
    for path in PAGES:
        page.goto(path)
        axe(page)
        fits(page)
    guard.allow("postMessage")  # axe knocks at the mail's frame, which answers nobody
    page.locator("li.entry a").first.click()
    page.locator("details.fold summary").click()
    axe(page)
    fits(page)
