"""A whole text posted by a form, where there is no scripting: saved as one edit, on the version it was made on."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from scenarios.live import merge, past, store
from scenarios.live.changeset import ChangeSet, Malformed, compose_all, units
from scenarios.live.history import text_at
from scenarios.live.log import KEPT, TooFarBehind
from scenarios.live.protocol import Push, Pushed, Standing, Why
from scenarios.live.reader import Holder
from scenarios.live.replica import Offer, Replica, TooLarge
from scenarios.live.restoring import hunks, put_back
from scenarios.live.standing import standings_of
from scenarios.live.words import sentence
from scenarios.models import Draft
from workshops import events
from workshops.models import Seat


@dataclass(frozen=True, slots=True)
class Saved:
    version: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Others changed the same words meanwhile: nothing was saved, and this is the text as it stands."""

    version: int
    text: str


@dataclass(frozen=True, slots=True)
class NotSaved:
    """For a reason, in a sentence."""

    why: Why
    say: str


def save_text(
    draft: Draft, *, base_version: int, text: str, client_key: UUID, by: Seat
) -> Saved | Conflict | NotSaved:
    """What the seat made of the text at `base_version`. Twice with one key is once."""
    standing = standings_of(draft.pk, {by.pk})[by.pk]
    if not standing.may_write:
        return NotSaved(standing.why or Why.NOT_ALLOWED, standing.say)
    version = Draft.objects.values_list("version", flat=True).get(pk=draft.pk)
    if not max(0, version - KEPT) <= base_version <= version:
        return Conflict(version, text_at(draft.pk, version))
    try:
        changes = _changes(text_at(draft.pk, base_version), text)
    except Malformed:
        return _not_saved(Why.MALFORMED, standing)
    if changes.is_empty:
        return Saved(version)
    return _offer(draft, changes, base_version=base_version, client_key=client_key, by=by)


def bring_back(
    draft: Draft,
    *,
    version: int,
    base_version: int,
    passage: int | None = None,
    client_key: UUID,
    by: Seat,
) -> Saved | Conflict | NotSaved:
    """The text as it was at a version, or one passage of it, put into the text at `base_version`.

    An ordinary edit of the seat, like any other; `passage` counts the hunks between the two texts from 0.
    """
    now, then = text_at(draft.pk, base_version), text_at(draft.pk, version)
    if passage is None:
        changes = merge.difference(now, then)
    else:
        found = hunks(now, then)
        if passage >= len(found):
            return Conflict(base_version, now)
        changes = put_back(now, found[passage])
    return _offer(draft, changes, base_version=base_version, client_key=client_key, by=by)


def take_back(
    draft: Draft, version: int, *, client_key: UUID, by: Seat
) -> Saved | Conflict | NotSaved:
    """One's own edit that made this version, and nothing that came after it."""
    [edit] = past.log(draft.pk, version - 1, version)
    if edit.seat != by.pk:
        raise PermissionDenied(_("Only who wrote it can take it back."))
    before = units(text_at(draft.pk, version - 1))
    changes = ChangeSet.parse(edit.changes).invert(before)
    return _offer(draft, changes, base_version=version, client_key=client_key, by=by)


def _offer(
    draft: Draft, changes: ChangeSet, *, base_version: int, client_key: UUID, by: Seat
) -> Saved | Conflict | NotSaved:
    if changes.is_empty:
        return Saved(base_version)
    version = Draft.objects.values_list("version", flat=True).get(pk=draft.pk)
    if not max(0, version - KEPT) <= base_version <= version:
        return Conflict(version, text_at(draft.pk, version))
    push = Push(base_version, (Pushed(1, changes),))
    return _store(draft.pk, Offer(_holder(by), client_key.hex, push))


def _holder(seat: Seat) -> Holder:
    return Holder(seat.pk, seat.participant_id or 0, session="")  # the request has its own


def _changes(old: str, new: str) -> ChangeSet:
    """Comparing takes a while, so it is done before anything is locked."""
    new = new.replace("\r\n", "\n").replace("\r", "\n")
    difference = merge.difference(old, new)
    return ChangeSet.parse(difference.to_json())  # held to what pages are held to


@transaction.atomic
def store_for(
    draft_id: int, changes: Callable[[Replica], ChangeSet], *, seat: int, client_key: UUID
) -> Saved | NotSaved:
    """An edit that carries this seat's name, made on the newest text. Whoever calls has asked whether it may be."""
    Draft.objects.select_for_update().get(pk=draft_id)
    replica = store.load(draft_id)
    edit = Pushed(1, changes(replica))
    try:
        own = [replica.append(edit, seat=seat, client=client_key.hex)]
    except TooLarge:
        return NotSaved(Why.TOO_LARGE, sentence(Why.TOO_LARGE))
    store.append(replica, own)
    _hint(replica)
    return Saved(replica.version)


@transaction.atomic
def _store(draft_id: int, offer: Offer) -> Saved | Conflict | NotSaved:
    Draft.objects.select_for_update().get(pk=draft_id)
    replica = store.load(draft_id, since=offer.push.version)
    store.learn_clients(replica, {offer.client})
    if offer.client in replica.clients:
        return Saved(replica.version)
    try:
        others = compose_all(edit.changes for edit in replica.log.since(offer.push.version))
    except TooFarBehind:
        return Conflict(replica.version, str(replica.text))
    if others and merge.overlap(offer.push.edits[0].changes, others):
        return Conflict(replica.version, str(replica.text))
    standing = standings_of(draft_id, {offer.seat})[offer.seat]
    own, refused = store.accept(replica, [offer], {offer.holder: standing})
    if refused:
        return NotSaved(refused[0].why or Why.MALFORMED, refused[0].say)
    store.append(replica, own)
    _hint(replica)
    return Saved(replica.version)


def _hint(replica: Replica) -> None:
    hint = {"type": store.STORED, "process": "", "draft": replica.draft, "version": replica.version}
    transaction.on_commit(lambda: events.send(store.group(replica.draft), hint))


def _not_saved(why: Why, standing: Standing) -> NotSaved:
    with translation.override(standing.language):
        return NotSaved(why, sentence(why))
