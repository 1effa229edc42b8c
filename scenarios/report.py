"""What an exercise leaves behind, as plain data and as the files people download.

The JSON form is documented in docs/report.md; its `format_version` rises when a field changes its meaning.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from scenarios import grounds
from scenarios.analysis.spread import carried, spread
from scenarios.analysis.timeline import Event, events
from scenarios.grounds import Doubt, Driver, Known
from scenarios.models import (
    Assumption,
    ConsentItem,
    Reservation,
    Response,
    Revision,
    Scenario,
)
from scenarios.timeline import clashes_in
from workshops.disputes import shown_to
from workshops.models import Contribution, GlossaryTerm, Role, Seat, Workshop

FORMAT_VERSION = 2
Outcome = Assumption.Outcome
# Where no consent stage settled it: of those who answered, this share has to agree.
SHARED_FROM = 0.6


@dataclass(frozen=True)
class Voice:
    """A reservation, printed beside what it concerns. `side` is empty unless enough of that side said so."""

    text: str
    language: str
    side: str


@dataclass(frozen=True)
class Contradiction:
    """What somebody holds against an event of a story: what it contradicts, and why."""

    year: int
    title: str
    against: str
    reason: str


@dataclass(frozen=True)
class Story:
    """A scenario. `standing` is as an assumption's, or empty where nobody was asked about it."""

    title: str
    premise: str
    text: str
    language: str
    timeline: list[Event]
    contradictions: list["Contradiction"]
    standing: str
    reservations: list[Voice]


@dataclass(frozen=True)
class Given:
    """An assumption. `standing` is shared, reserved, contested or open."""

    statement: str
    language: str
    nature: str
    scenario: str
    standing: str
    reservations: list[Voice]


@dataclass(frozen=True)
class Word:
    term: str
    definition: str
    disputes: list[Doubt]


@dataclass(frozen=True)
class Report:
    workshop: Workshop
    sides: list[str]
    stories: list[Story]
    givens: list[Given]
    evidence: list[Known]
    forces: list[Driver]
    words: list[Word]
    people: int | None
    writers: list[str]

    @property
    def shared(self) -> list[Given]:
        return [given for given in self.givens if given.standing in {"shared", "reserved"}]

    @property
    def unsettled(self) -> list[Given]:
        return [given for given in self.givens if given.standing in {"contested", "open"}]


def report_of(workshop: Workshop) -> Report:
    """Everything accepted so far; once released, nothing that was accepted later."""
    settled = _Settled(workshop)
    return Report(
        workshop=workshop,
        sides=[side.label or side.name for side in workshop.constituencies.all()],
        stories=_stories(workshop, settled),
        givens=_givens(workshop, settled),
        evidence=grounds.evidence(workshop),
        forces=grounds.forces(workshop),
        words=_words(workshop),
        people=_people(workshop),
        writers=_writers(workshop),
    )


class _Settled:
    """What came of consent, by assumption and by scenario: two queries for them all."""

    def __init__(self, workshop: Workshop) -> None:
        items = list(ConsentItem.objects.filter(workshop=workshop))
        self.asked = bool(items)
        closed = [item for item in items if item.outcome]
        self.by_assumption = {item.assumption_id: item for item in closed}
        self.by_scenario = {item.scenario_id: item for item in closed}
        self.voices: defaultdict[tuple[int, int], list[Voice]] = defaultdict(list)
        said = Reservation.objects.filter(item__in=closed, state=Contribution.State.PUBLISHED)
        for one in said.select_related("side"):
            side = (one.side.label or one.side.name) if one.side else ""
            self.voices[one.item_id, one.round].append(Voice(one.text, one.language, side))

    def beside(self, item: ConsentItem | None) -> list[Voice]:
        return self.voices[item.pk, item.round] if item else []


def _stories(workshop: Workshop, settled: _Settled) -> list[Story]:
    revisions = Revision.objects.filter(draft__scenario__workshop=workshop).accepted()
    if workshop.published_at is not None:
        revisions = revisions.filter(
            decisions__action__in=["publish", "restore"],
            decisions__created_at__lte=workshop.published_at,
        )
    newest: dict[int, Revision] = {}
    for revision in revisions.order_by("draft_version", "pk"):
        newest[revision.draft_id] = revision
    until = workshop.published_at
    clashes = [
        one for one in clashes_in(workshop, None) if until is None or one.created_at <= until
    ]
    return [
        _story(workshop, scenario, newest[scenario.draft.pk], settled, clashes)
        for scenario in workshop.scenarios.select_related("draft").order_by("place", "pk")
        if scenario.draft.pk in newest
    ]


def _story(
    workshop: Workshop,
    scenario: Scenario,
    revision: Revision,
    settled: _Settled,
    clashes: list[Any],
) -> Story:
    item = settled.by_scenario.get(scenario.pk)
    timeline = events(revision.text, workshop.base_year, workshop.horizon_year)
    told = {(event.year, event.title) for event in timeline}
    return Story(
        title=scenario.title,
        premise=scenario.premise,
        text=_without_title(revision.text, scenario.title),
        language=revision.language,
        timeline=timeline,
        contradictions=[
            Contradiction(one.year, one.title, one.against_title, one.reason)
            for one in clashes
            if one.scenario_id == scenario.pk and (one.year, one.title) in told
        ],
        standing=str(item.outcome) if item else "open" if settled.asked else "",
        reservations=settled.beside(item),
    )


def _without_title(text: str, title: str) -> str:
    """The report says the title itself; many begin their story with it all the same."""
    first, _, rest = text.lstrip().partition("\n")
    is_title = first.startswith("#") and first.strip("# \t").casefold() == title.casefold()
    return rest.lstrip() if is_title else text


def _givens(workshop: Workshop, settled: _Settled) -> list[Given]:
    rows = Assumption.objects.within(workshop).published().with_counts()
    if workshop.published_at is not None:
        rows = rows.filter(created_at__lte=workshop.published_at)
    return [
        Given(
            statement=row.statement,
            language=row.language,
            nature=str(row.get_nature_display()),
            scenario=row.scenario.title if row.scenario else "",
            standing=_standing(row, workshop.small_cell, settled),
            reservations=settled.beside(settled.by_assumption.get(row.pk)),
        )
        for row in rows.select_related("scenario").order_by("scenario__place", "pk")
    ]


def _standing(row: Any, k: int, settled: _Settled) -> str:
    """As consent settled it; what answers say counts only where nobody was asked for consent."""
    if settled.asked:
        item = settled.by_assumption.get(row.pk)
        return str(item.outcome) if item else "open"
    match row.outcome:
        case Outcome.SHARED | Outcome.RESERVED | Outcome.CONTESTED:
            return str(row.outcome)
    counts = {answer: getattr(row, f"{answer}_count") for answer in Response.Answer.values}
    return "shared" if carried(spread(counts, k), SHARED_FROM) else "open"


def _words(workshop: Workshop) -> list[Word]:
    rows = GlossaryTerm.objects.filter(
        seat__workshop=workshop, state=Contribution.State.PUBLISHED
    ).prefetch_related(shown_to(None))
    if workshop.published_at is not None:
        rows = rows.filter(created_at__lte=workshop.published_at)
    return [
        Word(
            term=row.term,
            definition=row.definition,
            disputes=grounds.doubts(row, workshop),
        )
        for row in rows
    ]


def _people(workshop: Workshop) -> int | None:
    """How many took part, unless they are too few to be a number."""
    people = Seat.objects.filter(workshop=workshop, role=Role.PARTICIPANT).taken().count()
    return people if people >= workshop.small_cell else None


def _writers(workshop: Workshop) -> list[str]:
    """The names of the participants, unless nobody is named or they are too few to hide among."""
    if workshop.attribution == Workshop.Attribution.CHATHAM:
        return []
    seats = Seat.objects.filter(workshop=workshop, role=Role.PARTICIPANT).taken()
    names = sorted(seats.values_list("pseudonym", flat=True))
    return names if len(names) >= workshop.small_cell else []


# --- the files ------------------------------------------------------------------------------


def as_json(report: Report) -> dict[str, Any]:
    workshop = report.workshop
    return {
        "format": "flamingo-report",
        "format_version": FORMAT_VERSION,
        "title": workshop.title,
        "focal_question": workshop.focal_question,
        "introduction": workshop.introduction,
        "years": [workshop.base_year, workshop.horizon_year],
        "language": workshop.language,
        "published": workshop.published_at.date().isoformat() if workshop.published_at else None,
        "constituencies": report.sides,
        "people": report.people,
        "scenarios": [asdict(story) for story in report.stories],
        "assumptions": [asdict(given) for given in report.givens],
        "evidence": [asdict(known) for known in report.evidence],
        "quantiles": grounds.QUANTILES,
        "forces": [asdict(force) for force in report.forces],
        "glossary": [asdict(word) for word in report.words],
        "writers": report.writers,
    }


def as_markdown(report: Report) -> str:
    workshop = report.workshop
    parts = [
        f"# {_line(workshop.title)}",
        f"**{_line(workshop.focal_question)}**",
        f"{workshop.base_year}–{workshop.horizon_year}",
        workshop.introduction.strip(),
    ]
    for story in report.stories:
        parts += [f"## {_line(story.title)}", f"*{_line(story.premise)}*" if story.premise else ""]
        parts.append(_under(story.text, 2).strip())
        if words := _standings().get(story.standing):
            parts.append(f"*{words}*")
        parts.append(_quoted(story.reservations))
        parts.append(_list(_contradiction(one) for one in story.contradictions))
    if report.evidence:
        parts += [f"## {_('What is known')}", _list(_known(known) for known in report.evidence)]
    if report.forces:
        parts += [
            f"## {_('What drives change')}",
            _list(_driver(force) for force in report.forces),
            _("Medians and quartiles with linear interpolation (type 7 of Hyndman and Fan).")
            if any(force.impact for force in report.forces)
            else "",
        ]
    if report.shared:
        parts += [f"## {_('What we share')}", _list(_given(given) for given in report.shared)]
    if report.unsettled:
        parts += [f"## {_('What stays open')}", _list(_given(given) for given in report.unsettled)]
    if report.words:
        parts += [f"## {_('Glossary')}", _list(_word(word) for word in report.words)]
    if report.writers:
        parts += [f"## {_('Written by')}", _(", ").join(map(_line, report.writers))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _given(given: Given) -> str:
    text = _line(given.statement)
    if given.scenario:
        text += f" ({_line(given.scenario)})"
    if given.standing in {"reserved", "contested"}:
        text += f" — *{_standings()[given.standing]}*"
    quoted = _quoted(given.reservations)
    return text + ("\n" + re.sub("^", "  ", quoted, flags=re.MULTILINE) if quoted else "")


def _standings() -> dict[str, str]:
    return {
        "shared": _("The group stands behind it."),
        "reserved": _("The group stands behind it, with reservations."),
        "contested": _("It stays contested."),
    }


def _quoted(voices: Iterable[Voice]) -> str:
    """Reservations as quotations, each with its side where that may be said."""
    return "\n>\n".join(
        f"> {_line(voice.text)}" + (f" ({_line(voice.side)})" if voice.side else "")
        for voice in voices
    )


def _contradiction(one: Contradiction) -> str:
    what = _("%(year)s, %(event)s contradicts: %(element)s") % {
        "year": one.year,
        "event": _line(one.title),
        "element": _line(one.against),
    }
    return f"{what} — {_line(one.reason)}"


def _known(known: Known) -> str:
    source = (
        f"[{_line(known.source)}](<{known.link.replace('>', '%3E')}>)"
        if known.link
        else _line(known.source)
    )
    return f"{_line(known.claim)} ({source}; {known.quality}){_differing(known.disputes)}"


def _driver(force: Driver) -> str:
    names = _(", ").join(map(_line, force.also))
    also = f" ({names})" if names else ""
    figures = grounds.rated(force)
    return f"**{_line(force.name)}**{also}, {force.category}" + (f": {figures}" if figures else "")


def _word(word: Word) -> str:
    text = f"**{_line(word.term)}**: {_line(word.definition)}"
    return f"{text}{_differing(word.disputes)}"


def _differing(doubts: list[Doubt]) -> str:
    return "".join(
        f" {_('Disputed by')} {_line(one.side)}: {_line(one.reason)}"
        if one.side
        else f" {_('Disputed:')} {_line(one.reason)}"
        for one in doubts
    )


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _line(text: str) -> str:
    return " ".join(text.split())


def _under(text: str, levels: int) -> str:
    """The text with its headings brought under one of this level."""
    deeper = "#" * levels
    return re.sub(
        r"^(#{1,6})(?=\s)", lambda found: (deeper + found[1])[:6], text, flags=re.MULTILINE
    )
