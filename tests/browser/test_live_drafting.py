"""People who write in one draft at the same time, each at a real browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Guard, Person, axe, fits

OFFLINE = "ERR_INTERNET_DISCONNECTED"


class Writer:
    """Someone of the demonstration with one of its drafts open."""

    def __init__(self, page: Page, role: str, draft: int, *, sockets: bool = True) -> None:
        self.page = page
        if not sockets:
            page.route_web_socket("**/ws/**", lambda socket: socket.close())
        workshop = self.take_seat(role)
        page.goto(f"{workshop}scenarios/")
        paths = page.eval_on_selector_all("main a", "links => links.map(link => link.pathname)")
        scenarios = sorted({path for path in paths if re.search(r"/scenarios/\d+/$", path)})
        self.page.goto(f"{scenarios[draft]}draft/")

    def take_seat(self, role: str) -> str:
        """Where its workshop is."""
        self.page.goto("/")
        load = self.page.locator("form[action$='/demo/'] button, form[action*='load'] button")
        if load.count():
            load.click()
        with self.page.expect_navigation():
            self.page.locator(f"button[name=role][value={role}]").click()
        workshop = self.page.locator(".workshop-name a").get_attribute("href")
        assert workshop is not None
        return workshop

    @property
    def paper(self) -> Locator:
        return self.page.locator(".cm-content")

    @property
    def status(self) -> Locator:
        return self.page.locator("[data-part=status]")

    @property
    def text(self) -> str:
        return str(
            self.page.evaluate("document.querySelector('flamingo-draft').view.state.doc.toString()")
        )

    def keeps(self) -> bool:
        """Whether something unsent lies in this tab's storage."""
        keys = "Object.keys(sessionStorage)"
        return bool(self.page.evaluate(f"{keys}.some(key => key.startsWith('flamingo.unsent'))"))

    def is_saved(self) -> None:
        expect(self.status).to_have_attribute("data-state", "saved")

    def begin(self) -> None:
        """Puts the cursor at the very beginning."""
        expect(self.paper).to_have_attribute("contenteditable", "true")
        self.paper.click()
        self.page.keyboard.press("Control+Home")

    def type(self, words: str) -> None:
        self.page.keyboard.type(words, delay=10)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


def same_text(*writers: Writer) -> str:
    for writer in writers:
        writer.is_saved()
    expected = writers[0].text
    for writer in writers[1:]:
        writer.page.wait_for_timeout(200)
        assert writer.text == expected
    return expected


def test_two_people_see_each_others_letters_and_cursors(person: Person) -> None:
    facilitator = Writer(person(), "facilitator", 0)
    participant = Writer(person(width=360, dark=True), "participant", 0)

    facilitator.begin()
    facilitator.type("It could rain. ")
    participant.begin()
    expect(participant.paper).to_contain_text("It could rain.")
    participant.type("Once. ")
    expect(facilitator.paper).to_contain_text("Once. It could rain.")

    same_text(facilitator, participant)
    here = facilitator.page.locator("[data-part=people] li")
    expect(here).to_have_count(2)
    expect(here.first).to_contain_text("you, facilitator")
    expect(participant.page.locator(".remote-caret")).to_contain_text("facilitator")
    name = here.nth(1).locator("bdi").inner_text()
    expect(facilitator.page.locator(".remote-caret")).to_have_text(name)
    for writer in (facilitator, participant):
        axe(writer.page)
        fits(writer.page)


def test_words_written_without_a_line_arrive_once_and_beside_those_of_others(
    person: Person, guard: Guard
) -> None:
    guard.allow(OFFLINE)
    away = Writer(person(width=360), "participant", 1)
    other = Writer(person(), "second", 1)
    before = away.text

    away.begin()
    away.type("قبل ")
    other.begin()
    away.is_saved()
    away.page.context.set_offline(True)
    away.type("كان الماء قليلا. ")
    other.press("Control+End")
    other.type(" And then?")
    expect(away.status).to_have_attribute("data-state", "offline", timeout=20_000)
    expect(away.status).to_contain_text("17")

    away.page.context.set_offline(False)

    assert same_text(away, other) == f"قبل كان الماء قليلا. {before} And then?"
    away.press("Control+z")
    assert same_text(away, other).endswith(" And then?")
    for _ in range(5):
        away.press("Control+z")
    assert same_text(away, other) == f"{before} And then?"


def test_unsaved_words_survive_a_reload_and_not_a_sign_out(person: Person, guard: Guard) -> None:
    guard.allow(f"{OFFLINE}|ERR_FAILED|40[13]|410")
    writer = Writer(person(), "second", 2)
    writer.begin()
    writer.is_saved()
    before = writer.text

    def lose_the_line(words: str) -> None:
        writer.page.context.set_offline(True)
        writer.page.evaluate("dispatchEvent(new Event('offline'))")
        expect(writer.status).to_have_attribute("data-state", "offline", timeout=20_000)
        writer.type(words)

    lose_the_line("Kept over a reload. ")
    assert writer.keeps()
    writer.page.context.set_offline(False)
    writer.page.reload()
    writer.is_saved()
    assert writer.text == f"Kept over a reload. {before}"
    assert not writer.keeps()

    writer.begin()
    lose_the_line("Never sent. ")
    # The socket stays away while the pages are there again.
    writer.page.route_web_socket("**/ws/**", lambda socket: socket.close())
    writer.page.route("**/ws/**", lambda route: route.abort())
    writer.page.context.set_offline(False)
    leaving = writer.page.context.new_page()
    leaving.goto("/accounts/logout/")
    leaving.locator("main form[action='/accounts/logout/'] button").click()
    leaving.wait_for_url("**/")
    writer.page.unroute_all()
    writer.page.evaluate("dispatchEvent(new Event('online'))")
    expect(writer.status).to_contain_text("signed out")
    assert not writer.keeps()
    expect(writer.page.locator("#lost-words")).to_have_text("Never sent. ")

    # Another person at the same machine: the page forgets, and nothing of it is ever sent.
    leaving.locator("button[name=role][value=participant]").click()
    leaving.wait_for_url("**/workshops/**")
    writer.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(writer.page.locator("#lost-words")).to_be_hidden()
    writer.is_saved()
    assert writer.text == f"Kept over a reload. {before}"


def test_signing_out_elsewhere_reaches_the_open_page(person: Person) -> None:
    writer = Writer(person(), "participant", 3)
    writer.is_saved()

    elsewhere = writer.page.context.new_page()
    elsewhere.goto("/accounts/logout/")
    elsewhere.locator("main form[action='/accounts/logout/'] button").click()

    expect(writer.status).to_contain_text("signed out")
    expect(writer.paper).to_have_attribute("contenteditable", "false")


def test_the_moderator_reads_along(person: Person) -> None:
    reader = Writer(person(), "moderator", 0)
    writer = Writer(person(), "participant", 0)

    expect(reader.status).to_have_attribute("data-state", "reading")
    writer.begin()
    writer.type("Read this. ")

    expect(reader.paper).to_contain_text("Read this.")
    expect(reader.paper).to_have_attribute("contenteditable", "false")
    expect(reader.page.locator("[data-part=toolbar]")).to_be_hidden()


def test_the_toolbar_and_the_keys_set_what_they_say(person: Person) -> None:
    writer = Writer(person(), "participant", 3)
    page = writer.page

    writer.begin()
    writer.press("Enter", "Enter", "Control+Home")
    writer.type("The shared well")
    page.get_by_role("button", name="Heading").click()
    writer.press("Enter")
    page.get_by_role("button", name="List", exact=True).click()
    writer.type("a spring\na ")
    writer.press("Control+b")
    writer.type("meter")
    writer.press("Control+b", "Enter", "Enter")
    writer.type("Dry.")

    assert writer.text.startswith("## The shared well\n- a spring\n- a **meter**\nDry.\n\n")
    outline = page.get_by_role("link", name="The shared well")
    expect(outline).to_have_attribute("data-level", "2")
    expect(page.locator(".md-strong", has_text="meter")).to_be_visible()
    writer.press("Control+End")
    outline.click()
    writer.type("!")
    assert writer.text.startswith("!## The shared well")
    page.get_by_role("button", name="Undo").click()
    writer.is_saved()
    page.locator("[data-command=heading]").focus()
    writer.press("ArrowRight", "ArrowRight")
    expect(page.locator("[data-command=emphasis]")).to_be_focused()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_without_scripting_the_text_is_a_form_that_saves(person: Person, language: str) -> None:
    writer = Writer(person(width=360, language=language, scripting=False), "participant", 2)
    text = writer.page.locator("form.paper textarea")

    text.fill(f"{text.input_value()}\n\nWritten without scripting.")
    writer.page.locator("form.paper button").click()

    expect(text).to_have_value(re.compile(r"Written without scripting\.$"))


def test_where_no_socket_comes_through_two_write_by_posts(person: Person) -> None:
    writer = Writer(person(width=360), "participant", 0, sockets=False)
    other = Writer(person(), "second", 0)
    writer.begin()
    writer.type("By posts. ")
    other.begin()
    expect(other.paper).to_contain_text("By posts.")
    other.type("بالبريد. ")
    expect(writer.page.locator(".remote-caret")).to_be_visible()

    assert same_text(writer, other).startswith("بالبريد. By posts. ")
    writer.page.close()
    expect(other.page.locator("[data-part=people] li")).to_have_count(1)


def test_where_no_line_comes_through_the_form_takes_over_with_the_words(
    person: Person, guard: Guard
) -> None:
    guard.allow("ERR_FAILED")
    page = person()
    page.route("**/ws/**", lambda route: route.abort())
    writer = Writer(page, "participant", 0, sockets=False)
    writer.begin()
    writer.type("Through the form. ")

    form = page.locator("form.paper")
    expect(form).to_be_visible(timeout=20_000)
    form.get_by_role("button").click()

    expect(page.locator("form.paper textarea")).to_have_value(re.compile("^Through the form. "))
    expect(page.locator(".notice.success")).to_be_visible()


def test_letters_in_the_hand_of_an_input_method_are_left_to_it(person: Person) -> None:
    composing = Writer(person(width=360), "participant", 1)
    other = Writer(person(), "second", 1)
    composing.begin()
    composing.type("One line, for two.")
    composing.press("Enter", "Enter", "Control+Home")
    other.begin()
    expect(other.paper).to_contain_text("One line, for two.")
    other.press(*["ArrowRight"] * 8)
    keyboard = composing.page.context.new_cdp_session(composing.page)

    for letters in ("n", "ni", "nih"):
        place = len(letters)
        keyboard.send(
            "Input.imeSetComposition",
            {"text": letters, "selectionStart": place, "selectionEnd": place},
        )
        other.type("!")
        composing.page.wait_for_timeout(150)
    keyboard.send("Input.insertText", {"text": "日本"})

    assert same_text(composing, other).startswith("日本One line!!!, for two.\n")
