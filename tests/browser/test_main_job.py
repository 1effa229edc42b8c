"""The whole main job, by four people at four browsers, from opening a workshop to its report.

The facilitator and the moderator sit at desks; the second participant has a phone and reads Arabic.
"""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import RESULTS, Person, axe, fits
from tests.browser.people import link_for, newest_mail, sign_up, sign_up_here

QUESTION = "How could the valley share its water in the next ten years?"
STORY = """# The shared well

Nobody planned it. It *could* begin with a dry spring.

## 2029: The first meter

A meter could be read by both villages. """


class Someone:
    """One person at one browser; every page they come to is looked at for barriers and width."""

    def __init__(self, page: Page, language: str = "en") -> None:
        self.page = page
        self.direction = "rtl" if language == "ar" else "ltr"
        self.seen: set[str] = set()

    def look(self) -> None:
        """Once at each page, since looking takes longer than pressing."""
        expect(self.page.locator("html")).to_have_attribute("dir", self.direction)
        if self.page.url not in self.seen:
            axe(self.page)
            fits(self.page)
        self.seen.add(self.page.url)

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
    """In four short steps; returns the workshop's path."""
    facilitator.go("/workshops/new/")
    facilitator.fill(
        title="The valley", focal_question=QUESTION, base_year="2026", horizon_year="2036"
    )
    facilitator.press("main button.primary")
    facilitator.choose("template", "afternoon")
    facilitator.choose("attribution", "pseudonymous")
    facilitator.choose("visibility", "public")
    facilitator.press("main button.primary")
    facilitator.press("main button.primary")  # the stages, as the template lays them out
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


def move_on(facilitator: Someone, workshop: str) -> None:
    """Past whatever gate is not met, with a reason."""
    facilitator.go(f"{workshop}stages/")
    because = facilitator.page.locator("form[action$='stages/move/'] [name=because]")
    if because.count():
        because.fill("We are few, and know each other.")
    facilitator.press("main button[value=go_on]")


def propose(someone: Someone, workshop: str, statement: str) -> None:
    someone.go(f"{workshop}assumptions/new/")
    someone.fill(statement=statement)
    someone.press("main form.form button.primary")


def write(someone: Someone, text: str) -> None:
    """At the end of the open draft, as letters typed one by one."""
    page = someone.page
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)
    expect(page.locator("[data-part=status]")).to_have_attribute("data-state", "saved")


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
    upper.press("main button", has_text="Open an account")
    sign_up_here(upper.page, "upper@example.org")
    upper.look()
    take_seat(upper, "Heron")
    expect(upper.page.locator("h1")).to_have_text(QUESTION)

    moderator = Someone(person(dark=True))
    moderator.go(link_for(moderator.page, "moderator@example.org"))
    moderator.press("main button", has_text="Open an account")
    sign_up_here(moderator.page, "moderator@example.org")
    take_seat(moderator, "Level")

    lower = Someone(person(width=360, language="ar"), "ar")
    lower.go("/invitations/")
    lower.fill(code=code.lower())
    lower.press("main form.form button.primary")
    lower.press("main form[action$='without-address/'] button")
    expect(lower.page.locator(".code")).to_have_text(re.compile(r"^[A-Z0-9-]+$"))
    lower.press("main a.button")
    take_seat(lower, "بلشون", "ar")

    # The situation: one proposes, the other answers with one key, and no number shows.
    move_on(facilitator, workshop)
    propose(upper, workshop, "The valley has one spring.")
    lower.go(f"{workshop}assumptions/")
    answered = lower.page.locator("button[value=agree]").first
    answered.focus()
    with lower.page.expect_response(re.compile("/response/")):
        lower.page.keyboard.press("a")
    expect(answered).to_have_attribute("aria-pressed", "true")
    lower.look()

    # The logic, and one scenario.
    move_on(facilitator, workshop)
    facilitator.go(f"{workshop}scenarios/new/")
    facilitator.fill(title="The shared well", premise="Nobody planned it.")
    facilitator.press("main form.form button.primary")
    move_on(facilitator, workshop)

    # Two write in one text, see each other's letters and names.
    for writer in (upper, lower):
        writer.go(f"{workshop}scenarios/")
        writer.press("main a", has_text="The shared well")
        writer.press("main a.button.primary")
    draft = upper.page.url
    write(upper, STORY)
    expect(lower.page.locator(".cm-content")).to_contain_text("A meter could be read")
    write(lower, "يمكن أن تُقرأ في القريتين.")
    expect(upper.page.locator(".cm-content")).to_contain_text("يمكن أن تُقرأ")
    expect(upper.page.locator("[data-part=people]")).to_contain_text("بلشون")
    expect(lower.page.locator("[data-part=people]")).to_contain_text("Heron")
    upper.look()
    lower.look()
    upper.page.locator(".cm-content").click()
    RESULTS.mkdir(exist_ok=True)
    upper.page.screenshot(path=RESULTS / "drafting.png")  # docs/drafting.png is a copy of it

    # Handed in; returned with a reason; mended and handed in again; accepted.
    hand_in(upper)
    decide(moderator, workshop, "return", reason="says_should", note="Say what could happen.")
    assert "Say what could happen." in newest_mail(upper.page, "upper@example.org")
    upper.go(workshop)
    expect(upper.page.locator("main")).to_contain_text("Say what could happen.")
    upper.go(draft)
    write(upper, "\n\nIt could also fail.")
    hand_in(upper)
    decide(moderator, workshop, "publish")

    # Out it goes.
    move_on(facilitator, workshop)
    facilitator.go(f"{workshop}publication/")
    facilitator.press("main button[value=release]")
    report = urlsplit(facilitator.page.url).path
    assert report.startswith("/reports/")
    visitor = Someone(person(width=360))
    visitor.go(report)
    main = visitor.page.locator("main")
    for words in (QUESTION, "The shared well", "Nobody planned it.", "2029", "It could also fail."):
        expect(main).to_contain_text(words)
    expect(main).not_to_contain_text("Heron")
    lower.go(report)


def hand_in(someone: Someone) -> None:
    someone.press("a[data-once-saved]")
    someone.press("main form.form button.primary")


def decide(
    moderator: Someone, workshop: str, action: str, reason: str = "", note: str = ""
) -> None:
    moderator.go(workshop)
    moderator.go(f"{workshop}moderation/")
    moderator.press("main .entry a")
    if reason:
        moderator.page.locator("[name=reason]").select_option(reason)
    moderator.fill(note=note)
    moderator.press(f"main button[value={action}]")
