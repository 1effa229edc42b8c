"""The rooms of the substance, by the stages in which they are used."""

from django.utils.translation import gettext_lazy as _

from workshops import rooms
from workshops.models import StageKind
from workshops.permissions import Can
from workshops.rooms import Room


def register() -> None:
    rooms.register(
        Room(
            title=_("Assumptions"),
            text=_("Say what must hold in every story, and answer what others have said."),
            route="scenarios:assumptions",
            stages=(StageKind.SITUATION, StageKind.FORCES, StageKind.LOGIC, StageKind.DRAFTING),
        ),
        Room(
            title=_("Evidence"),
            text=_("What is so today, and from where we know it."),
            route="scenarios:situation",
            stages=(StageKind.SITUATION, StageKind.FORCES),
        ),
        Room(
            title=_("Driving forces"),
            text=_("What moves things, before anybody says where to."),
            route="scenarios:forces",
            stages=(StageKind.FORCES, StageKind.RANKING),
        ),
        Room(
            title=_("Rate the forces"),
            text=_("Impact and uncertainty, from 1 to 10, one force at a time."),
            route="scenarios:ranking",
            stages=(StageKind.RANKING,),
            needs=Can.RATE,
        ),
        Room(
            title=_("How they were rated"),
            text=_("What matters most, and what is least certain."),
            route="scenarios:ranking_result",
            stages=(StageKind.RANKING, StageKind.LOGIC),
        ),
        Room(
            title=_("Seeds"),
            text=_("Raw stories of a few lines, and what became of each."),
            route="scenarios:seeds",
            stages=(StageKind.LOGIC,),
        ),
        Room(
            title=_("The logic"),
            text=_("Lay out what sets the stories apart."),
            route="scenarios:logic",
            stages=(StageKind.LOGIC,),
            needs=Can.PLAN,
        ),
        Room(
            title=_("Scenarios"),
            text=_("The stories at their places in the logic, with their drafts."),
            route="scenarios:board",
            stages=(
                StageKind.LOGIC,
                StageKind.DRAFTING,
                StageKind.CHALLENGE,
                StageKind.IMPLICATIONS,
            ),
        ),
        Room(
            title=_("Challenge"),
            text=_("Rate a story that is not yours, and ask what its writers must answer."),
            route="scenarios:challenges",
            stages=(StageKind.CHALLENGE,),
            needs=Can.READ_OPEN,
        ),
        Room(
            title=_("Consent"),
            text=_("What the group can stand behind, and with which reservations."),
            route="scenarios:consent",
            stages=(StageKind.CONSENT,),
        ),
        Room(
            title=_("My positions"),
            text=_("Say of each item where you stand."),
            route="scenarios:positions",
            stages=(StageKind.CONSENT,),
            needs=Can.CONSENT,
        ),
        Room(
            title=_("Timeline"),
            text=_("What happens when, in every story."),
            route="scenarios:timeline",
            stages=(StageKind.DRAFTING, StageKind.CHALLENGE),
        ),
        Room(
            title=_("Release"),
            text=_("Look the report over and let it go out."),
            route="scenarios:release",
            stages=(StageKind.PUBLICATION,),
            needs=Can.RELEASE,
        ),
        Room(
            title=_("Report"),
            text=_("The stories, what they rest on, and the words."),
            route="scenarios:report",
            stages=(StageKind.PUBLICATION, StageKind.MONITORING),
        ),
    )
