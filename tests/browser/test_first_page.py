import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person, axe, fits


@pytest.mark.parametrize(
    ("width", "language", "dark"), [(360, "ar", True), (360, "en", False), (1200, "en", False)]
)
def test_the_first_page_is_open_to_everybody(
    person: Person, width: int, language: str, dark: bool
) -> None:
    page = person(width=width, language=language, dark=dark)

    page.goto("/")

    direction = "rtl" if language == "ar" else "ltr"
    expect(page.locator("html")).to_have_attribute("dir", direction)
    axe(page)
    fits(page)
