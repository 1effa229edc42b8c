"""Comments on drafts, replies, suggestions and what became of them, and a word at their edge."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from scenarios.live import placing, store
from scenarios.live.anchors import find
from scenarios.live.changeset import ChangeSet, units
from scenarios.live.history import text_at
from scenarios.live.posted import NotSaved, store_for
from scenarios.live.replica import Replica
from scenarios.live.standing import standings_of
from scenarios.models import Anchor, Comment, Draft, Reaction
from workshops import events
from workshops.contributions import contribute
from workshops.models import Contribution, Seat
from workshops.permissions import Can, require

State = Contribution.State
Outcome = Comment.Outcome


class NotThere(Exception):
    """These words do not stand in the text."""


class Ambiguous(Exception):
    """These words stand in the text in several places."""


class Overtaken(Exception):
    """Somebody settled it before, or the words it is about are others now."""


class Full(Exception):
    """The draft cannot hold what is suggested; says so in a sentence."""


@transaction.atomic
def comment(
    draft: Draft,
    *,
    quote: str,
    text: str,
    replacement: str | None = None,
    near: int | None = None,
    client_key: UUID,
    by: Seat,
) -> Comment:
    """Say something about these words, or suggest others for them; about the whole text with an empty quote.

    Where the words stand more than once, `near` chooses the nearest place.
    """
    require(by, Can.COMMENT)
    before = Comment.objects.filter(seat=by, client_key=client_key).first()
    if before is not None:
        return before
    kind = Contribution.Kind.COMMENT if replacement is None else Contribution.Kind.SUGGESTION
    made, new = contribute(
        Comment,
        kind,
        by=by,
        client_key=client_key,
        draft=draft,
        anchor=_anchor(draft, quote, near) if quote else None,
        text=text,
        replacement=replacement,
    )
    if new:
        _tell(draft.pk)
    return made


def _anchor(draft: Draft, quote: str, near: int | None) -> Anchor:
    version = Draft.objects.values_list("version", flat=True).get(pk=draft.pk)
    found = find(units(text_at(draft.pk, version)), units(quote), near)
    if not found:
        raise NotThere
    if len(found) > 1:
        raise Ambiguous
    [(start, end)] = found
    return Anchor.objects.create(
        draft=draft,
        quote=quote,
        made_at=version,
        made_start=start,
        made_end=end,
        version=version,
        start=start,
        end=end,
    )


@transaction.atomic
def reply(parent: Comment, *, text: str, client_key: UUID, by: Seat) -> Comment:
    """To what begins a thread: there is one level."""
    require(by, Can.COMMENT)
    locked = _locked(parent)
    if locked.parent_id is not None or locked.state != State.PUBLISHED:
        raise Overtaken
    made, new = contribute(
        Comment,
        Contribution.Kind.COMMENT,
        by=by,
        client_key=client_key,
        draft=locked.draft,
        parent=locked,
        text=text,
    )
    if new:
        _tell(locked.draft_id)
    return made


@transaction.atomic
def resolve(about: Comment, *, by: Seat) -> None:
    """Settled, so far as its author, or somebody who may write in the draft, can tell."""
    locked = _to_settle(about, by=by)
    if locked.outcome != Outcome.OPEN or locked.replacement is not None:
        raise Overtaken
    _settle(locked, Outcome.RESOLVED, by=by)


@transaction.atomic
def reopen(about: Comment, *, by: Seat) -> None:
    """What was settled too early. What was accepted stands in the text and stays there."""
    locked = _to_settle(about, by=by)
    if locked.outcome not in {Outcome.RESOLVED, Outcome.DECLINED}:
        raise Overtaken
    _settle(locked, Outcome.OPEN, by=by)


@transaction.atomic
def decline(suggestion: Comment, *, word: str, by: Seat) -> None:
    require(by, Can.COMMENT)
    _require_writing(suggestion.draft_id, by)
    locked = _locked(suggestion)
    if not _is_open_suggestion(locked):
        raise Overtaken
    _settle(locked, Outcome.DECLINED, by=by, word=word)


@transaction.atomic
def accept(suggestion: Comment, *, by: Seat) -> int:
    """Into the text as an edit of whoever suggested it; whoever accepts must be one who may write there.

    Returns the version that it made. Raises Overtaken if the words are no longer those it is about.
    """
    require(by, Can.COMMENT)
    locked = _locked(suggestion)
    Draft.objects.select_for_update().get(pk=locked.draft_id)
    _require_writing(locked.draft_id, by)
    if not _is_open_suggestion(locked) or locked.anchor is None:
        raise Overtaken
    anchor, words = locked.anchor, units(locked.replacement or "")

    def changes(replica: Replica) -> ChangeSet:
        text = units(str(replica.text))
        start, end = placing.place_in(replica.draft, [anchor], replica.version, text)[anchor.pk]
        if text[start:end] != units(anchor.quote):
            raise Overtaken
        whole = len(replica.text)
        return ChangeSet.of([(start, None), (end - start, words), (whole - end, None)])

    done = store_for(locked.draft_id, changes, seat=locked.seat_id, client_key=locked.client_key)
    if isinstance(done, NotSaved):
        raise Full(done.say)
    _settle(locked, Outcome.ACCEPTED, by=by, accepted_as=done.version)
    return done.version


@transaction.atomic
def withdraw(about: Comment, *, by: Seat) -> None:
    """Taken back by its author, with the replies to it; what was accepted stays in the text."""
    require(by, Can.COMMENT)
    locked = _locked(about)
    if locked.seat_id != by.pk:
        raise PermissionDenied(_("Only who put it in can take it back."))
    if locked.state not in {State.WITHDRAWN, State.REDACTED}:
        locked.state = State.WITHDRAWN
        locked.version += 1
        locked.save()
        _tell(locked.draft_id)


@transaction.atomic
def react(to: Comment, *, word: str, by: Seat) -> None:
    """With one word; the same again takes it back. Nobody is told whose it was."""
    require(by, Can.COMMENT)
    locked = _locked(to)
    if locked.state != State.PUBLISHED or locked.seat_id == by.pk:
        raise Overtaken
    own = Reaction.objects.filter(comment=locked, seat=by)
    if own.filter(word=word).exists():
        own.delete()
    else:
        Reaction.objects.update_or_create(comment=locked, seat=by, defaults={"word": word})
    _tell(locked.draft_id)


def may_write(draft_id: int, seat: Seat) -> bool:
    return standings_of(draft_id, {seat.pk})[seat.pk].may_write


def _require_writing(draft_id: int, by: Seat) -> None:
    standing = standings_of(draft_id, {by.pk})[by.pk]
    if not standing.may_write:
        raise PermissionDenied(standing.say)


def _to_settle(about: Comment, *, by: Seat) -> Comment:
    require(by, Can.COMMENT)
    locked = _locked(about)
    if locked.seat_id != by.pk:
        _require_writing(locked.draft_id, by)
    if locked.parent_id is not None or locked.state != State.PUBLISHED:
        raise Overtaken
    return locked


def _is_open_suggestion(one: Comment) -> bool:
    return (
        one.replacement is not None and one.outcome == Outcome.OPEN and one.state == State.PUBLISHED
    )


def _settle(locked: Comment, outcome: str, *, by: Seat, **more: Any) -> None:
    facts = {"word": "", **more, "outcome": outcome, "settled_by": by, "settled_at": timezone.now()}
    Comment.objects.filter(pk=locked.pk).update(**facts)
    _tell(locked.draft_id)


def _locked(one: Comment) -> Comment:
    """As it stands now, and until we are done: two who settle it wait for each other, and so does a moderator."""
    Contribution.objects.select_for_update().get(pk=one.pk)
    return Comment.objects.select_related("anchor", "draft").get(pk=one.pk)


def _tell(draft_id: int) -> None:
    """Open pages read it anew; best effort."""
    hint = {"type": store.NOTED, "process": "", "draft": draft_id}
    transaction.on_commit(lambda: events.send(store.group(draft_id), hint))
