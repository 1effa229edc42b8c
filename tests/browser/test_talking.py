"""People who talk about a draft beside its text, each at a real browser."""

from playwright.sync_api import expect

from tests.browser.conftest import Person, axe, fits
from tests.browser.test_live_drafting import Writer, same_text


def test_words_are_selected_talked_about_and_replaced(person: Person) -> None:
    writer = Writer(person(), "facilitator", 2)
    other = Writer(person(width=360, language="ar"), "participant", 2)
    talk, theirs = (one.page.locator("[data-part=talk]") for one in (writer, other))
    writer.begin()
    writer.type("Perhaps. ")
    writer.press(*["Shift+ArrowLeft"] * 9)
    writer.is_saved()

    writer.press("Control+Alt+m")
    expect(talk.locator("[name=quote]")).to_have_value("Perhaps. ")
    talk.locator("[name=text]").first.fill("Is there a better word?")
    talk.locator("[name=replacement]").fill("Possibly. ")
    writer.press("Tab", "Enter")

    # The other window hears of it, keeps a reply that is being written, and has the words marked.
    suggestion = theirs.locator(".thread", has_text="Is there a better word?")
    expect(suggestion).to_be_visible()
    mark = other.page.locator(".remark", has_text="Perhaps.")
    expect(mark).to_be_visible()
    suggestion.locator("details", has=other.page.locator("textarea")).locator("summary").click()
    suggestion.locator("textarea").fill("نعم")
    writer.begin()
    writer.press("Control+Alt+m")
    talk.locator("[name=text]").first.fill("About all of it.")
    talk.locator(".say button").click()
    expect(theirs.locator(".thread", has_text="About all of it.")).to_be_visible()
    expect(suggestion.locator("textarea")).to_have_value("نعم")
    writer.begin()
    writer.type("So: ")
    other.is_saved()
    expect(mark).to_have_text("Perhaps. ")

    suggestion.locator("button[value=accept]").click()
    expect(writer.paper).to_contain_text("So: Possibly. ")
    expect(other.paper).to_contain_text("So: Possibly. ")
    assert same_text(writer, other).startswith("So: Possibly. ")
    expect(talk.locator(".thread", has_text="Is there a better word?")).to_have_count(0)

    for one in (writer, other):
        axe(one.page)
        fits(one.page)
