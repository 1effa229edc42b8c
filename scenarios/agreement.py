"""What consent asks of a seat, and what should be true before and after it."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scenarios.actions.consent import candidates
from scenarios.groups import Story, stories
from scenarios.models import ConsentItem
from workshops import asks, gates
from workshops.asks import Ask
from workshops.gates import Finding, Gate
from workshops.models import Role, Seat, Stage, StageKind, Workshop
from workshops.permissions import Can

State = ConsentItem.State

# --- asked of people -----------------------------------------------------------------------------


def of_those_who_consent(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    if Can.CONSENT not in can:
        return []
    asked = ConsentItem.objects.within(seat.workshop).asked()
    waiting = asked.without_position_of(seat).count()
    if not waiting:
        return []
    title = ngettext(
        "Take a position on %(count)s item", "Take a position on %(count)s items", waiting
    )
    return [
        Ask(
            title=title % {"count": waiting},
            text=_("Say what you can stand behind, and what you cannot."),
            url=reverse("scenarios:positions", args=[seat.workshop.slug]),
            minutes=waiting,
            order=30,
        )
    ]


def of_those_who_repair(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    """An assumption's author, and those who write a story."""
    if Can.REPAIR not in can:
        return []
    told = stories(seat.workshop)
    found = []
    for item in ConsentItem.objects.within(seat.workshop).filter(state=State.REPAIR):
        if item.assumption is not None:
            mine = item.assumption.seat_id == seat.pk and not item.reworded
        else:
            story = told.get(item.scenario_id or 0, Story())
            mine = Can.CO_EDIT in story.abilities(seat, can)
        if mine:
            found.append(
                Ask(
                    title=_("Somebody objects: put it right"),
                    text=item.words,
                    url=reverse("scenarios:consent_item", args=[seat.workshop.slug, item.pk]),
                    minutes=10,
                    order=20,
                )
            )
    return found


def of_those_who_run_it(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    if Can.RUN_CONSENT not in can:
        return []
    url = reverse("scenarios:consent", args=[seat.workshop.slug])
    found = []
    if any(candidates(seat.workshop)):
        found.append(
            Ask(
                title=_("Ask everybody for consent"),
                text=_("Stories and assumptions are put to everybody, all at once or one by one."),
                url=url,
                minutes=3,
                order=30,
            )
        )
    if ConsentItem.objects.within(seat.workshop).exclude(state=State.CLOSED).exists():
        found.append(
            Ask(
                title=_("Close what everybody has weighed"),
                text=_("Then its outcome can be read. What met an objection is asked again."),
                url=url,
                minutes=5,
                order=45,
            )
        )
    return found


# --- on the way from stage to stage --------------------------------------------------------------


def consent_can_count(workshop: Workshop) -> Finding:
    """With fewer people than the threshold on a required side nothing can be shared, whatever they say."""
    sitting = Count("seats", Q(seats__role=Role.PARTICIPANT, seats__state=Seat.State.TAKEN))
    sides = workshop.constituencies.filter(required=True).annotate(sitting=sitting)
    return Finding(
        met=not sides.filter(sitting__lt=workshop.small_cell).exists(),
        how=_("A required side has too few people for its numbers to be shown. Offer more seats."),
        url=reverse("workshops:seats", args=[workshop.slug]),
    )


def every_item_has_an_outcome(workshop: Workshop) -> Finding:
    items = ConsentItem.objects.within(workshop)
    waiting = items.exclude(state=State.CLOSED).exists()
    return Finding(
        met=items.exists() and not waiting and not any(candidates(workshop)),
        how=_("Ask everybody about what was accepted, and close each item."),
        url=reverse("scenarios:consent", args=[workshop.slug]),
    )


def register() -> None:
    for asker in (of_those_who_consent, of_those_who_repair, of_those_who_run_it):
        asks.register(asker)
    gates.register(
        Gate(
            code="consent_can_count",
            stage=StageKind.CHALLENGE,
            title=gettext_lazy(
                "Every side that is needed is large enough for its consent to count."
            ),
            look=consent_can_count,
        )
    )
    gates.register(
        Gate(
            code="items_settled",
            stage=StageKind.CONSENT,
            title=gettext_lazy("Every item has an outcome."),
            look=every_item_has_an_outcome,
        )
    )
