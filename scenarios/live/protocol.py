"""What a page and the server say to each other: frames in become facts or a refusal, facts become frames out.

docs/live.md has the same as a table, for whoever writes the other side.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, Final

from scenarios.live.changeset import MAX_LENGTH, ChangeSet, Malformed

PROTOCOL: Final = 1
"""Counts up when an older page could no longer follow: it is told to load itself anew."""

FRAME_BYTES: Final = 64 * 1024
EDITS_A_PUSH: Final = 100
SOCKETS_A_SEAT: Final = 4

_CLIENT = re.compile(r"[A-Za-z0-9_-]{8,32}")
_FAR: Final = 2**53  # what a number in JavaScript counts exactly


class Close(IntEnum):
    """Why a socket is closed; the browser sees the number."""

    MALFORMED = 4400
    SIGNED_OUT = 4401
    NOT_ALLOWED = 4403
    NOT_FOUND = 4404
    TOO_SLOW = 4408
    TAKEN_OVER = 4409
    ANOTHER_PERSON = 4410
    REDACTED = 4411
    TOO_LARGE = 4413
    OUTDATED = 4426
    TOO_FAST = 4429


class Why(StrEnum):
    """Why words were not taken; the page keeps them for copying."""

    STAGE_CLOSED = "stage_closed"
    NOT_ALLOWED = "not_allowed"
    FROZEN = "frozen"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"


class Refused(Exception):
    """This frame ends the connection."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Hello:
    client: str
    version: int | None
    seat: int | None = None
    """Whose page it is, where the page says so."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """One edit as its writer made it: `sequence` counts 1, 2, 3… over the life of a client."""

    sequence: int
    changes: ChangeSet


@dataclass(frozen=True, slots=True)
class Push:
    version: int
    edits: tuple[Pushed, ...]


Selection = tuple[int, int]
"""Anchor and head; equal for a cursor."""


@dataclass(frozen=True, slots=True)
class Here:
    """A selection at a version, or none."""

    version: int
    selection: Selection | None


@dataclass(frozen=True, slots=True)
class Ping:
    pass


@dataclass(frozen=True, slots=True)
class Pong:
    """The page has read everything up to the server's ping of this number."""

    number: int


Incoming = Hello | Push | Here | Ping | Pong


def read(frame: str) -> Incoming:
    """One frame of a page. Unknown keys are ignored, so that a newer page may say more."""
    if len(frame) > FRAME_BYTES or len(frame.encode("utf-8", "surrogatepass")) > FRAME_BYTES:
        raise Refused(Close.TOO_LARGE, "a frame is 64 kB at most")
    try:
        fields = json.loads(frame)
        return _READERS[fields["t"]](fields)
    except (
        ValueError,
        TypeError,
        KeyError,
        RecursionError,
    ) as problem:  # Malformed is a ValueError
        raise Refused(Close.MALFORMED, "not a frame of this protocol") from problem


def _number(value: Any, least: int = 0, most: int = _FAR) -> int:
    if type(value) is not int or not least <= value <= most:
        raise Malformed("not a whole number in range")
    return value


def _hello(fields: dict[str, Any]) -> Hello:
    if fields.get("p", PROTOCOL) != PROTOCOL:
        raise Refused(Close.OUTDATED, "a page from before an upgrade")
    client, version, seat = fields["client"], fields["v"], fields.get("seat")
    if not isinstance(client, str) or not _CLIENT.fullmatch(client):
        raise Malformed("a client is 8 to 32 letters")
    return Hello(
        client,
        None if version is None else _number(version),
        None if seat is None else _number(seat),
    )


def _push(fields: dict[str, Any]) -> Push:
    edits = fields["edits"]
    if not isinstance(edits, list) or not 1 <= len(edits) <= EDITS_A_PUSH:
        raise Malformed("a push has 1 to 100 edits")
    pushed = tuple(Pushed(_number(edit["s"], 1), ChangeSet.parse(edit["c"])) for edit in edits)
    first = pushed[0].sequence
    if [edit.sequence for edit in pushed] != list(range(first, first + len(pushed))):
        raise Malformed("sequences count up by one")
    return Push(_number(fields["v"]), pushed)


def _here(fields: dict[str, Any]) -> Here:
    version, anchor, head = _number(fields["v"]), fields["a"], fields["h"]
    if anchor is None and head is None:
        return Here(version, None)
    return Here(version, (_number(anchor, most=MAX_LENGTH), _number(head, most=MAX_LENGTH)))


_READERS: Final[dict[Any, Callable[[dict[str, Any]], Incoming]]] = {
    "hello": _hello,
    "push": _push,
    "here": _here,
    "ping": lambda fields: Ping(),
    "pong": lambda fields: Pong(_number(fields["n"])),
}


@dataclass(frozen=True, slots=True)
class Stored:
    """An edit of the log, moved to where it was stored: it leads from `version - 1` to `version`."""

    version: int
    seat: int
    client: str
    sequence: int
    changes: ChangeSet


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is here. A seat is shown once, however many pages it has open."""

    seat: int
    name: str
    colour: int
    role: str
    selection: Selection | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a seat may do with the draft now, and why it is not more: a sentence in its language."""

    may_write: bool = True
    may_read: bool = True
    why: Why | None = None
    say: str = ""
    language: str = ""


Verdict = Standing | Close
"""What somebody may do, or why they must go."""


def welcome(
    version: int,
    so_far: str | Sequence[Stored],
    *,
    you: Peer,
    standing: Standing,
    sequence: int,
    peers: Iterable[Peer],
) -> str:
    """The text, or the edits since the version the page has; and the last sequence known of this client."""
    content = {"text": so_far} if isinstance(so_far, str) else {"edits": _edits(so_far)}
    about = {"you": _peer(you), "s": sequence, "peers": [_peer(peer) for peer in peers]}
    return _frame("welcome", v=version, **content, **_may(standing), **about)


def edits(stored: Sequence[Stored]) -> str:
    """At least one, in the order of the log."""
    return _frame("edits", v=stored[0].version - 1, edits=_edits(stored))


def refused(sequence: int, why: Why, say: str) -> str:
    return _frame("refused", s=sequence, code=why, say=say)


def may(standing: Standing) -> str:
    return _frame("may", **_may(standing))


def peers(version: int, came: Iterable[Peer], gone: Iterable[int]) -> str:
    return _frame("peers", v=version, peers=[_peer(peer) for peer in came], gone=list(gone))


def moved(version: int, cursors: Iterable[Peer]) -> str:
    return _frame(
        "moved", v=version, at=[[peer.seat, *(peer.selection or (None, None))] for peer in cursors]
    )


def noted() -> str:
    return _frame("noted")


def ping(number: int) -> str:
    return _frame("ping", n=number)


def pong() -> str:
    return _frame("pong")


def _frame(kind: str, **fields: Any) -> str:
    return json.dumps({"t": kind, **fields}, ensure_ascii=False, separators=(",", ":"))


def _may(standing: Standing) -> dict[str, str]:
    return {"may": "write"} if standing.may_write else {"may": "read", "why": standing.say}


def _edits(stored: Sequence[Stored]) -> list[dict[str, Any]]:
    return [
        {"client": edit.client, "s": edit.sequence, "seat": edit.seat, "c": edit.changes.to_json()}
        for edit in stored
    ]


def _peer(peer: Peer) -> dict[str, Any]:
    anchor, head = peer.selection or (None, None)
    return {
        "id": peer.seat,
        "name": peer.name,
        "colour": peer.colour,
        "role": peer.role,
        "a": anchor,
        "h": head,
    }
