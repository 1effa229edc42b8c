import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from participants import emails, plain

MAILS = sorted(
    str(path.relative_to(django_settings.BASE_DIR / "templates"))
    for path in Path(django_settings.BASE_DIR / "templates").glob("*/email/*.html")
    if path.name != "notice.html"
)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("template", MAILS)
def test_every_account_mail_says_the_same_as_text_and_as_html(template: str, language: str) -> None:
    rendered = emails.render(
        template,
        {"code": "ABC-123", "login_url": "http://h/in", "signup_url": "http://h/up"},
        language,
    )

    assert rendered.subject
    assert "\n" not in rendered.subject
    assert ("ABC-123" in rendered.text) == ("ABC-123" in rendered.html)
    assert "{" not in rendered.text
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in rendered.html


@pytest.mark.parametrize("template", MAILS)
def test_no_mail_fetches_anything(template: str) -> None:
    html = emails.render(template, {}, "en").html

    assert re.findall(r"<(img|link|script|iframe)|url\(|@import", html) == []
    assert 'style="' in html


def test_text_is_read_from_html() -> None:
    html = """
      <html><head><title> A  title &amp;
      more </title><style>p { color: red }</style></head><body>
      <h1>Heading</h1><p>One <strong>bold</strong>word, and <em>another</em>.</p>
      <ul><li>first</li><li>second</li></ul>
      <p><a href="http://h/x">Take your seat</a></p><p>See <a href="http://h/y">http://h/y</a>.</p>
      <p>Line<br>break</p><script>no()</script></body></html>"""

    title, text = plain.read(html)

    assert title == "A title & more"
    assert text == (
        "Heading\n\nOne boldword, and another.\n\n- first\n- second\n\n"
        "Take your seat: http://h/x\n\nSee http://h/y.\n\nLine\nbreak\n"
    )


def test_links_in_mails_start_from_the_configured_address() -> None:
    assert emails.absolute("/invitations/x/") == "http://127.0.0.1:8000/invitations/x/"


def test_what_people_wrote_is_text_in_a_mail() -> None:
    rendered = emails.render("account/email/login_code.html", {"code": "<img src=x>"}, "en")

    assert "<img" not in rendered.html
    assert "<img src=x>" in rendered.text
