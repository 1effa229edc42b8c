"""Limits that hold before Django sees, or buffers, a request."""

from typing import Any

from django.utils.translation import gettext as _

MAX_BODY = 2 * 1024 * 1024  # twice the longest draft


class _TooLarge(Exception):
    pass


def limit_bodies(app: Any, max_body: int = MAX_BODY) -> Any:
    """Answer 413 to a request whose body is, or grows, longer than `max_body` bytes."""

    async def limited(scope: Any, receive: Any, send: Any) -> None:
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > max_body:
            await _refuse(send)
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


async def _refuse(send: Any) -> None:
    text = _("What you sent is larger than we can take. Shorten it and send it again.")
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
