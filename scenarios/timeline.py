"""The events of all scenarios on one axis, with what somebody holds against them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from scenarios.analysis.ranking import Region
from scenarios.analysis.timeline import Event, events
from scenarios.live.history import texts_of
from scenarios.models import Assumption, Clash, Revision, Scenario
from scenarios.plot import forces_in
from workshops.contributions import titles
from workshops.models import Contribution, Seat, Workshop
from workshops.permissions import Can

WIDTH = 100
ROW = 12
State = Contribution.State


@dataclass
class Mark:
    """One event in its story."""

    scenario: Scenario
    event: Event
    clashes: list[Any] = field(default_factory=list)
    x: float = 0
    y: float = 0

    @property
    def key(self) -> str:
        return f"{self.scenario.pk}:{self.event.year}:{self.event.title}"


@dataclass
class Lane:
    """One story on the axis."""

    scenario: Scenario
    y: float
    marks: list[Mark]


@dataclass
class Timeline:
    years: list[tuple[int, float]]
    lanes: list[Lane]
    stray: list[Any]  # clashes whose event is not in the text any more

    @property
    def height(self) -> int:
        return ROW * len(self.lanes) + 8

    @property
    def by_year(self) -> list[tuple[int, list[Mark]]]:
        found: dict[int, list[Mark]] = defaultdict(list)
        for lane in self.lanes:
            for mark in lane.marks:
                found[mark.event.year].append(mark)
        return sorted(found.items())

    def find(self, key: str) -> Mark | None:
        marks = (mark for lane in self.lanes for mark in lane.marks)
        return next((mark for mark in marks if mark.key == key), None)


def timeline(seat: Seat, can: Iterable[str]) -> Timeline:
    """From living texts for those who may read what is open, from accepted ones for the others."""
    workshop = seat.workshop
    scenarios = list(Scenario.objects.filter(workshop=workshop).select_related("draft", "workshop"))
    drafts = [scenario.draft for scenario in scenarios]
    if Can.READ_OPEN in can:
        texts = texts_of(drafts)
    else:
        accepted = Revision.objects.last_accepted().filter(draft__in=drafts)
        texts = dict(accepted.values_list("draft", "text"))
    span = max(1, workshop.horizon_year - workshop.base_year)
    lanes = [
        Lane(
            scenario,
            y=ROW * row + 4,
            marks=[
                Mark(
                    scenario,
                    event,
                    x=round((event.year - workshop.base_year) / span * WIDTH, 2),
                    y=ROW * row + 4,
                )
                for event in _once(
                    events(
                        texts.get(scenario.draft.pk, ""),
                        workshop.base_year,
                        workshop.horizon_year,
                    )
                )
            ],
        )
        for row, scenario in enumerate(scenarios)
    ]
    every = max(1, span // 5)
    years = [
        (year, round((year - workshop.base_year) / span * WIDTH, 2))
        for year in range(workshop.base_year, workshop.horizon_year + 1, every)
    ]
    found = Timeline(years, lanes, [])
    found.stray = _lay_beside(found, clashes_in(workshop, seat))
    return found


def _once(found: list[Event]) -> list[Event]:
    return list(dict.fromkeys(found))


def _lay_beside(found: Timeline, clashes: list[Any]) -> list[Any]:
    """Each clash to its event; those whose event is gone come back."""
    marks = {mark.key: mark for lane in found.lanes for mark in lane.marks}
    stray = []
    for clash in clashes:
        mark = marks.get(f"{clash.scenario_id}:{clash.year}:{clash.title}")
        if mark is None:
            stray.append(clash)
        else:
            mark.clashes.append(clash)
    return stray


def clashes_in(workshop: Workshop, seat: Seat | None) -> list[Any]:
    """Those published, and for a reader with a seat also one's own; each with `against_title`."""
    readable = Q(state=State.PUBLISHED)
    if seat is not None:
        readable |= Q(seat=seat) & ~Q(state=State.WITHDRAWN)
    found: list[Any] = list(
        Clash.objects.filter(readable, scenario__workshop=workshop).select_related(
            "seat", "scenario", "against"
        )
    )
    named = titles([clash.against for clash in found])
    for clash in found:
        clash.against_title = named[clash.against_id]
    return [clash for clash in found if clash.against.state == State.PUBLISHED]


def predetermined(workshop: Workshop) -> list[tuple[int, str]]:
    """What an event may contradict: elements put in as predetermined, and forces that were rated so."""
    elements = Assumption.objects.within(workshop).published()
    rows = elements.filter(nature=Assumption.Nature.PREDETERMINED).order_by("pk")
    forces = forces_in(workshop, Region.PREDETERMINED)
    return [(row.pk, row.statement) for row in rows] + [(row.pk, row.name) for row in forces]
