import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Guard, Person, axe, fits
from tests.browser.people import sign_up

WORKSHOP = re.compile(r"/workshops/[^/]+-[a-z0-9]{10}/$")


def open_workshop(page: Page) -> str:
    page.goto("/workshops/new/")
    page.locator("[name=title]").fill("The river")
    page.locator("[name=focal_question]").fill("What could become of the river?")
    page.locator("main .button.primary").click()
    page.locator("main .button.primary").click()
    expect(page).to_have_url(re.compile("/stages/$"))
    page.locator("main .button.primary").click()
    page.locator("[name=sides-0-name]").fill("Upstream")
    page.locator("[name=add]").click()
    page.locator("[name=sides-2-name]").fill("Downstream")
    page.locator("[name=name]").fill("Kestrel")
    page.locator("[name=name]").press("Enter")
    expect(page).to_have_url(WORKSHOP)
    return urlsplit(page.url).path


def hand_over_a_code(page: Page, workshop: str, role: str = "observer") -> str:
    page.goto(f"{workshop}seats/")
    page.locator(f"[name=role][value={role}]").check()
    if role == "participant":
        page.locator("[name=constituency]").select_option(index=1)
    page.locator("#add .button.primary").click()
    page.locator("form[action$='/code/'] button").click()
    return page.locator("#code").inner_text()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_one_opens_a_workshop_and_another_sits_down_without_scripting_on_a_phone(
    person: Person, language: str
) -> None:
    opener = person(width=360, language=language, scripting=False)
    sign_up(opener, f"opener-{language}@example.org")
    code = hand_over_a_code(opener, open_workshop(opener))

    guest = person(width=360, language=language, scripting=False)
    guest.goto("/")
    guest.locator("main a[href='/invitations/']").click()
    guest.locator("[name=code]").fill(code.lower().replace("-", " "))
    guest.locator("main .button.primary").click()
    guest.locator("form[action$='/without-address/'] button").click()
    expect(guest.locator("#code")).to_have_text(re.compile(r"^[A-Z0-9]{5}(-[A-Z0-9]{5}){4}$"))
    guest.locator("main .button.primary").click()
    guest.locator("[name=pseudonym]").fill("Plover")
    guest.locator("[name=accepts]").check()
    guest.locator("main .button.primary").click()

    expect(guest).to_have_url(WORKSHOP)
    expect(guest.locator("main")).to_contain_text("Plover")


def test_every_page_about_seats_and_stages_has_no_barrier(person: Person, guard: Guard) -> None:
    page = person(width=360, language="ar", dark=True)
    sign_up(page, "barriers@example.org")
    workshop = open_workshop(page)
    token = hand_over_a_code(page, workshop)
    card = urlsplit(page.url).path
    guard.allow("status of 404")

    for path in (
        card,
        card.replace("card", "removal"),
        card.removesuffix("card/"),
        *(
            f"{workshop}{room}/"
            for room in ("seats", "stages", "set-up", "ground-rules", "leaving")
        ),
        "/",
        "/workshops/new/",
        "/invitations/",
        f"/invitations/{token}/",
        "/invitations/0000-0000-0000-0000/",
    ):
        page.goto(path)
        axe(page)
        fits(page)
