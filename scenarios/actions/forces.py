"""Driving forces: put in unseen, merged with their authors' consent, their list frozen."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from scenarios.models import DrivingForce, Evidence, Look, Merge, MergeVoice, Milestone
from workshops.actions import lock_workshop
from workshops.contributions import contribute, worded_anew
from workshops.models import Activity, Contribution, Seat
from workshops.permissions import Can, require

State = Contribution.State
What = Milestone.What


class Overtaken(Exception):
    """The list, or what it says, changed since the page was made."""


class Frozen(Exception):
    """The list is frozen: no force comes in, changes or goes."""


@transaction.atomic
def propose(
    *,
    name: str,
    category: str,
    trend: str,
    grounds: Iterable[Evidence],
    language: str,
    client_key: UUID,
    by: Seat,
) -> DrivingForce:
    _work_on_list(by, Can.FORCE)
    force, new = contribute(
        DrivingForce,
        Contribution.Kind.FORCE,
        by=by,
        client_key=client_key,
        name=name,
        category=category,
        trend=trend,
        language=language,
    )
    if new:
        force.grounds.set(grounds)
    return force


@transaction.atomic
def reword(
    force: DrivingForce, *, grounds: Iterable[Evidence], version: int, by: Seat, **words: Any
) -> DrivingForce:
    """The author's, while the list is open; what a moderator returned waits for one again."""
    locked = _own(force, by=by)
    if locked.version != version or locked.state not in {
        State.PUBLISHED,
        State.HELD,
        State.RETURNED,
    }:
        raise Overtaken
    if locked.merged_into_id or locked.merged.exists() or _in_open_merge(locked):
        raise Overtaken  # others agreed, or are asked to, on the words that stood
    for field, value in words.items():
        setattr(locked, field, value)
    locked.state = worded_anew(locked)
    locked.version += 1
    locked.save()
    locked.grounds.set(grounds)
    return locked


@transaction.atomic
def withdraw(force: DrivingForce, *, by: Seat) -> None:
    """Taken back by its author; forces that were merged into it stand for themselves again."""
    locked = _own(force, by=by)
    if locked.state in {State.WITHDRAWN, State.REDACTED}:
        return
    locked.state, locked.merged_into = State.WITHDRAWN, None
    locked.version += 1
    locked.save()
    locked.merged.update(merged_into=None)
    _open_merges(by).filter(voices__force=locked).update(state=Merge.State.DROPPED)


@transaction.atomic
def look(*, by: Seat) -> None:
    """Say that one's own are all in, or that there are none, and see the others'."""
    require(by, Can.FORCE)
    Look.objects.get_or_create(seat=by)


@transaction.atomic
def reach(what: str, *, by: Seat) -> None:
    """Reveal or freeze for everybody. Freezing drops the merges that still wait."""
    lock_workshop(by)
    require(by, Can.MERGE if what == What.FORCES_FROZEN else Can.REVEAL)
    _step, new = Milestone.objects.get_or_create(
        workshop=by.workshop, what=what, defaults={"seat": by}
    )
    if not new:
        return
    if what == What.FORCES_FROZEN:
        _open_merges(by).update(state=Merge.State.DROPPED)
    Activity.objects.create(workshop=by.workshop, seat=by, verb=_VERBS[what])


@transaction.atomic
def thaw(*, by: Seat) -> None:
    """Open the list again, while its stage is."""
    lock_workshop(by)
    require(by, Can.MERGE)
    Milestone.objects.filter(workshop=by.workshop, what=What.FORCES_FROZEN).delete()


# --- merging --------------------------------------------------------------------------------


@transaction.atomic
def propose_merge(*, into: DrivingForce, others: Iterable[DrivingForce], by: Seat) -> Merge:
    """Ask the authors whether these are one force. Those whose author has left agree by themselves."""
    _work_on_list(by, Can.MERGE)
    wanted = {into.pk} | {other.pk for other in others}
    listed = DrivingForce.objects.within(by.workshop).listed().filter(pk__in=wanted)
    forces = list(listed.select_related("seat").order_by("pk"))
    busy = _open_merges(by).filter(voices__force__in=wanted)
    if len(forces) != len(wanted) or len(wanted) < 2 or busy.exists():
        raise Overtaken
    merge = Merge.objects.create(into=into, seat=by)
    MergeVoice.objects.bulk_create(
        MergeVoice(
            merge=merge,
            force=force,
            agrees=None if force.seat.state == Seat.State.TAKEN else True,
        )
        for force in forces
    )
    _finish(merge)
    return merge


@transaction.atomic
def answer_merge(merge: Merge, *, agrees: bool, by: Seat) -> Merge:
    """An author's word on all of their forces in it. The last yes merges, the first no ends it."""
    _work_on_list(by, Can.FORCE)
    merge.refresh_from_db()
    mine = merge.voices.filter(force__seat=by)
    if not mine.exists():
        raise PermissionDenied(_("Only the authors of these forces are asked."))
    if merge.state != Merge.State.PROPOSED:
        raise Overtaken
    mine.update(agrees=agrees)
    if agrees:
        _finish(merge)
    else:
        merge.state = Merge.State.DECLINED
        merge.save(update_fields=["state"])
    return merge


@transaction.atomic
def drop_merge(merge: Merge, *, by: Seat) -> None:
    """Take the proposal back, or take apart again what was merged."""
    _work_on_list(by, Can.MERGE)
    merge.refresh_from_db()
    if merge.state == Merge.State.DONE:
        members = merge.voices.values("force")
        DrivingForce.objects.filter(pk__in=members, merged_into=merge.into_id).update(
            merged_into=None
        )
    merge.state = Merge.State.DROPPED
    merge.save(update_fields=["state"])


def _finish(merge: Merge) -> None:
    if merge.voices.exclude(agrees=True).exists():
        return
    members = merge.voices.exclude(force=merge.into_id).values_list("force", flat=True)
    ids = list(members)
    # What was merged into one of them before goes along.
    DrivingForce.objects.filter(merged_into__in=ids).update(merged_into=merge.into_id)
    DrivingForce.objects.filter(pk__in=ids).update(merged_into=merge.into_id)
    merge.state = Merge.State.DONE
    merge.save(update_fields=["state"])


def _open_merges(by: Seat) -> Any:
    return Merge.objects.filter(into__seat__workshop=by.workshop_id, state=Merge.State.PROPOSED)


def _in_open_merge(force: DrivingForce) -> bool:
    return MergeVoice.objects.filter(force=force, merge__state=Merge.State.PROPOSED).exists()


def _work_on_list(by: Seat, can: Can) -> None:
    """One after the other, so that nothing slips into a list as it is frozen."""
    lock_workshop(by)
    require(by, can)
    if Milestone.objects.filter(workshop=by.workshop, what=What.FORCES_FROZEN).exists():
        raise Frozen


def _own(force: DrivingForce, *, by: Seat) -> DrivingForce:
    _work_on_list(by, Can.FORCE)
    if force.seat_id != by.pk:
        raise PermissionDenied(_("Only who put it in can change it."))
    Contribution.objects.select_for_update().get(pk=force.pk)
    return DrivingForce.objects.get(pk=force.pk)


_VERBS: dict[str, Activity.Verb] = {
    What.FORCES_REVEALED: Activity.Verb.REVEALED_FORCES,
    What.FORCES_FROZEN: Activity.Verb.FROZE_FORCES,
    What.RANKING_REVEALED: Activity.Verb.REVEALED_RANKING,
}
