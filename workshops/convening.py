"""What should be true before a group that was convened begins to work, and the rooms for it."""

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workshops import gates, rooms
from workshops.gates import Finding, Gate
from workshops.models import Role, Seat, StageKind, Workshop
from workshops.permissions import Can
from workshops.rooms import Room


def sides_are_seated(workshop: Workshop) -> Finding:
    """Names the sides; how many sit where is for the seating plan to say."""
    sitting = Count("seats", filter=Q(seats__state=Seat.State.TAKEN, seats__role=Role.PARTICIPANT))
    short = workshop.constituencies.filter(required=True).annotate(sitting=sitting)
    names = [side.name for side in short.filter(sitting__lt=F("least_seats"))]
    return Finding(
        met=not names,
        how=_("Seats are still empty at: %(sides)s.") % {"sides": _(", ").join(names)},
        url=reverse("workshops:seats", args=[workshop.slug]),
    )


def rules_are_accepted(workshop: Workshop) -> Finding:
    rules = workshop.ground_rules.first()
    sitting = workshop.seats.taken()
    return Finding(
        met=rules is None or not sitting.filter(rules_version__lt=rules.version).exists(),
        how=_("Everyone was asked on their own page. A reminder by another way may help."),
        url=reverse("workshops:seats", args=[workshop.slug]),
    )


def register() -> None:
    gates.register(
        Gate(
            code="sides_seated",
            stage=StageKind.CONVENING,
            title=gettext_lazy("Every side that is needed has its seats taken."),
            look=sides_are_seated,
        )
    )
    gates.register(
        Gate(
            code="rules_accepted",
            stage=StageKind.CONVENING,
            title=gettext_lazy("Everyone who sits here has accepted the ground rules."),
            look=rules_are_accepted,
        )
    )
    rooms.register(
        Room(
            title=gettext_lazy("Seats"),
            text=gettext_lazy("Who is at the table, and which chairs are empty."),
            route="workshops:seats",
            stages=(StageKind.CONVENING,),
            needs=Can.SEE_SEATS,
        ),
        Room(
            title=gettext_lazy("Introduction and ground rules"),
            text=gettext_lazy("What this is about, and how we meet."),
            route="workshops:ground_rules",
            stages=(StageKind.CONVENING,),
        ),
        Room(
            title=gettext_lazy("Sessions"),
            text=gettext_lazy("When we meet at the same time, and what for."),
            route="workshops:sessions",
            stages=tuple(StageKind),
        ),
        Room(
            title=gettext_lazy("Glossary"),
            text=gettext_lazy("The words we use, and what we mean by them."),
            route="workshops:glossary",
            stages=(StageKind.SITUATION, StageKind.FORCES, StageKind.DRAFTING),
        ),
    )
