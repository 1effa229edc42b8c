"""What the stories rest on, for the report: evidence, driving forces and how they were rated."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from scenarios.analysis.ranking import Quartiles
from scenarios.models import DrivingForce, Evidence
from scenarios.plot import Row, ranking
from workshops.disputes import shown_to
from workshops.models import Contribution, Stage, StageKind, Workshop

State = Contribution.State
QUANTILES = "type 7 of Hyndman and Fan: linear interpolation"


@dataclass(frozen=True)
class Doubt:
    """Why somebody sees it otherwise; `side` is empty unless they chose to name it."""

    side: str
    reason: str


@dataclass(frozen=True)
class Known:
    """A piece of evidence; contested where a doubt stands beside it."""

    claim: str
    source: str
    link: str
    quality: str
    language: str
    disputes: list[Doubt]


@dataclass(frozen=True)
class Driver:
    """A driving force. What was rated is None where fewer than k people did, or before the ranking closed."""

    name: str
    also: list[str]
    category: str
    trend: str
    language: str
    impact: Quartiles | None
    uncertainty: Quartiles | None
    region: str
    contested: bool


def doubts(row: Any, workshop: Workshop) -> list[Doubt]:
    """Pass a contribution with `shown_disputes`."""
    until = workshop.published_at
    return [
        Doubt(
            side=one.seat.constituency.name if one.names_side and one.seat.constituency else "",
            reason=one.reason,
        )
        for one in row.shown_disputes
        if until is None or one.created_at <= until
    ]


def evidence(workshop: Workshop) -> list[Known]:
    rows = Evidence.objects.filter(seat__workshop=workshop, state=State.PUBLISHED)
    if workshop.published_at is not None:
        rows = rows.filter(created_at__lte=workshop.published_at)
    return [
        Known(
            claim=row.claim,
            source=row.source,
            link=row.link,
            quality=str(row.get_quality_display()),
            language=row.language,
            disputes=doubts(row, workshop),
        )
        for row in rows.prefetch_related(shown_to(None)).order_by("pk")
    ]


def forces(workshop: Workshop) -> list[Driver]:
    """Those of closed stages only: what is put in unseen stays unseen here, too."""
    closed = set(workshop.stages.filter(state=Stage.State.CLOSED).values_list("kind", flat=True))
    if StageKind.FORCES not in closed:
        return []
    rows = ranking(workshop)
    merged: dict[int, list[str]] = {}
    others = DrivingForce.objects.within(workshop).filter(state=State.PUBLISHED)
    for into, name in others.exclude(merged_into=None).values_list("merged_into", "name"):
        if into is not None:
            merged.setdefault(into, []).append(name)
    ranked = StageKind.RANKING in closed
    return [
        _driver(row, merged.get(row.force.pk, []), ranked=ranked)
        for row in rows
        if workshop.published_at is None or row.force.created_at <= workshop.published_at
    ]


def _driver(row: Row, also: list[str], *, ranked: bool) -> Driver:
    found = row.summary if ranked else None
    return Driver(
        name=row.force.name,
        also=also,
        category=str(row.force.get_category_display()),
        trend=row.force.trend,
        language=row.force.language,
        impact=found.impact if found else None,
        uncertainty=found.uncertainty if found else None,
        region=str(found.region) if found else "",
        contested=found.contested if found else False,
    )


def rated(driver: Driver) -> str:
    """Its figures in a line."""
    if driver.impact is None or driver.uncertainty is None:
        return ""
    regions = {
        "critical": _("critical uncertainty"),
        "predetermined": _("predetermined element"),
        "background": _("background"),
    }
    words = _("impact %(impact)s, uncertainty %(uncertainty)s, %(region)s") % {
        "impact": _figures(driver.impact),
        "uncertainty": _figures(driver.uncertainty),
        "region": regions[driver.region],
    }
    return f"{words}, {_('contested')}" if driver.contested else words


def _figures(found: Quartiles) -> str:
    return f"{found.median:g} ({found.low:g}–{found.high:g})"
