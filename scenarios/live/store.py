"""The drafts' rows: read, and written in one short transaction a batch. All edits are written here."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max
from django.utils import timezone, translation

from scenarios.live import rows
from scenarios.live.changeset import ChangeSet, Malformed
from scenarios.live.history import text_at
from scenarios.live.log import TooFarBehind
from scenarios.live.protocol import Close, Stored, Verdict, Why
from scenarios.live.reader import Holder
from scenarios.live.replica import Offer, Replica, TooLarge
from scenarios.live.room import Outcome, Refusal
from scenarios.live.standing import ask
from scenarios.live.words import sentence
from scenarios.models import Draft, Edit, Snapshot
from workshops.models import Activity

STORED: Final = "draft.stored"
"""The hint that a draft is at a version; it carries no content."""

NOTED: Final = "draft.noted"
"""The hint that something was said about a draft; it carries no content either."""

REDACTED: Final = "draft.redacted"
"""The hint that words left the log."""

RECENT: Final = 500
"""Edits read along with the text, for pages that are a little behind."""

SNAPSHOT_EVERY: Final = 200
"""Edits; more for a long text, since a snapshot costs its length and replaying an edit costs little."""

NEWS_EVERY: Final = timedelta(hours=6)
"""Of one seat writing in one draft."""


def load(draft_id: int, *, since: int | None = None) -> Replica:
    """The draft as it is now, with the edits since a version, or the last few, at hand."""
    version, redacted = Draft.objects.values_list("version", "redacted_version").get(pk=draft_id)
    after = max(0, version - RECENT) if since is None else since
    snapshot = Snapshot.objects.filter(draft=draft_id).aggregate(Max("version"))["version__max"]
    return Replica(
        draft_id,
        text_at(draft_id, version),
        version,
        recent=edits(draft_id, after, version),
        snapshot=snapshot or 0,
        redacted=redacted,
    )


def edits(draft_id: int, after: int, upto: int | None = None) -> list[Stored]:
    found = Edit.objects.filter(draft=draft_id, version__gt=after).order_by("version")
    if upto is not None:
        found = found.filter(version__lte=upto)
    return [
        Stored(version, seat, client, sequence, ChangeSet.parse(changes))
        for version, seat, client, sequence, changes in found.values_list(
            "version", "seat", "client", "sequence", "changes"
        )
    ]


def redacted(draft_id: int) -> int:
    found = Draft.objects.filter(pk=draft_id).values_list("redacted_version", flat=True).first()
    return found or 0


def refresh(replica: Replica) -> list[Stored]:
    newer = edits(replica.draft, replica.version)
    for edit in newer:
        replica.advance(edit)
    return newer


def learn_clients(replica: Replica, clients: set[str]) -> None:
    """Whose they are and how far they have counted, for those the replica has not met."""
    unknown = clients - replica.clients.keys()
    if not unknown:
        return
    found = Edit.objects.filter(draft=replica.draft, client__in=unknown).order_by()
    for client, seat, last in found.values_list("client", "seat").annotate(Max("sequence")):
        replica.clients[client] = seat, last


def commit(replica: Replica, offers: Sequence[Offer]) -> Outcome:
    """All of it in one transaction: lock, catch up, ask rights, rebase, append."""
    with transaction.atomic():
        holders = {offer.holder for offer in offers}
        draft = rows.lock(replica.draft, {holder.session for holder in holders})
        newer = refresh(replica) if draft.version > replica.version else []
        verdicts = ask(replica, draft, holders)
        own, refused = accept(replica, offers, verdicts)
        if own:
            append(replica, own)
    return Outcome([*newer, *own], refused)


def commit_all(batches: Sequence[tuple[Replica, Sequence[Offer]]]) -> list[Outcome | Exception]:
    """The batches of several drafts in one transaction, for the disk takes as long over many as over one.

    One that breaks us takes no other along.
    """
    if len(batches) == 1:
        return [commit(*batches[0])]
    outcomes: dict[int, Outcome | Exception] = {}
    with transaction.atomic():
        # In one order, so that two processes do not wait for each other.
        for replica, offers in sorted(batches, key=lambda batch: batch[0].draft):
            try:
                outcomes[replica.draft] = commit(replica, offers)
            except (InterfaceError, OperationalError):
                raise
            except Exception as problem:
                outcomes[replica.draft] = problem
    return [outcomes[replica.draft] for replica, _ in batches]


def accept(
    replica: Replica, offers: Sequence[Offer], verdicts: Mapping[Holder, Verdict]
) -> tuple[list[Stored], list[Refusal]]:
    learn_clients(replica, {offer.client for offer in offers})
    accepted: list[Stored] = []
    refused: list[Refusal] = []
    for index, offer in enumerate(offers):
        stored, refusal = _take(replica, index, offer, verdicts[offer.holder])
        accepted += stored
        if refusal is not None:
            refused.append(refusal)
    return accepted, refused


def _take(
    replica: Replica, index: int, offer: Offer, verdict: Verdict
) -> tuple[list[Stored], Refusal | None]:
    """As many of its edits as may be stored, in order, up to the first that may not."""
    stored: list[Stored] = []
    sequence = offer.push.edits[0].sequence
    if isinstance(verdict, Close):
        return [], Refusal(index, sequence, close=verdict)
    try:
        new = replica.rebase(offer)
        if new and not verdict.may_write:
            close = None if verdict.may_read else Close.NOT_ALLOWED
            return [], Refusal(index, new[0].sequence, verdict.why, verdict.say, close)
        for edit in new:
            sequence = edit.sequence
            stored.append(replica.append(edit, seat=offer.seat, client=offer.client))
    except TooFarBehind:
        return [], Refusal(index, sequence, close=Close.TOO_SLOW)
    except (Malformed, TooLarge) as problem:
        why = Why.TOO_LARGE if isinstance(problem, TooLarge) else Why.MALFORMED
        with translation.override(verdict.language):
            return stored, Refusal(index, sequence, why, sentence(why))
    return stored, None


def append(replica: Replica, own: Sequence[Stored]) -> None:
    now = timezone.now()
    rows.write(replica.draft, own, now)
    if replica.version - replica.snapshot >= max(SNAPSHOT_EVERY, len(replica.text) // 100):
        replica.snapshot = replica.version
        Snapshot.objects.create(
            draft_id=replica.draft, version=replica.version, text=str(replica.text)
        )
    for seat in {edit.seat for edit in own}:
        if seat not in replica.noted or now - replica.noted[seat] > NEWS_EVERY:
            replica.noted[seat] = now
            _tell_the_workshop(replica.draft, seat, now)


def _tell_the_workshop(draft_id: int, seat: int, now: datetime) -> None:
    scenario, workshop = Draft.objects.values_list("scenario", "scenario__workshop").get(
        pk=draft_id
    )
    news = {
        "workshop_id": workshop,
        "seat_id": seat,
        "scenario": scenario,
        "verb": Activity.Verb.DRAFTED,
    }
    if not Activity.objects.filter(at__gt=now - NEWS_EVERY, **news).exists():
        Activity.objects.create(at=now, **news)


def group(draft_id: int) -> str:
    """Where hints about this draft go."""
    return f"draft.{draft_id}"
