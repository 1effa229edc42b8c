"""Answering without loading the page again: by key, by tap, offline, and when the server says no."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Guard, Person, axe, fits


def take_a_seat(page: Page) -> None:
    """In the demonstration, as a participant, before all its assumptions."""
    page.goto("/")
    load = page.locator('form[action*="demo"]:not(:has([name="role"])) button').first
    if load.count():
        load.click()
    page.locator('button[name="role"][value="participant"]').click()
    page.locator(".workshop-nav a[href$='/assumptions/']").click()
    page.goto(page.url.split("?")[0] + "?show=all")


def test_assumptions_are_answered_where_they_stand(person: Person, guard: Guard) -> None:
    guard.allow("409")
    guard.allow("ERR_INTERNET_DISCONNECTED")
    page = person()
    take_a_seat(page)
    page.evaluate("window.stayed = true")
    first, second = (page.locator(".assumption").nth(place) for place in (0, 1))
    axe(page)

    # J goes to the first and then to the next; a letter answers for the one that has the focus.
    page.keyboard.press("d")
    for _ in range(2):
        page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("p")
    expect(second.get_by_role("button", name="Pass")).to_have_attribute("aria-pressed", "true")
    expect(second).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()

    # A tap keeps the focus on the button it pressed.
    second.get_by_role("button", name="Disagree").click()
    pressed = second.get_by_role("button", name="Disagree")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    expect(pressed).to_be_focused()
    assert page.evaluate("window.stayed") is True

    # Offline the page says so, and the answer stays what it was.
    page.context.set_offline(True)
    second.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Your answer was not sent.")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    page.context.set_offline(False)

    # Words that changed meanwhile: the whole page comes, with a sentence.
    second.locator("[name=version]").evaluate("input => { input.value = 77; }")
    second.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The words changed while you were reading.")


def test_assumptions_are_answered_without_scripting_on_a_phone(person: Person) -> None:
    page = person(scripting=False, width=360)
    take_a_seat(page)
    fits(page)
    second = page.locator(".assumption").nth(1)

    second.get_by_role("button", name=re.compile("^Pass")).click()

    pressed = page.locator(".assumption").nth(1).get_by_role("button", name=re.compile("^Pass"))
    expect(pressed).to_have_attribute("aria-pressed", "true")
    assert "show=all" in page.url
