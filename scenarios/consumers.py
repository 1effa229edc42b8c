import asyncio
from contextlib import suppress
from typing import Any, Final

from channels.generic.websocket import AsyncWebsocketConsumer

from scenarios.live import protocol
from scenarios.live.allowance import Allowance
from scenarios.live.hall import hall
from scenarios.live.protocol import Close, Hello, Here, Ping, Pong, Push, Refused
from scenarios.live.reader import Holder, Reader
from scenarios.live.room import Room, Unavailable
from scenarios.live.standing import Admission
from workshops.origins import comes_from_here

HELLO_WITHIN: Final = 10
"""Seconds."""


class DraftConsumer(AsyncWebsocketConsumer):
    """One open page of one draft. What a frame means is live/protocol.py; what it does is live/room.py."""

    # None: the process listens for all its rooms, and opening a page waits for no Redis.
    channel_layer_alias = ""
    admission: Admission | None = None
    reader: Reader | None = None
    room: Room | None = None
    patience: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.base_send = scope, send
        try:
            await self._listen(receive)
        finally:  # however it ends, also when the server gives up on us
            if self.patience is not None:
                self.patience.cancel()
            if self.reader is not None:
                hall().leave(self.reader, self.draft)
                self.reader.stop()

    async def _listen(self, receive: Any) -> None:
        """Channels' own loop makes a task for each frame, and looks after old connections to the database in a thread."""
        while (message := await receive())["type"] != "websocket.disconnect":
            if message["type"] == "websocket.connect":
                await self.connect()
            elif self.admission is not None:  # else it is being closed
                await self.receive(message.get("text"))

    async def connect(self) -> None:
        if not comes_from_here(self.scope):
            await self.close()
            return
        await self.accept()  # so that a refusal has a code: browsers hide failed handshakes
        self.draft = int(self.scope["url_route"]["kwargs"]["draft_id"])
        loop = asyncio.get_running_loop()
        self.allowance, self.now = Allowance(loop.time()), loop.time
        person = self.scope.get("user")
        if person is None or not person.is_authenticated:
            await self.close(Close.SIGNED_OUT)
            return
        try:
            admission = await hall().store.admit(self.draft, person.pk)
        except Unavailable:
            await self.close(Close.TOO_SLOW)
            return
        if isinstance(admission, Close):
            await self.close(admission)
            return
        self.admission, self.person = admission, person.pk
        self.patience = asyncio.ensure_future(self._wait_for_hello())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            hello = self._hear(text_data or "")
            if hello is not None:
                await self._admit(hello)
        except Refused as refused:
            self.admission = None
            await self.close(refused.code)
        except Unavailable:
            await self.close(Close.TOO_SLOW)

    def _hear_at_once(self, text: str) -> None:
        """From a server that hands over each frame as it comes."""
        assert self.reader is not None
        if self.admission is not None:
            try:
                self._hear(text)
            except Refused as refused:
                self.admission = None
                self.reader.drop(refused.code)

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        # Daphne takes a plain number only, and what it refuses it drops in silence.
        await super().close(None if code is None else int(code), reason)

    def _hear(self, text: str) -> Hello | None:
        """A hello is returned: to let somebody in takes a while."""
        if not self.allowance.take(self.now()):
            raise Refused(Close.TOO_FAST, "twenty frames a second")
        frame = protocol.read(text)
        reader, room = self.reader, self.room
        if isinstance(frame, Hello) is not (reader is None):
            raise Refused(Close.MALFORMED, "hello comes first, and once")
        if isinstance(frame, Hello):
            return frame
        if reader is None or room is None:
            return None
        if isinstance(frame, Push):
            room.push(reader, frame)
        elif isinstance(frame, Here):
            room.here(reader, frame)
        elif isinstance(frame, Ping):
            reader.send(protocol.pong())
        elif isinstance(frame, Pong):
            reader.has_read(frame.number)
        return None

    async def _admit(self, hello: Hello) -> None:
        assert self.admission is not None
        assert self.patience is not None
        self.patience.cancel()
        admission = self.admission
        if hello.seat not in (None, admission.seat):
            raise Refused(Close.ANOTHER_PERSON, "somebody else signed in since")
        holder = Holder(admission.seat, self.person, self.scope["session"].session_key or "")
        # Our own server can do more than ASGI says; any other will do.
        socket: Any = (self.scope.get("extensions") or {}).get("flamingo.socket")
        self.reader = Reader(
            self.send,
            self.close,
            write=socket and socket.write,
            holder=holder,
            client=hello.client,
            peer=admission.peer,
            standing=admission.standing,
        )
        self.room = await hall().enter(self.reader, hello, admission, self.draft)
        if socket is not None:
            socket.listener = self._hear_at_once

    async def _wait_for_hello(self) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(HELLO_WITHIN)
            await self.close(Close.TOO_SLOW)


class NoSuchSocket(AsyncWebsocketConsumer):
    """Anywhere else; without it a wrong address would be an error of ours."""

    channel_layer_alias = ""

    async def connect(self) -> None:
        await self.close()
