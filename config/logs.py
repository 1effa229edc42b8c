"""Log lines name no person: addresses, IP numbers and user agents are blanked before writing."""

import logging
import re

_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*"  # a mail address
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"  # IPv4
    r"|(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{1,4}|[0-9a-fA-F:]*::[0-9a-fA-F:.]*"  # IPv6
    r"|Mozilla/[^\"]*"
    r"|(?<=/invitations/)[^/\s\"]+"  # whoever has the word behind it can take the seat
    r"|(?<=/unsubscribe/)[^/\s\"]+"  # or says for somebody which mails may come
)


def blank(text: str) -> str:
    return _PERSONAL.sub("[private]", text)


class Private(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = blank(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = blank(logging.Formatter().formatException(record.exc_info))
        return True


class Answered(logging.Filter):
    """A refusal was answered in a sentence: it is no failure, and where in the code it was decided helps nobody."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.request") and record.levelno < logging.ERROR:
            record.exc_info = None
        return True
