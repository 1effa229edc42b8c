from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from participants import kinds, post
from participants.emails import Rendered
from participants.kinds import Kind, Letter
from participants.mailbox import Opened, open_mail
from participants.models import Delivery, KeptMail
from tests.participants.sink import Sink


@pytest.fixture
def kept(settings: LazySettings) -> Callable[[str], Opened]:
    """Mails are kept; calling this sends what waits and opens the newest mail to an address."""
    settings.EMBEDDED = True

    def newest(address: str) -> Opened:
        post.sweep()
        mail = KeptMail.objects.filter(address=address).first()
        assert mail is not None, f"no mail to {address}"
        return open_mail(bytes(mail.raw))

    return newest


@pytest.fixture
def sink(settings: LazySettings) -> Iterator[Sink]:
    """A mail server of our own, on a real socket."""
    with Sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 3
        yield server


class Wishes:
    """A kind of mail whose answers a test sets."""

    def __init__(self) -> None:
        self.unwanted = ""
        self.settled: list[str] = []
        self.fails_to_note = False
        self.rendered = 0

    def note(self, delivery: Delivery) -> None:
        self.settled.append(delivery.state)
        if self.fails_to_note:
            Delivery.objects.create(key=delivery.key)  # the database objects

    def render(self, letter: Letter) -> Rendered:
        self.rendered += 1
        title = "News from Flamingo" if letter.neutral else f"News of {letter.context['title']}"
        body = f"{get_language()} {get_current_timezone_name()} {self.rendered} {letter.unsubscribe_url}"
        return Rendered(subject=title, text=body, html=f"<p>{body}</p>")


@pytest.fixture
def wishes(monkeypatch: pytest.MonkeyPatch) -> Wishes:
    """Two kinds of mail for a test: `news`, and `summary`, which is not sent again when doubtful."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))  # the real ones come back afterwards
    answers = Wishes()
    for name, again in (("news", True), ("summary", False)):
        kinds.register(
            Kind(
                name=name,
                label="news",
                render=answers.render,
                unwanted=lambda letter: answers.unwanted,
                stream=lambda context: f"news:{context.get('seat', 1)}",
                resend_when_doubtful=again,
                settled=answers.note,
            )
        )
    return answers
