"""A mail server that takes mail in the ways mail servers do: late, not now, not at all, and hanging up on either side of the final dot."""

import asyncio
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.campaigns.postmen import REFUSED
from tests.services.servers import free_port

TAKE, LATE, LATER, BEFORE_THE_DOT, AFTER_THE_DOT = "take", "late", "later", "before", "after"
USUAL = {TAKE: 60, LATE: 20, LATER: 8, BEFORE_THE_DOT: 6, AFTER_THE_DOT: 6}
RUDE = {TAKE: 30, LATE: 10, LATER: 15, BEFORE_THE_DOT: 15, AFTER_THE_DOT: 30}


@dataclass(frozen=True)
class Copy:
    """One mail, whole, at one time. `unheard` if the worker could not hear that it was taken."""

    at: float
    worker: int
    raw: bytes
    unheard: bool


@dataclass
class Letterbox:
    seed: str
    manners: dict[str, int] = field(default_factory=lambda: USUAL)
    port: int = field(default_factory=free_port)
    copies: dict[str, list[Copy]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._controller = _Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop(no_assert=True)

    def empty(self) -> None:
        self.copies.clear()

    async def handle_RCPT(  # noqa: N802  (aiosmtpd calls it so)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if address.startswith(REFUSED):
            return "550 there is no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 go on"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        way = self.chance.choices(list(self.manners), list(self.manners.values()))[0]
        if way == BEFORE_THE_DOT:
            return self._hang_up(server)
        if way == LATER:
            return "451 come back later"
        raw = cast("bytes", envelope.original_content)
        worker = re.search(r"worker-(\d+)", str(session.host_name))
        copy = Copy(
            time.monotonic(), int(worker[1]) if worker else 0, raw, unheard=way == AFTER_THE_DOT
        )
        self.copies[str(message_from_bytes(raw, policy=default)["Message-ID"])].append(copy)
        if way == AFTER_THE_DOT:
            return self._hang_up(server)
        if way == LATE:
            await asyncio.sleep(self.chance.uniform(0.05, 0.4))
        return "250 taken"

    def _hang_up(self, server: SMTP) -> str:
        if server.transport is not None:
            server.transport.close()
        return "421 goodbye"


class _Controller(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="here", enable_SMTPUTF8=True)
