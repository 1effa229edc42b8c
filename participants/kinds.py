"""The kinds of mail. Each is registered by the app it belongs to; the post itself knows no workshop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from participants.emails import Rendered, render
from participants.models import Delivery, Participant


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a renderer may know: who reads, in which language, and the ids that were queued."""

    reader: Participant | None
    language: str
    neutral: bool
    context: Mapping[str, Any]
    unsubscribe_url: str = ""

    def render(self, template: str, **context: Any) -> Rendered:
        facts = {"reader": self.reader, "unsubscribe_url": self.unsubscribe_url, **context}
        return render(template, facts, self.language, neutral=self.neutral)


def always(letter: Letter) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`unwanted` is asked again at each try and answers why not, or nothing. `stream` names what a reader can stop."""

    name: str
    label: Any
    render: Callable[[Letter], Rendered]
    unwanted: Callable[[Letter], str] = always
    stream: Callable[[Mapping[str, Any]], str] | None = None
    resend_when_doubtful: bool = True
    settled: Callable[[Delivery], None] | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    _kinds[kind.name] = kind
    return kind


def find(name: str) -> Kind | None:
    return _kinds.get(name)
