"""What people do at their browsers in more than one test."""

import re

from playwright.sync_api import Page, expect


def newest_mail(page: Page, address: str, here: str = "") -> str:
    """The text of the newest mail kept for this address, read as its owner would, in another tab."""
    post = page.context.new_page()
    entry = post.locator("li.entry", has_text=address).first.get_by_role("link")
    for _ in range(40):
        post.goto(f"{here}/outbox/")
        if entry.count():
            break
        post.wait_for_timeout(250)
    entry.click()
    text = post.locator(".mail-body").inner_text()
    post.close()
    return text


def code_for(page: Page, address: str, here: str = "") -> str:
    found = re.search(r"^([A-Z0-9]+-[A-Z0-9]+)$", newest_mail(page, address, here), re.MULTILINE)
    assert found is not None
    return found[1]


def link_for(page: Page, address: str) -> str:
    """The first link in the newest mail."""
    found = re.search(r"https?://\S+", newest_mail(page, address))
    assert found is not None
    return found[0]


def sign_up(page: Page, address: str, here: str = "") -> None:
    page.goto(f"{here}/accounts/signup/")
    sign_up_here(page, address, here)
    expect(page).to_have_url(re.compile(r"/$"))


def sign_up_here(page: Page, address: str, here: str = "") -> None:
    """On the sign-up page, which may lead on to somewhere."""
    page.locator("[name=email]").fill(address)
    page.locator("main .button.primary").click()
    page.locator("[name=code]").fill(code_for(page, address, here))
    with page.expect_navigation():
        page.locator("main .button.primary").click()
