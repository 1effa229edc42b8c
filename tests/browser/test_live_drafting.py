"""People who write in one draft at the same time, each at a real browser."""

import os
import re
import time
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.browser.conftest import Guard, Person, Wire, axe, fits

AWAY = float(os.environ.get("SECONDS_AWAY", "1"))
"""How long both go on writing while one of them has no network."""

NO_SOCKETS = """window.WebSocket = class {
  constructor() { setTimeout(() => this.onclose({ code: 1006 })); }
  close() {}
}; 0"""


class Writer:
    """Someone of the demonstration with one of its drafts open."""

    seats: ClassVar[dict[str, Any]] = {}
    drafts: ClassVar[list[str]] = []

    def __init__(
        self, page: Page, role: str, draft: int, *, sockets: bool = True, alone: bool = False
    ) -> None:
        """With `sockets` off none comes through; `alone`, it signs in for itself and may sign out."""
        self.page = page
        if not sockets:
            page.route_web_socket("**/ws/**", lambda socket: socket.close())
        if role in self.seats and not alone:
            page.context.add_cookies(self.seats[role])
        else:
            if not self.drafts:
                workshop = self.take_seat("facilitator")
                self.dissolve_groups(workshop)
                self.drafts[:] = self.find_drafts(workshop)
            self.take_seat(role)
            if not alone:
                self.seats[role] = page.context.cookies()
        page.goto(self.drafts[draft])

    @classmethod
    def at(cls, page: Page) -> "Writer":
        """Someone who is there already."""
        writer = cls.__new__(cls)
        writer.page = page
        return writer

    def find_drafts(self, workshop: str) -> list[str]:
        self.page.goto(f"{workshop}scenarios/")
        links = self.page.eval_on_selector_all("main a", "links => links.map(one => one.pathname)")
        scenarios = {path for path in links if re.search(r"/scenarios/\d+/$", path)}
        return [f"{path}draft/" for path in sorted(scenarios)]

    def dissolve_groups(self, workshop: str) -> None:
        """So that everybody writes in every draft, as where there are none."""
        self.page.goto(f"{workshop}scenarios/groups/")
        self.page.eval_on_selector_all(
            "main form select", "all => all.forEach(one => { one.value = ''; })"
        )
        with self.page.expect_navigation():
            self.page.locator("main form .button.primary").click()

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
        return str(self.live("view.state.doc.toString()"))

    def live(self, what: str) -> Any:
        """Of the page's own idea of things: `view`, `session` or `text`."""
        draft = "document.querySelector('flamingo-draft')"
        names = f"const {{ view, live }} = {draft}; const {{ session, text }} = live;"
        return self.page.evaluate(f"(() => {{ {names} return {what}; }})()")

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

    def undo_everything(self) -> None:
        undo = self.page.locator("[data-command=undo]")
        while undo.is_enabled():
            undo.click()

    def sees_the_cursor_of(self, other: "Writer") -> None:
        """Where the other has it, in the text and on the screen."""
        head = other.live("view.state.selection.main.head")
        seen = "session.peers.list.find(({id}) => id !== session.you.id)"
        self.page.wait_for_timeout(300)
        assert self.live(f"text.toPage()({seen}.h)") == head
        show = f"view.constructor.scrollIntoView({head}, {{ y: 'center' }})"
        self.live(f"view.dispatch({{ effects: {show} }})")
        expect(self.page.locator(".remote-caret")).to_be_visible()
        self.page.wait_for_timeout(100)
        caret = "document.querySelector('.remote-caret').getBoundingClientRect()"
        place = f"view.coordsAtPos({head}, 1) ?? view.coordsAtPos({head})"
        # The first brings the page up to date, if it has not come to it.
        due, drawn = self.live(f"[{place}, {caret}].map(({{ left, top }}) => [left, top])")
        assert drawn == pytest.approx(due, abs=3)


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


def test_two_write_on_while_one_of_them_has_no_network(
    person: Person, guard: Guard, wire: Wire
) -> None:
    away = Writer(person(width=360, at=wire), "participant", 1)
    other = Writer(person(), "second", 1)
    before = away.text
    away.begin()
    away.type("قبل ")
    away.is_saved()
    other.begin()
    other.press("Control+End")

    wire.cut()
    expect(away.status).to_have_attribute("data-state", "offline")
    arabic = english = ""
    until = time.monotonic() + AWAY
    while time.monotonic() < until:
        away.type("ماء ")
        other.type(" And?")
        arabic, english = arabic + "ماء ", english + " And?"
    expect(away.status).to_contain_text(f"{len(arabic):,}")
    wire.mend()

    assert same_text(away, other) == f"قبل {arabic}{before}{english}"
    for here, there in ((away, other), (other, away)):
        here.sees_the_cursor_of(there)
    away.undo_everything()
    assert same_text(away, other) == f"{before}{english}"
    other.undo_everything()
    assert same_text(away, other) == before


def test_unsaved_words_survive_a_reload_and_are_nobody_elses(
    person: Person, guard: Guard, wire: Wire
) -> None:
    guard.allow("ERR_FAILED|40[13]|410")
    writer = Writer(person(at=wire), "second", 2, alone=True)
    page = writer.page
    writer.begin()
    writer.is_saved()
    before = writer.text

    def write_without_a_line(words: str) -> None:
        # Pages can be loaded, lines cannot be had.
        page.evaluate(NO_SOCKETS)
        page.route("**/ws/**", lambda route: route.abort())
        wire.cut()
        expect(writer.status).to_have_attribute("data-state", "offline")
        writer.type(words)
        wire.mend()

    write_without_a_line("Kept over a reload. ")
    with page.expect_popup() as opening:  # a copy of the tab, with all that it keeps
        page.evaluate("open(location.href)")
    copy = Writer.at(opening.value)
    copy.is_saved()
    assert copy.text == before
    copy.page.close()
    page.unroute_all()
    page.reload()
    assert writer.keeps()
    writer.is_saved()
    assert writer.text == f"Kept over a reload. {before}"
    assert not writer.keeps()

    writer.begin()
    write_without_a_line("Never sent. ")
    leaving = page.context.new_page()
    leaving.goto("/accounts/logout/")
    leaving.locator("main form[action='/accounts/logout/'] button").click()
    leaving.wait_for_url("**/")
    page.unroute_all()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(writer.status).to_contain_text("signed out")
    assert not writer.keeps()
    expect(page.locator("#lost-words")).to_have_text("Never sent. ")

    # Another person at the same machine: the page forgets, and nothing of it is ever sent.
    leaving.locator("button[name=role][value=participant]").click()
    leaving.wait_for_url("**/workshops/**")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator("#lost-words")).to_be_hidden()
    writer.is_saved()
    assert writer.text == f"Kept over a reload. {before}"


def test_a_page_from_before_an_upgrade_loads_itself_anew_and_keeps_the_words(
    person: Person,
) -> None:
    writer = Writer(page := person(), "participant", 2)
    before = writer.text
    writer.begin()
    writer.is_saved()

    old: list[bool] = []

    def older(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        number = '"p":0' if old.pop() else '"p":1'
        socket.on_message(lambda said: server.send(str(said).replace('"p":1', number)))

    page.route_web_socket("**/ws/**", older)
    # No answer to the letters, then a server that knows a newer protocol.
    writer.live("session.connection.close()")
    writer.type("Old. ")
    old += [False, True]
    with page.expect_navigation():
        writer.live("session.closed(1012)")
    writer.is_saved()
    assert writer.text == f"Old. {before}"

    # No newer this time: rather than load it again and again, it says so.
    old += [True, True]
    writer.begin()
    writer.live("session.connection.close()")
    writer.type("Again. ")
    writer.live("session.closed(1012)")
    expect(writer.status).to_contain_text("Flamingo was renewed")
    expect(page.locator("#lost-words")).to_have_text("Again. ")
    assert writer.keeps()


def test_a_machine_that_slept_finds_out_that_its_line_is_dead(person: Person, wire: Wire) -> None:
    writer = Writer(person(at=wire), "participant", 3)
    writer.begin()
    writer.is_saved()
    wire.go_dead()
    before = writer.text
    writer.page.evaluate("const now = Date.now; Date.now = () => now() + 3_600_000; 0")
    woken = time.monotonic()
    while writer.live("session.line") == "up":
        writer.page.wait_for_timeout(100)
    assert time.monotonic() - woken < 9  # five, and more on a busy machine; left alone it is 28
    writer.type("Awake. ")

    writer.is_saved()
    assert writer.text == f"Awake. {before}"


def test_what_others_write_above_does_not_move_what_one_reads(person: Person) -> None:
    reader = Writer(person(width=360, height=640), "participant", 0)
    other = Writer(person(), "second", 0)
    other.begin()
    reader.begin()
    reader.press("Control+End")
    middle = reader.paper.locator(".cm-line", has_text="The same hall").first
    middle.scroll_into_view_if_needed()
    top = middle.bounding_box()
    other.type("One line.\nAnother line, long enough to be broken on a small screen.\n\n")

    same_text(other, reader)
    after = middle.bounding_box()
    assert top is not None
    assert after is not None
    assert abs(after["y"] - top["y"]) < 3
    other.undo_everything()


def test_signing_out_elsewhere_reaches_the_open_page(person: Person) -> None:
    writer = Writer(person(), "participant", 3, alone=True)
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
