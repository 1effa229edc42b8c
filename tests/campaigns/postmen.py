"""The processes of the mail campaign: `python -m tests.campaigns.postmen work STRATEGY | beat | prepare HOW_MANY`.

A worker is Celery's own, one task at a time. Only the clockwork of the post is quicker than in earnest; a naive
strategy takes the place of `post.deliver` to show that the campaign would find it out.
"""

import os
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import django

PAUSE: Final = timedelta(seconds=0.5)
LEASE: Final = timedelta(seconds=2)
REFUSED: Final = "nobody"
"""The mailbox that the mail server does not know."""


def work(strategy: str) -> None:
    from celery.worker import WorkController
    from django.core.mail.utils import DNS_NAME

    from config.celery import app
    from participants import post

    post.RETRIES[:] = [PAUSE] * 200
    post.LEASE = LEASE
    if strategy != "ours":
        post.deliver = NAIVE[strategy]  # type: ignore[assignment]
    DNS_NAME._fqdn = f"worker-{os.getpid()}"  # so that the mail server can say who came
    app.finalize()
    app.set_current()
    app.set_default()
    WorkController(
        app=app,
        pool="solo",
        concurrency=1,
        loglevel="ERROR",
        hostname=f"worker{os.getpid()}@here",
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
        quiet=True,
    ).start()


def beat() -> None:
    """One of two that know nothing of each other."""
    from celery.beat import PersistentScheduler, Service

    from config.celery import app

    app.conf.beat_schedule = {
        "post": {"task": "participants.sweep", "schedule": 0.3, "options": {"expires": 5}},
        "digests": {"task": "workshops.digests", "schedule": 1.0, "options": {"expires": 5}},
    }
    schedule = os.path.join(os.environ["FLAMINGO_DATA_DIR"], f"beat-{os.getpid()}")  # noqa: PTH118
    Service(app, scheduler_cls=PersistentScheduler, schedule_filename=schedule).start()


def prepare(mails: int) -> None:
    """Half of them invitations, offered as a facilitator does; half digests that are due."""
    from uuid import uuid4

    from django.utils import timezone

    from tests.factories import make_person, make_seat, make_workshop
    from workshops.actions import invitations
    from workshops.models import Activity, DigestPreference, Role, Seat, StageKind

    now = timezone.now()
    while mails > 0:
        workshop = make_workshop(StageKind.CONVENING)
        leader = make_person(f"leader@example{workshop.pk}.org")
        facilitator = make_seat(workshop, Role.FACILITATOR, participant=leader)
        Activity.objects.create(
            workshop=workshop,
            seat=facilitator,
            verb=Activity.Verb.TOOK_SEAT,
            at=now - timedelta(days=1, hours=1),
        )
        for number in range(min(mails, 200) // 2):
            name = REFUSED if number % 40 == 39 else f"wren{number}"
            seat = make_seat(workshop, participant=None, state=Seat.State.PREPARED, pseudonym="")
            invitations.invite(
                seat,
                address=f"{name}@example{workshop.pk}.org",
                language="ar" if number % 3 == 0 else "en",
                client_key=uuid4(),
                by=facilitator,
            )
            person = make_person(f"reader{number}@example{workshop.pk}.org")
            DigestPreference.objects.create(
                seat=make_seat(workshop, participant=person),
                hour=now.hour,
                covered_until=now - timedelta(days=3),
            )
        mails -= 200


# --- three naive strategies -------------------------------------------------------------------


def mark_before(delivery_id: int) -> bool:
    """Noted as sent, then sent."""
    from participants.models import Delivery

    won = Delivery.objects.filter(pk=delivery_id, state="pending").update(state="sent")
    if won:
        _send(Delivery.objects.get(pk=delivery_id))
    return True


def mark_after(delivery_id: int) -> bool:
    """Sent, then noted as sent."""
    from participants.models import Delivery

    delivery = Delivery.objects.filter(pk=delivery_id, state="pending").first()
    if delivery is not None and _send(delivery):
        Delivery.objects.filter(pk=delivery_id).update(state="sent", message=None)
    return True


def inside_the_lock(delivery_id: int) -> bool:
    """Sent while the row is locked, and noted in the same transaction."""
    from django.db import transaction

    from participants.models import Delivery

    with transaction.atomic():
        waiting = Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        delivery = waiting.filter(pk=delivery_id, state="pending").first()
        if delivery is not None and _send(delivery):
            Delivery.objects.filter(pk=delivery_id).update(state="sent", message=None)
    return True


def _send(delivery: Any) -> bool:
    import smtplib

    from django.core.mail import get_connection

    from participants import kinds, post

    kind = kinds.find(delivery.kind)
    assert kind is not None
    message = post._message(delivery, kind)
    try:
        get_connection().send_messages([post._Written(message, delivery.address)])
    except (OSError, smtplib.SMTPException):
        return False
    return True


NAIVE: dict[str, Callable[[int], bool]] = {
    "mark before": mark_before,
    "mark after": mark_after,
    "inside the lock": inside_the_lock,
}


if __name__ == "__main__":
    django.setup()
    match sys.argv[1:]:
        case ["work", strategy]:
            work(strategy)
        case ["beat"]:
            beat()
        case ["prepare", mails]:
            prepare(int(mails))
