"""The rooms of the method at a browser: rated by digits, read by keyboard, sorted by keys."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, axe, fits
from tests.processes import WebServer


def sit_down(page: Page, role: str) -> str:
    """In the demonstration; the address of its workshop."""
    page.goto("/")
    load = page.locator('form[action*="demo"]:not(:has([name="role"])) button').first
    if load.count():
        load.click()
    page.locator(f'button[name="role"][value="{role}"]').click()
    return page.url.rstrip("/")


def reopen(page: Page, workshop: str, stage: str) -> None:
    page.goto(f"{workshop}/stages/")
    page.get_by_role("button", name="Only close it").click()
    page.locator("[name=stage]").last.select_option(label=stage)
    page.locator("[name=because]").fill("To look at it once more.")
    page.get_by_role("button", name="Open it again").click()
    expect(page.locator(".lede")).to_contain_text(f"{stage} is open.")


def test_forces_are_rated_by_digits_and_seeds_sorted_by_keys(
    person: Person, embedded: WebServer
) -> None:
    facilitator, page = person(at=embedded), person(at=embedded, width=360)
    workshop = sit_down(facilitator, "facilitator")
    sit_down(page, "participant")
    for path in ("/situation/", "/forces/", "/scenarios/", "/scenarios/timeline/"):
        page.goto(workshop + path)
        axe(page)
        fits(page)
    reopen(facilitator, workshop, "Ranking")

    # One digit a question, then Enter.
    page.goto(f"{workshop}/forces/ranking/")
    page.get_by_role("link", name=re.compile("^Change")).first.click()
    axe(page)
    fits(page)
    page.locator("#id_impact input").first.focus()
    for key in ("0", "3", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("tbody tr").first).to_contain_text(re.compile(r"10\s+3"))

    # Every point of the plot is reached by keyboard and leads to its row.
    page.goto(f"{workshop}/forces/ranking/result/")
    axe(page)
    fits(page)
    points = page.locator("svg a[href^='#row-']")
    points.nth(1).focus()
    page.keyboard.press("Enter")
    assert points.count() == 11
    assert page.url.endswith(points.nth(1).get_attribute("href") or "?")

    # A seed goes to the next heading and stays there.
    reopen(facilitator, workshop, "Scenario logic")
    page.goto(f"{workshop}/seeds/")
    axe(page)
    fits(page)
    page.locator("li:has(form.sort)").first.focus()
    title = page.locator("li:focus h3").inner_text()
    page.keyboard.press("]")
    to = page.locator("[data-cluster]").nth(1)
    expect(to.locator("li:focus h3")).to_have_text(title)
    page.reload()
    expect(page.locator("[data-cluster]").nth(1)).to_contain_text(title)
    facilitator.goto(f"{workshop}/scenarios/logic/?kind=axes")
    axe(facilitator)
