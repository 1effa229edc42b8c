"""What the exercise itself asks: of facilitators, of moderators, and of everyone when rules change."""

from datetime import timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workshops import asks, gates
from workshops.appeals import open_appeals
from workshops.asks import Ask
from workshops.models import Contribution, Invitation, Role, Seat, Session, Stage
from workshops.permissions import Can
from workshops.templatetags.stages import how_long


def of_everyone(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    rules = seat.workshop.ground_rules.first()
    if rules is None or rules.version <= seat.rules_version:
        return []
    return [
        Ask(
            title=_("Read the ground rules again"),
            text=_("They have changed since you accepted them."),
            url=reverse("workshops:ground_rules", args=[seat.workshop.slug]),
            minutes=2,
            order=10,
        )
    ]


def of_moderators(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    if Can.MODERATE not in can:
        return []
    waiting = Contribution.objects.within(seat.workshop).waiting().exclude(seat=seat).count()
    if not waiting:
        return []
    title = ngettext(
        "Decide on %(count)s contribution", "Decide on %(count)s contributions", waiting
    )
    return [
        Ask(
            title=title % {"count": waiting},
            text=_("The oldest comes first."),
            url=reverse("workshops:moderation", args=[seat.workshop.slug]),
            minutes=4 * waiting,
            order=20,
        )
    ]


def of_appeals(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    """To those moderators who did not decide themselves."""
    if can.isdisjoint({Can.MODERATE, Can.REDACT}):
        return []
    due = [
        one
        for one in open_appeals(seat.workshop)
        if seat.pk not in {one.decision.moderator_id, one.decision.contribution.seat_id}
    ]
    if not due:
        return []
    day = date_format(timezone.localtime(due[0].due_at), "j F")
    queue = reverse("workshops:moderation", args=[seat.workshop.slug])
    return [
        Ask(
            title=_("Answer an appeal"),
            text=_("The next is due on %(day)s.") % {"day": day},
            url=f"{queue}?show=appealed",
            minutes=5 * len(due),
            order=15,
        )
    ]


def of_facilitators(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    found = []
    if Can.INVITE in can:
        found += _empty_seats(seat)
    if Can.MOVE_STAGES in can:
        found += _stages(seat, stage) + _gates(seat, stage)
    return found


def _empty_seats(seat: Seat) -> list[Ask]:
    url = reverse("workshops:seats", args=[seat.workshop.slug])
    seats = seat.workshop.seats.aggregate(
        all=Count("pk", filter=~Q(role=Role.FACILITATOR)),
        prepared=Count("pk", filter=Q(state=Seat.State.PREPARED)),
    )
    if not seats["all"]:
        return [
            Ask(
                title=_("Add the seats"),
                text=_("Say who should be in the room, side by side."),
                url=url,
                minutes=10,
                order=30,
            )
        ]
    found = []
    if count := seats["prepared"]:
        title = ngettext("Offer %(count)s empty seat", "Offer %(count)s empty seats", count)
        found.append(
            Ask(
                title=title % {"count": count},
                text=_("By mail, or with a code you hand over."),
                url=url,
                minutes=2 * count,
                order=30,
            )
        )
    lapsed = Invitation.objects.unanswered().filter(
        seat__workshop=seat.workshop, expires_at__lte=timezone.now()
    )
    if count := lapsed.count():
        title = ngettext(
            "Renew %(count)s invitation that has expired",
            "Renew %(count)s invitations that have expired",
            count,
        )
        found.append(Ask(title=title % {"count": count}, url=url, minutes=count, order=35))
    return found


def _stages(seat: Seat, stage: Stage | None) -> list[Ask]:
    url = reverse("workshops:stages", args=[seat.workshop.slug])
    if stage is None:
        if not seat.workshop.stages.filter(state=Stage.State.PENDING).exists():
            return []
        return [
            Ask(
                title=_("Open the next stage"),
                text=_("No stage is open, so nobody can put anything in."),
                url=url,
                minutes=1,
                order=40,
            )
        ]
    if stage.closes_at is None:
        return [
            Ask(
                title=_("Say when this stage closes"),
                text=_("People then know how long they have."),
                url=url,
                minutes=1,
                order=60,
            )
        ]
    if stage.closes_at > timezone.now():
        return []
    return [
        Ask(
            title=_("Close this stage, or give it more time"),
            text=_("It was meant to close already."),
            url=url,
            minutes=2,
            order=40,
        )
    ]


def _gates(seat: Seat, stage: Stage | None) -> list[Ask]:
    coming = seat.workshop.stages.filter(state=Stage.State.PENDING).select_related("workshop")
    following = coming.first() if stage else None
    unmet = [look for look in gates.before(following) if not look.finding.met] if following else []
    if following is None or not unmet:
        return []
    title = _("See to what “%(next)s” needs") % {"next": following.get_kind_display()}
    return [
        Ask(
            title=title,
            text=str(unmet[0].gate.title),
            url=reverse("workshops:stages", args=[seat.workshop.slug]),
            minutes=5 * len(unmet),
            order=65,
        )
    ]


def of_meetings(seat: Seat, can: frozenset[Can], stage: Stage | None) -> list[Ask]:
    """What goes on now, and the next of the coming week."""
    if Can.MEET not in can:
        return []
    soon = timezone.now() + timedelta(days=7)
    ahead = seat.workshop.sessions.ahead().filter(Q(starts_at__lt=soon) | Q(begun_at__isnull=False))
    found = list(ahead.prefetch_related("agenda")[:3])
    going_on = [session for session in found if session.is_on]
    to_come = [session for session in found if not session.is_on][:1]
    return [_meeting(seat, session) for session in [*going_on, *to_come]]


def _meeting(seat: Seat, session: Session) -> Ask:
    title = _("“%(title)s” is going on") if session.is_on else _("“%(title)s”, %(when)s")
    begins = date_format(timezone.localtime(session.starts_at), "l, j F, H:i")
    return Ask(
        title=title % {"title": session.title, "when": how_long(session.starts_at)},
        text="" if session.is_on else begins,
        url=reverse("workshops:session", args=[seat.workshop.slug, session.pk]),
        minutes=session.minutes,
        order=5 if session.is_on else 70,
    )


def register() -> None:
    asks.register(of_meetings)
    asks.register(of_everyone)
    asks.register(of_moderators)
    asks.register(of_appeals)
    asks.register(of_facilitators)
