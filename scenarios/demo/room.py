"""The rows that the data's words stand for, while a demonstration workshop is being loaded."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from participants.models import Participant
from scenarios.demo.history import moment
from scenarios.models import Evidence, Scenario
from workshops.models import (
    Activity,
    Constituency,
    Contribution,
    GroundRules,
    Role,
    Seat,
    Stage,
    Workshop,
)


@dataclass
class Room:
    workshop: Workshop
    now: datetime
    rules: list[GroundRules] = field(default_factory=list)
    sides: dict[str, Constituency] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)  # those taken, by pseudonym
    stages: dict[str, Stage] = field(default_factory=dict)
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    news: list[Activity] = field(default_factory=list)
    # Those who sit here by an account they have already, by the pseudonym they take.
    people: dict[str, Participant] = field(default_factory=dict)
    dates: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)

    @property
    def facilitator(self) -> Seat:
        return next(seat for seat in self.seats.values() if seat.role == Role.FACILITATOR)

    def at(self, said: str) -> datetime:
        return moment(said, self.now)

    def stage_at(self, when: datetime) -> Stage:
        begun = [s for s in self.stages.values() if s.opened_at and s.opened_at <= when]
        return max(begun, key=lambda stage: stage.position)

    def participants_of(self, side: str) -> list[Seat]:
        wanted = self.sides[side]
        return [
            seat
            for seat in self.seats.values()
            if seat.role == Role.PARTICIPANT and seat.constituency_id == wanted.pk
        ]

    def tell(self, verb: Activity.Verb, seat: Seat, at: datetime, **about: Any) -> None:
        self.news.append(Activity(workshop=self.workshop, verb=verb, seat=seat, at=at, **about))

    def date(self, contribution: int, at: datetime) -> None:
        """When it was put in, or what became of it later. The model dates new rows with today, whatever it is given."""
        self.dates[contribution] = (self.dates.get(contribution, (at, at))[0], at)

    def date_back(self) -> None:
        """Every contribution, in one go."""
        Contribution.objects.bulk_update(
            [Contribution(pk=pk, created_at=a, updated_at=b) for pk, (a, b) in self.dates.items()],
            ["created_at", "updated_at"],
        )

    def publish_news(self) -> None:
        """Oldest first, so that rows are numbered in the order in which things happened."""
        Activity.objects.bulk_create(sorted(self.news, key=lambda act: act.at))
