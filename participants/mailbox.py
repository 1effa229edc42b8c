"""Where mails go when no mail server is set: they are kept, and shown at /outbox/."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from participants.models import KeptMail


class KeepBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            KeptMail.objects.create(
                address=", ".join(mail.recipients())[:254],
                subject=str(mail.subject)[:998],
                raw=mail.message().as_bytes(),
            )
        return len(email_messages)


@dataclass(frozen=True)
class Opened:
    text: str
    html: str


def open_mail(raw: bytes) -> Opened:
    parsed = message_from_bytes(raw, policy=default)
    text, html = (parsed.get_body(preferencelist=(form,)) for form in ("plain", "html"))
    return Opened(text=text.get_content() if text else "", html=html.get_content() if html else "")
