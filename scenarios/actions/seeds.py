"""Seeds: raw stories of a few lines, on their way down the funnel."""

from uuid import UUID

from django.db import transaction
from django.db.models import Count

from scenarios.models import Dot, DotRound, Scenario, Seed
from workshops.actions import lock_workshop
from workshops.contributions import contribute
from workshops.models import Contribution, Seat, Workshop
from workshops.permissions import Can, require, require_unreleased

Funnel = Seed.Funnel
State = Contribution.State
IN_THE_RUNNING = (Funnel.POOLED, Funnel.CLUSTERED, Funnel.SHORTLISTED)


class Gone(Exception):
    """The seed is not to be had: taken down, merged or set aside."""


class NoDotsLeft(Exception):
    """The seat has given all its dots."""


class RoundClosed(Exception):
    """No dots are given at the moment."""


@transaction.atomic
def sow(*, title: str, text: str, language: str, client_key: UUID, by: Seat) -> Seed:
    require(by, Can.SEED)
    seed, _new = contribute(
        Seed,
        Contribution.Kind.SEED,
        by=by,
        client_key=client_key,
        title=title,
        text=text,
        language=language,
    )
    return seed


@transaction.atomic
def sort(seed: Seed, *, cluster: str, by: Seat) -> Seed:
    """Lay a seed with others like it; an empty cluster lays it back in the pool."""
    require(by, Can.SORT)
    locked = _locked(seed)
    locked.cluster = cluster
    if locked.funnel in {Funnel.POOLED, Funnel.CLUSTERED}:
        locked.funnel = Funnel.CLUSTERED if cluster else Funnel.POOLED
    locked.save(update_fields=["cluster", "funnel", "updated_at"])
    return locked


# --- dots -----------------------------------------------------------------------------------


@transaction.atomic
def open_round(*, dots: int, by: Seat) -> DotRound:
    """Begin a round, or begin it anew: then every dot is back in its owner's hand."""
    workshop = lock_workshop(by)
    require(by, Can.PLAN)
    require(by, Can.SORT)  # planning goes on when dots are given no more
    Dot.objects.filter(seat__workshop=workshop).delete()
    found, _new = DotRound.objects.update_or_create(
        workshop=workshop, defaults={"dots": dots, "is_open": True}
    )
    return found


@transaction.atomic
def close_round(*, by: Seat) -> None:
    """The seeds with at least k dots are shortlisted. Once closed no dot moves, so no count tells of one person."""
    workshop = lock_workshop(by)
    require(by, Can.PLAN)
    found = _round(by, Can.PLAN)
    found.is_open = False
    found.save(update_fields=["is_open", "opened_at"])
    chosen = _enough(workshop)
    Seed.objects.filter(pk__in=chosen, funnel__in=[Funnel.POOLED, Funnel.CLUSTERED]).update(
        funnel=Funnel.SHORTLISTED
    )


@transaction.atomic
def give_dot(seed: Seed, *, by: Seat) -> None:
    """One a seed. Two presses at once cannot spend one dot twice: they wait for each other."""
    found = _round(by, Can.DOT)
    locked = _locked(seed)
    given = Dot.objects.filter(seat=by)
    if given.filter(seed=locked).exists():
        return
    if given.count() >= found.dots:
        raise NoDotsLeft
    Dot.objects.create(seed=locked, seat=by)


@transaction.atomic
def take_dot_back(seed: Seed, *, by: Seat) -> None:
    _round(by, Can.DOT)
    Dot.objects.filter(seed=seed, seat=by).delete()


def _round(by: Seat, can: Can) -> DotRound:
    """The open round, and nobody else in it until we are done."""
    require(by, can)
    found = DotRound.objects.select_for_update().filter(workshop=by.workshop_id).first()
    if found is None or not found.is_open:
        raise RoundClosed
    return found


def _enough(workshop: Workshop) -> list[int]:
    there = Seed.objects.filter(seat__workshop=workshop, state=State.PUBLISHED)
    counted = there.annotate(given=Count("dots")).filter(given__gte=workshop.small_cell)
    return list(counted.values_list("pk", flat=True))


# --- what becomes of it ---------------------------------------------------------------------


@transaction.atomic
def settle(
    seed: Seed, *, funnel: str, scenario: Scenario | None = None, thanks: str = "", by: Seat
) -> Seed:
    """Shortlist, merge into a scenario, set aside with thanks, or lay back. Its author sees which."""
    require(by, Can.PLAN)
    require_unreleased(Workshop.objects.get(pk=by.workshop_id))
    locked = _locked(seed, any_funnel=True)
    locked.funnel = funnel
    if funnel == Funnel.POOLED and locked.cluster:
        locked.funnel = Funnel.CLUSTERED
    locked.scenario = scenario if funnel == Funnel.MERGED else None
    locked.thanks = thanks if funnel == Funnel.RETIRED else ""
    locked.save(update_fields=["funnel", "scenario", "thanks", "updated_at"])
    return locked


def _locked(seed: Seed, *, any_funnel: bool = False) -> Seed:
    Contribution.objects.select_for_update().get(pk=seed.pk)
    found = Seed.objects.get(pk=seed.pk)
    if found.state != State.PUBLISHED or not (any_funnel or found.funnel in IN_THE_RUNNING):
        raise Gone
    return found
