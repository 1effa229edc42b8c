import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.conftest import Guard, Person, axe, fits
from tests.browser.people import sign_up
from tests.browser.test_seats import hand_over_a_code, open_workshop

WRONG_CLOCK = "const now = Date.now; Date.now = () => now() + 3 * 3600_000;"
NINE = re.compile(r"^9:\d\d$")


def sit_down(page: Page, code: str) -> None:
    page.goto(f"/invitations/{code}/")
    page.locator("form[action$='/without-address/'] button").click()
    page.locator("main .button.primary").click()
    page.locator("[name=pseudonym]").fill("Plover")
    page.locator("[name=accepts]").check()
    page.locator("main .button.primary").click()
    expect(page.locator("main")).to_contain_text("Plover")


def plan(page: Page, workshop: str) -> str:
    page.goto(f"{workshop}sessions/new/")
    axe(page)
    soon = datetime.now(UTC) + timedelta(minutes=20)
    page.locator("[name=title]").fill("First meeting")
    page.locator("[name=starts_at]").fill(soon.strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=agenda]").fill("10 Welcome\n20 What has changed")
    page.locator("main .button.primary").click()
    expect(page.locator("h1")).to_have_text("First meeting")
    return page.url


def test_two_meet_on_the_servers_clock_and_one_comes_back(person: Person, guard: Guard) -> None:
    host = person()
    sign_up(host, "host@example.org")
    workshop = open_workshop(host)
    code = hand_over_a_code(host, workshop, "participant")
    room = plan(host, workshop)
    guest = person(width=360, dark=True)
    guest.add_init_script(WRONG_CLOCK)
    sit_down(guest, code)
    guest.goto(room)

    expect(host.locator("[data-part=room]")).to_contain_text("Plover")
    host.locator("#act-go-on").click()
    expect(guest.locator("[data-part=clock]")).to_have_text(NINE)
    expect(guest.locator("[aria-current=step]")).to_contain_text("Welcome")
    guest.locator("#act-hand").click()
    expect(guest.locator("#act-hand")).to_have_text("Lower my hand")
    expect(guest.locator("#act-hand")).to_be_focused()
    expect(host.get_by_role("button", name="Has spoken")).to_be_visible()
    axe(guest)
    fits(guest)

    guard.allow("ERR_INTERNET_DISCONNECTED|Failed to fetch|WebSocket connection")
    guest.context.set_offline(True)
    host.locator("#act-ready").click()
    host.locator("#act-go-on").click()
    expect(host.locator("[aria-current=step]")).to_contain_text("What has changed")
    guest.context.set_offline(False)
    guest.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(guest.locator("[aria-current=step]")).to_contain_text("What has changed")
    expect(guest.locator("[data-part=clock]")).to_have_text(re.compile(r"^(20:00|19:\d\d)$"))
    axe(host)
