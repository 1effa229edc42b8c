"""The whole main job, by four people at four browsers, from opening a workshop to its report.

The facilitator and the moderator sit at desks; the second participant has a phone and reads Arabic.
"""

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, axe, fits
from tests.browser.people import link_for, sign_up, sign_up_here

QUESTION = "How could the valley share its water in the next ten years?"
STORY = [
    "# The shared well",
    "",
    "Nobody planned it. It *could* begin with a dry spring.",
    "",
    "## 2029: The first meter",
    "",
    "A meter could be read by both villages.",
]


class Someone:
    """One person at one browser; every page they come to is looked at for barriers and width."""

    def __init__(self, page: Page, language: str = "en") -> None:
        self.page = page
        self.direction = "rtl" if language == "ar" else "ltr"

    def look(self) -> None:
        expect(self.page.locator("html")).to_have_attribute("dir", self.direction)
        axe(self.page)
        fits(self.page)

    def go(self, path: str) -> None:
        self.page.goto(path)
        self.look()

    def press(self, selector: str, has_text: str | None = None) -> None:
        """Press what leads to another page, and look at that."""
        with self.page.expect_navigation():
            self.page.locator(selector, has_text=has_text).first.click()
        self.look()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").first.fill(value)

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"[name={name}][value={value}]").check()


def open_workshop(facilitator: Someone) -> str:
    """In three short steps; returns the workshop's path."""
    facilitator.go("/workshops/new/")
    facilitator.fill(
        title="The valley", focal_question=QUESTION, base_year="2026", horizon_year="2036"
    )
    facilitator.press("main button.primary")
    facilitator.choose("template", "afternoon")
    facilitator.choose("attribution", "pseudonymous")
    facilitator.choose("visibility", "public")
    facilitator.press("main button.primary")
    for row, name in enumerate(["Upper village", "Lower village"]):
        facilitator.page.locator(f"[name=sides-{row}-name]").fill(name)
    facilitator.fill(name="Millstone")
    facilitator.press("main button.primary")
    return urlsplit(facilitator.page.url).path


def add_seat(facilitator: Someone, workshop: str, role: str, side: str = "") -> None:
    """Add a seat; its page opens."""
    facilitator.go(f"{workshop}seats/")
    facilitator.choose("role", role)
    if side:
        facilitator.page.locator("[name=constituency]").select_option(label=side)
    facilitator.press("#add button.primary")


def invite_by_mail(facilitator: Someone, address: str, language: str = "en") -> None:
    facilitator.fill(address=address)
    facilitator.page.locator("main [name=language]").select_option(language)
    facilitator.press("main form.form button.primary")


def take_seat(someone: Someone, name: str, language: str = "en") -> None:
    """On the page of the invitation, signed in."""
    someone.fill(pseudonym=name)
    someone.page.locator("main [name=language]").select_option(language)
    someone.page.locator("[name=accepts]").check()
    someone.press("main form.form button.primary")


def test_the_main_job_from_opening_to_publication(person: Person) -> None:
    facilitator = Someone(person())
    sign_up(facilitator.page, "facilitator@example.org")
    workshop = open_workshop(facilitator)

    # Seats: two by mail, and one by a code handed over to somebody without an address.
    add_seat(facilitator, workshop, "participant", "Upper village")
    invite_by_mail(facilitator, "upper@example.org")
    add_seat(facilitator, workshop, "moderator")
    invite_by_mail(facilitator, "moderator@example.org")
    add_seat(facilitator, workshop, "participant", "Lower village")
    facilitator.press("main button", has_text="Make a code")
    code = facilitator.page.locator("#code").inner_text()

    upper = Someone(person())
    upper.go(link_for(upper.page, "upper@example.org"))
    upper.press("main a.button", has_text="Open an account")
    sign_up_here(upper.page, "upper@example.org")
    upper.look()
    take_seat(upper, "Heron")

    moderator = Someone(person(dark=True))
    moderator.go(link_for(moderator.page, "moderator@example.org"))
    moderator.press("main a.button", has_text="Open an account")
    sign_up_here(moderator.page, "moderator@example.org")
    take_seat(moderator, "Level")

    lower = Someone(person(width=360, language="ar"), "ar")
    lower.go("/invitations/")
    lower.fill(code=code.lower())
    lower.press("main form.form button.primary")
    lower.press("main form[action$='without-address/'] button")
