"""What the substance asks of a seat: answers, words, decisions about the board, and the report's release."""

from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scenarios.blind import own_first
from scenarios.groups import Story, stories
from scenarios.models import (
    Assumption,
    Comment,
    Dot,
    DotRound,
    DrivingForce,
    GroupMember,
    Look,
    Merge,
    Milestone,
    Release,
    Revision,
    Scenario,
    ScenarioLogic,
    Seed,
)
from workshops import asks
from workshops.asks import Ask
from workshops.models import Contribution, Role, Seat, Stage, Workshop
from workshops.permissions import Can

State = Contribution.State
FEW = 8


def of_authors(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    """What came back from a moderator and can still be put right."""
    found = []
    if Can.SUBMIT in can:
        found += [
            Ask(
                title=_("“%(title)s” came back") % {"title": revision.draft.scenario.title},
                text=_("A moderator says why."),
                url=reverse("scenarios:revision", args=[seat.workshop.slug, revision.pk]),
                minutes=15,
                order=15,
            )
            for revision in _returned_revisions(seat)
        ]
    if Can.PROPOSE in can:
        returned = Assumption.objects.within(seat.workshop).filter(seat=seat, state=State.RETURNED)
        found += [
            Ask(
                title=_("An assumption of yours came back"),
                text=assumption.statement,
                url=reverse("scenarios:assumption", args=[seat.workshop.slug, assumption.pk]),
                minutes=3,
                order=16,
            )
            for assumption in returned
        ]
    return found


def of_participants(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    found = []
    if Can.RESPOND in can:
        found += _answers(seat)
    if Can.FORCE in can:
        found += _forces(seat)
    if Can.RATE in can:
        found += _ratings(seat)
    if Can.SEED in can and not Seed.objects.filter(seat=seat).exists():
        found.append(
            Ask(
                title=_("Put in a seed"),
                text=_("A story of a few lines that could happen."),
                url=reverse("scenarios:sow", args=[seat.workshop.slug]),
                minutes=10,
                order=40,
            )
        )
    if Can.DOT in can:
        found += _dots(seat)
    if Can.CO_EDIT in can:
        found += _suggestions(seat, can)
        found += _writing(seat, can)
    return found


def _suggestions(seat: Seat, can: frozenset[Can]) -> list[Ask]:
    """One for each story where this seat can put them in, or say why not."""
    waiting = (
        Comment.objects.open_suggestions()
        .filter(draft__scenario__workshop=seat.workshop)
        .exclude(seat=seat)
        .order_by("draft__scenario")
        .values_list("draft__scenario", "draft__scenario__title")
        .annotate(n=Count("pk"))
    )
    grouped = stories(seat.workshop) if waiting else {}
    found = []
    for scenario, title, n in waiting:
        if Can.CO_EDIT not in grouped.get(scenario, Story()).abilities(seat, can):
            continue
        says = ngettext(
            "Answer %(count)s suggestion for “%(title)s”",
            "Answer %(count)s suggestions for “%(title)s”",
            n,
        )
        found.append(
            Ask(
                title=says % {"count": n, "title": title},
                text=_("Put the words in, or say in a word why not."),
                url=reverse("scenarios:comments", args=[seat.workshop.slug, scenario]),
                minutes=2 * n,
                order=32,
            )
        )
    return found


def of_planners(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    if Can.MERGE in can:
        return _list_to_freeze(seat)
    if Can.PLAN not in can:
        return []
    if not ScenarioLogic.objects.filter(workshop=seat.workshop).exists():
        return [
            Ask(
                title=_("Lay out the scenario logic"),
                text=_("A chain of questions, two axes, or nothing but the stories."),
                url=reverse("scenarios:logic", args=[seat.workshop.slug]),
                minutes=15,
                order=45,
            )
        ]
    if not Scenario.objects.filter(workshop=seat.workshop).exists():
        return [
            Ask(
                title=_("Name the scenarios"),
                text=_("Two to five, each with a sentence that says what happens in it."),
                url=reverse("scenarios:board", args=[seat.workshop.slug]),
                minutes=15,
                order=45,
            )
        ]
    if not GroupMember.objects.within(seat.workshop).exists() and _many(seat):
        return [
            Ask(
                title=_("Put people into drafting groups"),
                text=_("A button proposes a mix of every side for each story."),
                url=reverse("scenarios:groups", args=[seat.workshop.slug]),
                minutes=5,
                order=46,
            )
        ]
    return []


def _many(seat: Seat) -> bool:
    """More people than can well write in one text."""
    people = Seat.objects.filter(workshop=seat.workshop, role=Role.PARTICIPANT).taken().count()
    return people > FEW


def of_releasers(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    workshop = seat.workshop
    if Can.RELEASE not in can or workshop.state == Workshop.State.PUBLISHED:
        return []
    if Release.objects.filter(workshop=workshop, seat=seat).exists():
        return []
    return [
        Ask(
            title=_("Release the report"),
            text=_("Look it over first. It goes out with your word."),
            url=reverse("scenarios:release", args=[workshop.slug]),
            minutes=15,
            order=25,
        )
    ]


def _returned_revisions(seat: Seat) -> list[Revision]:
    """Those of this seat that nobody has followed up with a newer one."""
    newest = Revision.objects.filter(draft=OuterRef("draft")).order_by("-pk").values("pk")[:1]
    mine = Revision.objects.filter(
        seat=seat, state=State.RETURNED, draft__scenario__workshop=seat.workshop
    )
    return list(mine.filter(pk=Subquery(newest)).select_related("draft__scenario"))


def _answers(seat: Seat) -> list[Ask]:
    waiting = Assumption.objects.within(seat.workshop).unanswered_by(seat).count()
    if not waiting:
        return []
    title = ngettext("Answer %(count)s assumption", "Answer %(count)s assumptions", waiting)
    return [
        Ask(
            title=title % {"count": waiting},
            text=_("Agree, disagree, or pass. You can change your answer later."),
            url=reverse("scenarios:assumptions", args=[seat.workshop.slug]) + "?show=waiting",
            minutes=(waiting + 1) // 2,
            order=30,
        )
    ]


def _writing(seat: Seat, can: frozenset[Can]) -> list[Ask]:
    """One way in, by the board, where it can be seen which story needs a hand."""
    told = stories(seat.workshop)
    titles = [
        scenario.title
        for scenario in Scenario.objects.filter(workshop=seat.workshop)
        if Can.CO_EDIT in told.get(scenario.pk, Story()).abilities(seat, can)
    ]
    if not titles:
        return []
    return [
        Ask(
            title=_("Write with the others"),
            text=_(", ").join(titles),
            url=reverse("scenarios:board", args=[seat.workshop.slug]),
            minutes=20,
            order=35,
        )
    ]


def _forces(seat: Seat) -> list[Ask]:
    """To put in one's own first, and to say whether what others put in is the same."""
    url = reverse("scenarios:forces", args=[seat.workshop.slug])
    reached = Milestone.objects.filter(workshop=seat.workshop)
    if reached.filter(what=Milestone.What.FORCES_FROZEN).exists():
        return []
    found = []
    there = DrivingForce.objects.filter(seat=seat).exclude(state=State.WITHDRAWN).exists()
    if not there and not Look.objects.filter(seat=seat).exists():
        found.append(
            Ask(
                title=_("Put in driving forces"),
                text=_("Two or three that move things, whichever way."),
                url=reverse("scenarios:propose_force", args=[seat.workshop.slug]),
                minutes=8,
                order=26,
            )
        )
    elif own_first(seat.workshop) and not Look.objects.filter(seat=seat).exists():
        found.append(
            Ask(
                title=_("See which forces the others put in"),
                text=_("Once yours are all in."),
                url=url,
                minutes=5,
                order=27,
            )
        )
    waiting = Merge.objects.filter(
        state=Merge.State.PROPOSED, voices__force__seat=seat, voices__agrees=None
    ).distinct()
    found += [
        Ask(
            title=_("Say whether these forces are one"),
            text=merge.into.name,
            url=reverse("scenarios:merge", args=[seat.workshop.slug, merge.pk]),
            minutes=2,
            order=17,
        )
        for merge in waiting.select_related("into")[:FEW]
    ]
    return found


def _ratings(seat: Seat) -> list[Ask]:
    waiting = DrivingForce.objects.within(seat.workshop).unrated_by(seat).count()
    if not waiting:
        return []
    title = ngettext("Rate %(count)s driving force", "Rate %(count)s driving forces", waiting)
    return [
        Ask(
            title=title % {"count": waiting},
            text=_("Impact and uncertainty, from 1 to 10, one force at a time."),
            url=reverse("scenarios:ranking", args=[seat.workshop.slug]),
            minutes=(waiting + 1) // 2,
            order=28,
        )
    ]


def _dots(seat: Seat) -> list[Ask]:
    dots = DotRound.objects.filter(workshop=seat.workshop, is_open=True).first()
    left = dots.dots - Dot.objects.filter(seat=seat).count() if dots else 0
    if left <= 0:
        return []
    title = ngettext("Give your last dot", "Give your %(count)s dots", left)
    return [
        Ask(
            title=title % {"count": left},
            text=_("To the seeds you would go on with."),
            url=reverse("scenarios:seeds", args=[seat.workshop.slug]),
            minutes=8,
            order=29,
        )
    ]


def _list_to_freeze(seat: Seat) -> list[Ask]:
    frozen = Milestone.objects.filter(
        workshop=seat.workshop, what=Milestone.What.FORCES_FROZEN
    ).exists()
    if frozen or not DrivingForce.objects.within(seat.workshop).listed().exists():
        return []
    return [
        Ask(
            title=_("Merge and freeze the forces"),
            text=_("Everyone then rates the same list."),
            url=reverse("scenarios:forces", args=[seat.workshop.slug]),
            minutes=15,
            order=45,
        )
    ]


def register() -> None:
    for asker in (of_authors, of_participants, of_planners, of_releasers):
        asks.register(asker)
