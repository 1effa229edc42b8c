"""The way from many seeds to a few scenarios, for a small picture."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from scenarios.models import Scenario, Seed
from workshops.models import Contribution, Workshop

Funnel = Seed.Funnel
WIDTH = 100


@dataclass(frozen=True)
class Step:
    label: Any
    count: int
    of: int

    @property
    def width(self) -> float:
        return round(WIDTH * self.count / self.of, 1) if self.of else 0

    @property
    def start(self) -> float:
        return round((WIDTH - self.width) / 2, 1)


def funnel(workshop: Workshop) -> list[Step]:
    """Seeds put in, clustered or further, shortlisted or further, and scenarios; empty without seeds."""
    seeds = Seed.objects.filter(seat__workshop=workshop, state=Contribution.State.PUBLISHED)
    further = Q(funnel__in=[Funnel.SHORTLISTED, Funnel.MERGED])
    found = seeds.aggregate(
        put_in=Count("pk"),
        clustered=Count("pk", filter=~Q(cluster="") | further),
        shortlisted=Count("pk", filter=further),
    )
    if not found["put_in"]:
        return []
    scenarios = Scenario.objects.filter(workshop=workshop).count()
    most = max(found["put_in"], scenarios)
    return [
        Step(_("put in"), found["put_in"], most),
        Step(_("clustered"), found["clustered"], most),
        Step(_("on the short list"), found["shortlisted"], most),
        Step(_("scenarios"), scenarios, most),
    ]
