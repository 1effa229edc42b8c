"""What is said about a draft, as one seat may read it: threads in the order of the text, and where their words stand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID, uuid4

from django.db.models import Count

from scenarios.analysis.spread import at_least
from scenarios.live.anchors import Span
from scenarios.live.changeset import characters, units
from scenarios.live.placing import place_in
from scenarios.live.standing import standings_of
from scenarios.models import Comment, Draft, Reaction
from workshops.models import Contribution, Decision, Seat
from workshops.permissions import Can

State = Contribution.State
Outcome = Comment.Outcome


@dataclass(frozen=True, slots=True)
class Word:
    """A reaction, and how many there are of it if so many may be named."""

    value: str
    label: str
    count: int | None
    mine: bool


@dataclass
class Said:
    """A comment, a suggestion or a reply."""

    comment: Comment
    mine: bool
    words: list[Word]
    decision: Decision | None


@dataclass
class Thread:
    said: Said
    number: int = 0
    span: Span | None = None
    now: str = ""  # the words that stand there now
    replies: list[Said] = field(default_factory=list)
    may_settle: bool = False
    may_decide: bool = False
    key: UUID = field(default_factory=uuid4)  # of the reply that may be written to it

    @property
    def gone(self) -> bool:
        return self.span is not None and self.span[0] == self.span[1]

    @property
    def changed(self) -> bool:
        anchor = self.said.comment.anchor
        return anchor is not None and not self.gone and self.now != anchor.quote

    @property
    def open(self) -> bool:
        return self.said.comment.outcome == Outcome.OPEN

    @property
    def is_suggestion(self) -> bool:
        return self.said.comment.replacement is not None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Text under the same comments all along."""

    text: str
    numbers: tuple[int, ...]
    begins: tuple[int, ...]  # those whose first words these are


@dataclass
class Talk:
    threads: list[Thread]
    version: int
    settled: int

    def stretches(self, text: str) -> list[Stretch]:
        """The text at this version, cut where a comment's words begin or end."""
        code_units = units(text)
        spans = [(one.number, one.span) for one in self.threads if one.span and not one.gone]
        cuts = sorted({0, len(code_units), *(edge for _, span in spans for edge in span)})
        return [
            Stretch(
                characters(code_units[start:end]),
                tuple(number for number, span in spans if span[0] <= start and end <= span[1]),
                tuple(number for number, span in spans if span[0] == start),
            )
            for start, end in pairwise(cuts)
        ]


def talk(draft: Draft, text: str, seat: Seat, can: Iterable[str], *, settled: bool = False) -> Talk:
    """The threads that are open, or those that are settled, at the version this row was read at."""
    readable = Comment.objects.filter(draft=draft).readable_by(
        seat, any_state=not {Can.MODERATE, Can.REDACT}.isdisjoint(can)
    )
    rows = list(readable.select_related("seat", "anchor", "settled_by").order_by("pk"))
    heads = [row for row in rows if row.parent_id is None]
    chosen = [row for row in heads if (row.outcome != Outcome.OPEN) == settled]
    anchors = [row.anchor for row in chosen if row.anchor]
    code_units = units(text)
    spans = place_in(draft.pk, anchors, draft.version, code_units)
    said = _Said(rows, seat)
    standing = standings_of(draft.pk, {seat.pk})[seat.pk]
    comments = Can.COMMENT in can
    threads: dict[int, Thread] = {}
    for row in chosen:
        span = spans.get(row.anchor_id) if row.anchor_id else None
        may_settle = comments and row.state == State.PUBLISHED
        thread = Thread(
            said.about(row),
            span=span,
            now=characters(code_units[slice(*span)]) if span else "",
            may_settle=may_settle and (row.seat_id == seat.pk or standing.may_write),
            may_decide=may_settle and standing.may_write,
        )
        threads[row.pk] = thread
    for row in rows:
        if row.parent_id in threads:
            threads[row.parent_id].replies.append(said.about(row))
    ordered = sorted(threads.values(), key=lambda one: (one.span or (-1, -1), one.said.comment.pk))
    for number, thread in enumerate(ordered, start=1):
        thread.number = number
    return Talk(ordered, draft.version, len(heads) - len(chosen) if not settled else len(chosen))


class _Said:
    """What belongs to many comments, read at once."""

    def __init__(self, rows: list[Comment], seat: Seat) -> None:
        self.seat, self.k = seat, seat.workshop.small_cell
        reactions = Reaction.objects.filter(comment__in=[row.pk for row in rows])
        counted = reactions.values_list("comment", "word").annotate(n=Count("pk")).order_by()
        self.counts = {(comment, word): n for comment, word, n in counted}
        own = reactions.filter(seat=seat).values_list("comment", "word")
        self.own: dict[int, str] = dict(own)
        hidden = [row.pk for row in rows if row.seat_id == seat.pk and row.state != State.PUBLISHED]
        decisions = Decision.objects.filter(contribution__in=hidden).order_by("pk")
        self.decisions = {one.contribution_id: one for one in decisions}

    def about(self, row: Comment) -> Said:
        words = [self._word(row.pk, word) for word in Reaction.Word]
        return Said(row, row.seat_id == self.seat.pk, words, self.decisions.get(row.pk))

    def _word(self, comment: int, word: Reaction.Word) -> Word:
        mine = self.own.get(comment) == word
        count = self.counts.get((comment, str(word)), 0)
        return Word(str(word), str(word.label), at_least(self.k, count, int(mine)), mine)
