import asyncio
import time
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.sessions.models import Session as Browser
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from workshops import events, meeting
from workshops.actions import meeting as actions
from workshops.models import Seat, Session
from workshops.origins import comes_from_here
from workshops.permissions import Can, abilities


class Close(IntEnum):
    """As at a draft's socket."""

    MALFORMED = 4400
    SIGNED_OUT = 4401
    NOT_ALLOWED = 4403
    NOT_FOUND = 4404
    TOO_FAST = 4429


LEAST_BETWEEN: Final = 0.2
"""Seconds between two frames of one page, on the average over the last fifty."""
LOOK_EVERY: Final = 2
"""Seconds; what a lost hint hid is found by then, or whoever must go is sent."""


class SessionConsumer(AsyncWebsocketConsumer):
    """One open page of one session: says who is there, and hears that something changed. No rules, no rows."""

    session: Session | None = None
    seat: Seat | None = None
    looking: asyncio.Task[None] | None = None
    told: int = -1
    since: datetime | None = None

    async def connect(self) -> None:
        if not comes_from_here(self.scope):
            await self.close()
            return
        await self.accept()  # so that a refusal has a code: browsers hide failed handshakes
        person = self.scope.get("user")
        if person is None or not person.is_authenticated:
            await self.close(Close.SIGNED_OUT)
            return
        number = self.scope["url_route"]["kwargs"]["session_id"]
        found = await database_sync_to_async(meeting.admit)(number, person)
        if found is None:
            await self.close(Close.NOT_FOUND)
            return
        self.session, self.seat = found
        self.allowance, self.last = 50.0, time.monotonic()
        layer = self.channel_layer
        await layer.group_add(meeting.group(self.session.pk), self.channel_name)
        await layer.group_add(events.group(self.session.workshop_id), self.channel_name)
        self.looking = asyncio.create_task(self._keep_looking())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.session is None or self.seat is None:
            return
        now = time.monotonic()
        self.allowance = min(50.0, self.allowance + (now - self.last) / LEAST_BETWEEN) - 1
        self.last = now
        if self.allowance < 0:
            await self.close(Close.TOO_FAST)
        elif text_data != '{"t":"here"}':
            await self.close(Close.MALFORMED)
        else:
            await database_sync_to_async(self._arrive)()
            await self._look(say=True)

    async def disconnect(self, code: int) -> None:
        if self.looking is not None:
            self.looking.cancel()
        if self.session is None or self.seat is None:
            return
        layer = self.channel_layer
        await layer.group_discard(meeting.group(self.session.pk), self.channel_name)
        await layer.group_discard(events.group(self.session.workshop_id), self.channel_name)
        if self.since is not None:
            await database_sync_to_async(actions.go_away)(
                self.session, since=self.since, by=self.seat
            )

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        # Daphne takes a plain number only, and what it refuses it drops in silence.
        await super().close(None if code is None else int(code), reason)

    async def session_stirred(self, event: dict[str, Any]) -> None:
        await self._look()

    async def access_changed(self, event: dict[str, Any]) -> None:
        if self.seat is not None and event["seat"] == self.seat.pk:
            await self._look()

    async def stage_moved(self, event: dict[str, Any]) -> None:
        """What can be done in a session depends on no stage."""

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self._look()

    async def _look(self, *, say: bool = False) -> None:
        """Tell the page when something changed, and what time it is; or send it away."""
        standing = await database_sync_to_async(self._standing)()
        if isinstance(standing, Close):
            await self.close(standing)
        elif say or standing != self.told:
            self.told = standing
            frame = f'{{"t":"now","now":{timezone.now().timestamp():.3f},"pulse":{standing}}}'
            await self.send(frame)

    def _arrive(self) -> None:
        assert self.session is not None
        assert self.seat is not None
        try:
            self.since = actions.arrive(self.session, by=self.seat)
        except (PermissionDenied, ValidationError):
            return  # it looks on

    def _standing(self) -> int | Close:
        """The pulse of the room, for whoever may still be told it."""
        assert self.session is not None
        assert self.seat is not None
        key = self.scope["session"].session_key or ""
        if not Browser.objects.filter(session_key=key, expire_date__gt=timezone.now()).exists():
            return Close.SIGNED_OUT
        seat = (
            Seat.objects.filter(pk=self.seat.pk).select_related("workshop", "participant").first()
        )
        if (
            seat is None
            or seat.participant != self.seat.participant
            or Can.READ not in abilities(seat)
        ):
            return Close.NOT_ALLOWED
        self.seat = seat
        pulse = Session.objects.filter(pk=self.session.pk).values_list("pulse", flat=True).first()
        return Close.NOT_FOUND if pulse is None else pulse
