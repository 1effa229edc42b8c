"""What open pages are told, after the commit. Hints only: whoever hears one reads the rows."""

import asyncio
import logging
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Event:
    type: ClassVar[str]


@dataclass(frozen=True)
class AccessChanged(Event):
    """A seat's rights may have changed: it was taken, left, removed or given another role."""

    type: ClassVar[str] = "access.changed"
    seat: int


@dataclass(frozen=True)
class StageMoved(Event):
    type: ClassVar[str] = "stage.moved"
    stage: int


# In one process with the worker beside it, the in-memory layer belongs to the server's loop.
_server_loop: asyncio.AbstractEventLoop | None = None


def use_loop(loop: asyncio.AbstractEventLoop | None) -> None:
    """Send from this loop, whichever thread announces."""
    global _server_loop
    _server_loop = loop


def group(workshop_id: int) -> str:
    return f"workshop.{workshop_id}"


def announce(workshop_id: int, event: Event) -> None:
    """Tell every open page of the workshop, once the transaction has committed."""
    message = {"type": event.type} | asdict(event)
    transaction.on_commit(lambda: send(group(workshop_id), message))


def send(group_name: str, message: dict[str, Any]) -> None:
    """Best effort: a layer that is down loses a hint, never a row."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        if _server_loop is not None and _server_loop.is_running():
            asyncio.run_coroutine_threadsafe(layer.group_send(group_name, message), _server_loop)
        else:
            async_to_sync(layer.group_send)(group_name, message)
    except Exception:
        logger.warning("A hint could not be sent.", exc_info=True)
