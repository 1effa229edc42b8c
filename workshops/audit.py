"""Writing the audit chain, and finding its first broken link.

Each entry's digest is SHA-256 over its own content and the digest before it, as in a hash chain after Haber and
Stornetta, "How to time-stamp a digital document" (1991). The chain's end is kept beside it, so that a missing end shows.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC
from typing import Final

from django.db import transaction
from django.utils import timezone

from workshops.models import AuditChain, AuditEntry, Workshop

BEGINNING: Final = (0, "0" * 64)
"""How many entries, and the digest of the last."""


@transaction.atomic
def record(workshop: Workshop, act: str, **facts: str | int | list[str]) -> None:
    """Append to the workshop's chain, in the transaction of what it records.

    `facts` say what was done, never by or about whom: kinds, roles, numbers of rows and codes only.
    """
    AuditChain.objects.get_or_create(workshop_id=workshop.pk)
    chain = AuditChain.objects.select_for_update().get(workshop_id=workshop.pk)
    entry = AuditEntry(
        workshop_id=workshop.pk, number=chain.length + 1, at=timezone.now(), act=act, facts=facts
    )
    entry.digest = digest_of(entry, chain.digest)
    entry.save(force_insert=True)
    chain.length, chain.digest = entry.number, entry.digest
    chain.save(update_fields=["length", "digest"])


def digest_of(entry: AuditEntry, before: str) -> str:
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [before, entry.workshop_id, entry.number, at, entry.act, entry.facts]
    written = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def first_broken_link() -> str | None:
    """Where the first chain that is not as it was written breaks; None if all are whole."""
    entries = AuditEntry.objects.order_by("workshop_id", "number", "pk").iterator()
    return check(entries, AuditChain.objects.all())


def check(entries: Iterable[AuditEntry], chains: Iterable[AuditChain]) -> str | None:
    """`entries` by workshop, and in each by number."""
    ends = {chain.workshop_id: (chain.length, chain.digest) for chain in chains}
    reached: dict[int, tuple[int, str]] = {}
    for entry in entries:
        number, digest = reached.get(entry.workshop_id, BEGINNING)
        if entry.number != number + 1:
            return f"workshop {entry.workshop_id}: entry {number + 1} is missing"
        if entry.digest != digest_of(entry, digest):
            return f"workshop {entry.workshop_id}: entry {entry.number} was changed"
        reached[entry.workshop_id] = entry.number, entry.digest
    for workshop in sorted(ends.keys() | reached.keys()):
        last = reached.get(workshop, BEGINNING)
        if ends.get(workshop) != last:
            return f"workshop {workshop}: the chain does not end with entry {last[0]}"
    return None
