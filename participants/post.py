"""The post. The row is the truth and the queue only wakes: whatever is lost on the way, the sweep finds.

pending -> leased -> handed -> sent | failed | skipped. Between handed and sent nobody can know whether the mail left:
a worker that dies there leaves a doubtful delivery, which is sent again byte for byte, or given up if its kind says so.
"""

import logging
import random
import re
import smtplib
import uuid
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage as ParsedMail
from email.policy import default
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from celery import signature
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from participants import kinds, unsubscribing
from participants.emails import Rendered
from participants.kinds import Kind, Letter
from participants.mailbox import open_mail
from participants.models import Delivery, Participant, zone_of

log = logging.getLogger(__name__)

RETRIES = [
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
]
LEASE = timedelta(minutes=5)
LINE_ENDS = re.compile(rb"\r?\n")
HEADERS = [
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
]
DOUBTFUL = "It may have been sent, or not; the next one covers it."
State = Delivery.State


def queue(
    *,
    kind: str,
    key: str,
    participant: Participant | None = None,
    address: str = "",
    language: str = "",
    context: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
    rendered: Rendered | None = None,
) -> Delivery:
    """Write the mail down in the caller's transaction. The same key twice is the same mail.

    `context` holds ids only: what they stand for is read, and may have changed, when the mail is sent. `rendered` is
    for account mail, whose codes are kept nowhere else.
    """
    if address:
        check_address(address)
    facts: dict[str, Any] = {
        "kind": kind,
        "participant": participant,
        "address": address.strip().lower(),
        "language": language,
        "context": dict(context or {}),
        "message_id": make_msgid(domain=_domain()),
    }
    if due_at is not None:
        facts["due_at"] = due_at
    delivery, new = Delivery.objects.get_or_create(key=key, defaults=facts)
    if new and rendered is not None:
        reader = _reader(delivery)
        _write(delivery, rendered, to=address or _address(delivery, reader), subscription=None)
        delivery.save(update_fields=["message", "address"])
    if new and delivery.due_at <= timezone.now():
        transaction.on_commit(lambda: _nudge(delivery.pk), robust=True)
    return delivery


def check_address(address: str) -> None:
    """One plain address. Django's own check lets pass what a mail server would later stumble over."""
    validate_email(address)
    if len(address) > 254 or not address.isprintable():
        raise ValidationError(_("Enter a valid email address."), code="invalid")


def deliver(delivery_id: int) -> bool:
    """Take the delivery, if it is due and nobody else has it, and bring it one step further.

    False when the mail server is away, so that a sweep need not knock for every mail.
    """
    taken = _lease(delivery_id)
    if taken is None:
        return True
    delivery, doubtful = taken
    kind = kinds.find(delivery.kind)
    if kind is None:
        _settle(delivery, None, State.FAILED, "Nobody knows this kind of mail.")
        return True
    if delivery.attempts > len(RETRIES) + 1:
        _settle(delivery, kind, State.FAILED, "Too many tries.")
        return True
    if doubtful and not kind.resend_when_doubtful:
        _settle(delivery, kind, State.FAILED, DOUBTFUL)
        return True
    try:
        reason = _reason_against(delivery, kind)
        if reason:
            _settle(delivery, kind, State.SKIPPED, reason)
            return True
        message = _message(delivery, kind)
    except Exception:
        log.exception("%s could not be written", delivery)
        _try_later(delivery, kind, "It could not be written.")
        return True
    return not _hand_over(delivery) or _send(delivery, kind, message)


def sweep(limit: int = 200) -> int:
    """Deliver what is due and what a lost worker left behind. Makes the queue optional."""
    due = Delivery.objects.due().order_by("due_at").values_list("pk", flat=True)[:limit]
    for done, delivery_id in enumerate(list(due), start=1):
        if not deliver(delivery_id):
            return done
    return len(due)


def _nudge(delivery_id: int) -> None:
    try:
        signature("participants.deliver", args=[delivery_id]).apply_async(
            retry=False, ignore_result=True
        )
    except Exception as error:  # a queue that is away delays the mail until the sweep, no more
        log.warning(
            "the queue is away (%s); the sweep will send delivery %s",
            type(error).__name__,
            delivery_id,
        )


def _lease(delivery_id: int) -> tuple[Delivery, bool] | None:
    """One conditional update decides who sends; no row stays locked while a mail server thinks."""
    delivery = Delivery.objects.due().select_related("participant").filter(pk=delivery_id).first()
    if delivery is None:
        return None
    doubtful = delivery.state == State.HANDED
    token = uuid.uuid4()
    until = timezone.now() + LEASE
    won = Delivery.objects.filter(
        pk=delivery.pk, state=delivery.state, lease=delivery.lease
    ).update(state=State.LEASED, lease=token, lease_until=until, attempts=delivery.attempts + 1)
    if not won:
        return None
    delivery.state, delivery.lease, delivery.lease_until = State.LEASED, token, until
    delivery.attempts += 1
    return delivery, doubtful


def _reason_against(delivery: Delivery, kind: Kind) -> str:
    """Rights, preferences and state are asked again each time, since hours may lie between two tries."""
    reader = _reader(delivery)
    address = _address(delivery, reader)
    if not address:
        return "There is no address."
    if reader is not None and not reader.is_active:
        return "The account is closed."
    if kind.stream is not None:
        if reader is not None and reader.mail == Participant.Mail.NONE:
            return "The reader wants no mail."
        if unsubscribing.is_refused(kind.stream(delivery.context), reader, address):
            return "The reader stopped these mails."
    return kind.unwanted(_letter(delivery, reader))


def _message(delivery: Delivery, kind: Kind) -> bytes:
    """Written once and kept, so that every further try is identical."""
    if delivery.message is not None:
        return bytes(delivery.message)
    reader = _reader(delivery)
    address = _address(delivery, reader)
    subscription = None
    if kind.stream is not None:
        stream = kind.stream(delivery.context)
        subscription = unsubscribing.Subscription.of(kind.name, stream, reader, address)
    letter = _letter(delivery, reader, subscription.url if subscription else "")
    with translation.override(letter.language), timezone.override(zone_of(reader)):
        rendered = kind.render(letter)
    message = _write(delivery, rendered, to=address, subscription=subscription)
    _update(delivery, message=message, address=address)
    return message


def _write(
    delivery: Delivery,
    rendered: Rendered,
    *,
    to: str,
    subscription: "unsubscribing.Subscription | None",
) -> bytes:
    headers = {
        "Message-ID": delivery.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if subscription is not None:
        headers["List-Id"] = f"<{subscription.stream.replace(':', '.')}.{_domain()}>"
        headers["List-Unsubscribe"] = f"<{subscription.url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail = EmailMultiAlternatives(
        " ".join(rendered.subject.split()), rendered.text, to=[to], headers=headers
    )
    mail.attach_alternative(rendered.html, "text/html")
    delivery.address = to
    raw = LINE_ENDS.sub(b"\r\n", mail.message().as_bytes())
    delivery.message = raw
    return raw


def _hand_over(delivery: Delivery) -> bool:
    return _update(delivery, state=State.HANDED, handed_at=timezone.now())


def _send(delivery: Delivery, kind: Kind, message: bytes) -> bool:
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        # Whatever the server says before the mail is about us, not about this mail.
        _try_later(delivery, kind, f"The mail server could not be reached ({_name(error)}).")
        return False
    try:
        connection.send_messages([_Written(message, delivery.address)])
    except (
        smtplib.SMTPSenderRefused,
        smtplib.SMTPDataError,
        smtplib.SMTPRecipientsRefused,
    ) as error:
        if 500 <= _code(error) < 600:
            _settle(delivery, kind, State.FAILED, f"The mail server refused it ({_code(error)}).")
        else:
            _try_later(delivery, kind, f"The mail server put it off ({_code(error)}).")
    except smtplib.SMTPNotSupportedError:
        _settle(delivery, kind, State.FAILED, "The mail server cannot write to this address.")
    except (OSError, smtplib.SMTPException) as error:
        if kind.resend_when_doubtful:
            _try_later(delivery, kind, f"The line broke ({_name(error)}).")
        else:
            _settle(delivery, kind, State.FAILED, DOUBTFUL)
    else:
        _settle(delivery, kind, State.SENT, "")
    finally:
        _hang_up(connection)
    return True


def _hang_up(connection: BaseEmailBackend) -> None:
    with suppress(
        OSError, smtplib.SMTPException
    ):  # the mail has been taken: a rude goodbye changes nothing
        connection.close()


def _try_later(delivery: Delivery, kind: Kind | None, reason: str) -> None:
    if delivery.attempts > len(RETRIES):
        _settle(delivery, kind, State.FAILED, reason)
        return
    pause = RETRIES[delivery.attempts - 1] * random.uniform(1, 1.2)
    _update(
        delivery,
        state=State.PENDING,
        reason=reason,
        due_at=timezone.now() + pause,
        lease=None,
        lease_until=None,
    )


def _settle(delivery: Delivery, kind: Kind | None, state: Delivery.State, reason: str) -> None:
    """The end of a delivery: nothing of the mail and its address stays."""
    facts: dict[str, Any] = {"state": state, "reason": reason, "lease": None, "lease_until": None}
    if state == State.SENT:
        facts["sent_at"] = timezone.now()
    facts |= {"message": None, "address": ""}
    lease = delivery.lease
    try:
        with transaction.atomic():  # so that no worker dies between the two
            if _update(delivery, **facts) and kind is not None and kind.settled is not None:
                kind.settled(delivery)
    except Exception:  # what became of the mail is true, whatever its app makes of it
        log.exception("%s was settled, but its app could not note it", delivery)
        delivery.lease = lease
        _update(delivery, **facts)


def _update(delivery: Delivery, **facts: Any) -> bool:
    """Write only while the lease is still ours: another worker may have taken over in the meantime."""
    held = Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease).update(**facts)
    for name, value in facts.items():
        setattr(delivery, name, value)
    return bool(held)


def _reader(delivery: Delivery) -> Participant | None:
    if delivery.participant is not None:
        return delivery.participant
    return Participant.objects.filter(email=delivery.address).first() if delivery.address else None


def _address(delivery: Delivery, reader: Participant | None) -> str:
    return delivery.address or (reader.email if reader is not None and reader.email else "")


def _letter(delivery: Delivery, reader: Participant | None, unsubscribe_url: str = "") -> Letter:
    return Letter(
        reader=reader,
        language=(reader.language if reader else delivery.language) or settings.LANGUAGE_CODE,
        neutral=reader is not None and reader.mail == Participant.Mail.NEUTRAL,
        context=delivery.context,
        unsubscribe_url=unsubscribe_url,
    )


def _domain() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _name(error: Exception) -> str:
    """Never the text of the error: mail servers repeat the address in it."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def _code(error: smtplib.SMTPException) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in error.recipients.values()), default=550)
    return getattr(error, "smtp_code", 0)


class _Bytes(ParsedMail):
    """Stands in for a parsed mail where a backend only wants its bytes."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.raw = raw

    def as_bytes(self, *args: Any, **kwargs: Any) -> bytes:
        return self.raw


class _Written(EmailMultiAlternatives):
    """A mail that was written before: the same bytes at every try."""

    def __init__(self, raw: bytes, to: str) -> None:
        parsed = message_from_bytes(raw, policy=default)
        opened = open_mail(raw)
        super().__init__(
            subject=str(parsed["Subject"]),
            body=opened.text,
            from_email=str(parsed["From"]),
            to=[to],
            headers={name: str(parsed[name]) for name in HEADERS if name in parsed},
        )
        self.attach_alternative(opened.html, "text/html")
        self.raw = raw

    def message(self, **kwargs: Any) -> ParsedMail:
        return _Bytes(self.raw)
