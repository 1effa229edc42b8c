"""The schedule: sessions, their agendas, calling one off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from workshops.actions import lock_workshop
from workshops.models import Activity, AgendaItem, Seat, Session, Stage
from workshops.permissions import Can, require


@dataclass(frozen=True)
class Item:
    minutes: int
    title: str


@transaction.atomic
def schedule(
    *,
    title: str,
    starts_at: datetime,
    stage: Stage | None,
    agenda: Sequence[Item],
    client_key: UUID,
    by: Seat,
) -> Session:
    workshop = lock_workshop(by)
    require(by, Can.HOST)
    found = Session.objects.filter(client_key=client_key).first()
    if found is not None and found.workshop_id == workshop.pk:
        return found
    if found is not None:
        raise ValidationError(_("This was sent before. Begin again with a new page."))
    session = Session.objects.create(
        workshop=workshop, title=title, starts_at=starts_at, stage=stage, client_key=client_key
    )
    _write_agenda(session, agenda)
    Activity.objects.create(workshop=workshop, seat=by, verb=Activity.Verb.SCHEDULED)
    return session


@transaction.atomic
def change(
    session: Session,
    *,
    title: str,
    starts_at: datetime,
    stage: Stage | None,
    agenda: Sequence[Item],
    by: Seat,
) -> Session:
    """Until it begins. Whoever was reminded of another hour is reminded again."""
    session = _planned(session, by)
    session.title, session.starts_at, session.stage = title, starts_at, stage
    session.revision, session.changed_at = session.revision + 1, timezone.now()
    session.save(update_fields=["title", "starts_at", "stage", "revision", "changed_at"])
    session.agenda.all().delete()
    _write_agenda(session, agenda)
    return session


@transaction.atomic
def call_off(session: Session, *, by: Seat) -> None:
    session = _planned(session, by)
    now = timezone.now()
    Session.objects.filter(pk=session.pk).update(
        cancelled_at=now, changed_at=now, revision=F("revision") + 1
    )


def _planned(session: Session, by: Seat) -> Session:
    require(by, Can.HOST)
    locked = Session.objects.select_for_update().get(pk=session.pk, workshop=by.workshop_id)
    if locked.begun_at is not None or locked.cancelled_at is not None:
        raise ValidationError(_("This session has begun, or was called off. It stands as it is."))
    return locked


def _write_agenda(session: Session, agenda: Sequence[Item]) -> None:
    AgendaItem.objects.bulk_create(
        AgendaItem(session=session, position=place, title=item.title, minutes=item.minutes)
        for place, item in enumerate(agenda, start=1)
    )
