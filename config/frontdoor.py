"""Limits that hold before Django sees, or buffers, a request."""

from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http.request import split_domain_port, validate_host
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _

from scenarios.live.protocol import Close

MAX_BODY = 2 * 1024 * 1024  # twice the longest draft


class _TooLarge(Exception):
    pass


def limit_bodies(app: Any, max_body: int = MAX_BODY) -> Any:
    """Answer 413 to a request whose body is, or grows, longer than `max_body` bytes.

    And 415 to one in another writing than ours: Django would fail while it reads it. And 400 to one for another site,
    about which Django would make much ado in the log.
    """

    async def limited(scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > max_body:
            await _refuse(send)
            return
        if not _is_utf_8(headers.get(b"content-type", b"")):
            await _answer(send, 415, _("What you sent is not written in UTF-8. Send it as UTF-8."))
            return
        if not _is_for_us(headers.get(b"host", b"")):
            await _answer(send, 400, _("This address leads to no site of ours."))
            return
        seen = 0

        async def counted() -> Any:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > max_body:
                raise _TooLarge
            return message

        try:
            await app(scope, counted, send)
        except _TooLarge:
            await _refuse(send)

    return limited


def ask_to_come_back(app: Any) -> Any:
    """A page that opens its socket while the database is away hears what pages already open hear, and comes back."""

    async def patient(scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        except (InterfaceError, OperationalError):  # from reading the session: nothing was said yet
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": int(Close.TOO_SLOW)})

    return patient


async def _refuse(send: Any) -> None:
    text = _("What you sent is larger than we can take. Shorten it and send it again.")
    await _answer(send, 413, text)


def _is_for_us(host: bytes) -> bool:
    domain, _port = split_domain_port(host.decode("latin-1"))
    return validate_host(domain, settings.ALLOWED_HOSTS)


def _is_utf_8(content_type: bytes) -> bool:
    try:
        _kind, parameters = parse_header_parameters(content_type.decode("latin-1"))
        return parameters.get("charset", "utf-8").lower() == "utf-8"
    except (ValueError, LookupError):  # a parameter in an encoding that nobody knows
        return False


async def _answer(send: Any, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
