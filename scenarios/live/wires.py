"""Hints between processes, by the channel layer. It may be slow, away or forgetful: nobody here waits for it."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import Any, Final

from channels.layers import InMemoryChannelLayer, get_channel_layer

logger = logging.getLogger(__name__)

PATIENCE: Final = 2.0
"""Seconds for the layer to take something; what takes longer is lost."""

PAUSE: Final = 1.0
"""Seconds before a layer that failed is tried again."""

Message = dict[str, Any]


class Wires:
    """One channel for the whole process, in as many groups as it has rooms."""

    def __init__(self, hear: Callable[[Message], None]) -> None:
        self._hear = hear
        self._name = secrets.token_hex(8)
        layer = get_channel_layer()
        assert layer is not None  # the settings name one, in memory at least
        self._layer = layer
        self.alone = isinstance(layer, InMemoryChannelLayer)  # nobody else could hear us
        self._channel = ""
        self._wanted: set[str] = set()
        self._joined: set[str] = set()
        self._outgoing: dict[tuple[str, str], Message] = {}  # of a kind, only the newest counts
        self._well, self._closed = True, False
        self._wake = asyncio.Event()
        self._tasks = [asyncio.ensure_future(self._listen()), asyncio.ensure_future(self._speak())]

    def listen_to(self, *groups: str) -> None:
        self._wanted.update(groups)
        self._wake.set()

    def ignore(self, group: str) -> None:
        self._wanted.discard(group)
        self._wake.set()

    def send(self, group: str, kind: str, **fields: Any) -> None:
        if self.alone:
            return
        self._outgoing[group, kind] = {"type": kind, "process": self._name, **fields}
        self._wake.set()

    async def close(self) -> None:
        self._closed = True  # the Redis client may swallow a cancellation
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self) -> None:
        while not self._closed:
            try:
                if not self._channel:
                    self._channel = await self._layer.new_channel()
                    self._wake.set()
                message = await self._layer.receive(self._channel)
            except Exception:
                self._complain()
                await asyncio.sleep(PAUSE)
                continue
            if message.get("process") != self._name:
                self._hear(message)

    async def _speak(self) -> None:
        while not self._closed:
            await self._wake.wait()
            self._wake.clear()
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._keep_groups()
                while self._outgoing:
                    (group, _), message = self._outgoing.popitem()
                    async with asyncio.timeout(PATIENCE):
                        await self._layer.group_send(group, message)
                self._well = True
            except Exception:
                self._complain()
                self._outgoing.clear()  # whoever misses them looks for itself
                await asyncio.sleep(PAUSE)
                self._wake.set()

    def _complain(self) -> None:
        if self._well:
            logger.warning(
                "Other processes cannot be reached; drafts are shown there a little later."
            )
            self._well = False

    async def _keep_groups(self) -> None:
        if not self._channel:
            return
        for group in self._wanted - self._joined:
            await self._layer.group_add(group, self._channel)
            self._joined.add(group)
        for group in self._joined - self._wanted:
            await self._layer.group_discard(group, self._channel)
            self._joined.discard(group)
