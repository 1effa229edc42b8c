from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from participants import post
from participants.mailbox import Opened
from participants.models import KeptMail
from tests.participants.conftest import Wishes

Kept = Callable[[str], Opened]
pytestmark = pytest.mark.django_db


def send(number: int = 1, title: str = "Mont Fleur") -> KeptMail:
    post.queue(
        kind="news", key=f"news:{number}", address="wren@example.org", context={"title": title}
    )
    post.sweep()
    return KeptMail.objects.latest("pk")


def test_kept_mails_are_listed_newest_first_and_open(
    client: Client, kept: Kept, wishes: Wishes
) -> None:
    send(1, "The first")
    mail = send(2, "The second")

    page = client.get("/outbox/").content.decode()
    opened = client.get(f"/outbox/{mail.pk}/").content.decode()

    assert page.index("News of The second") < page.index("News of The first")
    assert "en UTC 2" in opened
    assert '<a href="http://127.0.0.1:8000/unsubscribe/' in opened


def test_the_html_of_a_mail_can_do_nothing(client: Client, kept: Kept, wishes: Wishes) -> None:
    mail = send()

    page = client.get(f"/outbox/{mail.pk}/").content.decode()
    answer = client.get(f"/outbox/{mail.pk}/html/")

    assert 'sandbox="allow-top-navigation-by-user-activation"' in page
    assert answer["Content-Security-Policy"].startswith("default-src 'none';")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_a_kept_mail_is_shown_as_text_not_as_markup(
    client: Client, kept: Kept, wishes: Wishes
) -> None:
    send(title="<script>alert(1)</script>")

    assert "<script>alert" not in client.get("/outbox/").content.decode()


def test_an_empty_outbox_says_what_will_be_here(client: Client, kept: Kept) -> None:
    assert "No mail yet" in client.get("/outbox/").content.decode()


@pytest.mark.parametrize("path", ["/outbox/", "/outbox/{}/", "/outbox/{}/html/"])
def test_there_is_no_outbox_unless_embedded(
    client: Client, kept: Kept, wishes: Wishes, settings: LazySettings, path: str
) -> None:
    mail = send()
    assert client.get(path.format(mail.pk)).status_code == 200
    settings.EMBEDDED = False

    assert client.get(path.format(mail.pk)).status_code == 404


@pytest.mark.parametrize(
    "facts",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "2001:db8::7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
    ],
)
def test_the_outbox_is_there_only_for_who_sits_at_the_machine(
    client: Client, kept: Kept, wishes: Wishes, facts: dict[str, str]
) -> None:
    mail = send()

    for address in ("/outbox/", f"/outbox/{mail.pk}/", f"/outbox/{mail.pk}/html/"):
        assert client.get(address, **facts).status_code == 404  # type: ignore[arg-type]


def test_a_mail_that_is_not_there_is_not_found(client: Client, kept: Kept) -> None:
    assert client.get("/outbox/1/").status_code == 404
    assert client.get("/outbox/1/html/").status_code == 404
    assert client.post("/outbox/").status_code == 405


def test_the_outbox_asks_the_database_as_often_for_many_as_for_one(
    client: Client, kept: Kept, wishes: Wishes
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/outbox/")
        return len(asked)

    send()
    one = queries()
    for number in range(2, 31):
        send(number)

    assert queries() == one
