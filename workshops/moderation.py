"""What a moderator decides, and what follows from it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from participants import post
from workshops import audit
from workshops.contributions import concrete, kind_of, words_of
from workshops.models import Activity, AuditEntry, Contribution, Decision, Seat
from workshops.permissions import Can, abilities, hold_stage, refuse

Action = Decision.Action
State = Contribution.State

# From which states an action leads where.
MOVES: dict[str, tuple[frozenset[str], str]] = {
    Action.PUBLISH: (frozenset({State.HELD}), State.PUBLISHED),
    # Read after it was published, and found in order: nothing changes, but it need not be read again.
    Action.KEEP: (frozenset({State.PUBLISHED}), State.PUBLISHED),
    Action.RETURN: (frozenset({State.HELD, State.PUBLISHED}), State.RETURNED),
    Action.REDACT: (frozenset({State.HELD, State.PUBLISHED, State.RETURNED}), State.REDACTED),
    Action.RESTORE: (frozenset({State.REDACTED, State.RETURNED}), State.PUBLISHED),
}
NEEDS_REASON = frozenset({Action.RETURN, Action.REDACT})


class Overtaken(Exception):
    """The contribution is no longer what the moderator read."""


def possible(contribution: Contribution, *, by: Seat) -> list[str]:
    """The actions this seat may take on the contribution as it stands."""
    held = abilities(by)
    if by.pk in kind_of(contribution).authors(concrete(contribution)):
        return []
    decided = _as_decided(contribution)
    return [
        action
        for action, (before, _after) in MOVES.items()
        if contribution.state in before
        and _needed(action, held) in held
        and not (action == Action.KEEP and decided)
    ]


@transaction.atomic
def decide(
    contribution: Contribution,
    *,
    version: int,
    action: str,
    reason: str = "",
    note: str = "",
    by: Seat,
) -> Decision:
    """Decide on the version that was read; raises Overtaken if it changed or was decided since."""
    hold_stage(by.workshop)
    locked = Contribution.objects.select_for_update().get(pk=contribution.pk)
    held = abilities(by)
    if _needed(action, held) not in held:
        refuse(by, Can.MODERATE)
    kind = kind_of(locked)
    own = concrete(locked)
    if by.pk in kind.authors(own):
        raise PermissionDenied(_("Another moderator decides on what you wrote yourself."))
    before, after = MOVES[action]
    if locked.version != version or locked.state not in before:
        raise Overtaken
    if action == Action.KEEP and _as_decided(locked):
        raise Overtaken
    decision = Decision.objects.create(
        contribution=locked,
        version=version,
        moderator=by,
        action=action,
        reason=reason,
        note=note,
        words=words_of(own),
    )
    Contribution.objects.filter(pk=locked.pk).update(state=after, version=version + 1)
    own.refresh_from_db(fields=["state", "version"])
    kind.decided(own, decision)
    if action != Action.KEEP:
        Activity.objects.create(
            workshop=by.workshop, seat=by, verb=Activity.Verb.DECIDED, contribution=locked
        )
    audit.record(
        by.workshop,
        AuditEntry.Act.DECIDED,
        decision=decision.pk,
        kind=locked.kind,
        version=version,
        action=action,
        reason=reason,
        role=by.role,
    )
    if action != Action.KEEP:
        _tell_author(decision)
    return decision


def _as_decided(contribution: Contribution) -> bool:
    """Nothing changed since the last decision."""
    return contribution.decisions.filter(version=contribution.version - 1).exists()


def _needed(action: str, held: frozenset[Can]) -> Can:
    """Redacting stays possible in stages where other decisions are over."""
    if action in {Action.REDACT, Action.RESTORE} and Can.REDACT in held:
        return Can.REDACT
    return Can.MODERATE


def _tell_author(decision: Decision) -> None:
    author = decision.contribution.seat.participant
    if author is not None:
        post.queue(
            kind="decision",
            key=f"decision:{decision.pk}",
            participant=author,
            context={"decision": decision.pk},
        )
