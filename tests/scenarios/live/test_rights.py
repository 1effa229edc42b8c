"""Whatever changes what somebody may do moves the epoch of every draft it concerns, and of no other."""

import re
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from participants.models import Participant
from scenarios.live import epochs, standing
from scenarios.live.protocol import Close, Standing
from scenarios.live.reader import Holder
from scenarios.models import Draft, GroupMember
from tests.factories import make_person, make_seat, make_stage
from tests.scenarios.live.table import Table, lay_table
from workshops import tokens
from workshops.actions import invitations, seats, stages
from workshops.models import Role, Seat, Stage, StageKind, Workshop
from workshops.permissions import open_stage

ASKED_WITH_EVERY_BATCH = {"scenarios_draft", "django_session"}
NEVER_CHANGED = {"scenarios_scenario"}  # which draft is of which workshop


@pytest.fixture
def laid(db: None) -> Table:
    table = lay_table()
    make_stage(table.workshop, StageKind.CHALLENGE, Stage.State.PENDING)
    Draft.objects.update(epoch=0)
    return table


def seen(table: Table) -> int | None:
    stage = open_stage(table.workshop)
    return stage.pk if stage else None


def close_stage(table: Table) -> None:
    stages.close(seen=seen(table), by=table.facilitator)


def go_on(table: Table) -> None:
    stages.go_on(seen=seen(table), by=table.facilitator)


def reopen(table: Table) -> None:
    stage = table.workshop.stages.get(kind=StageKind.DRAFTING)
    Stage.objects.filter(pk=stage.pk).update(state=Stage.State.CLOSED)
    stages.reopen(stage_id=stage.pk, because="More to say.", by=table.facilitator)


def drop_the_stage(table: Table) -> None:
    table.workshop.stages.get(kind=StageKind.DRAFTING).delete()


def remove(table: Table) -> None:
    seats.remove(table.heron, by=table.facilitator)


def leave(table: Table) -> None:
    seats.leave(by=table.heron)


def demote(table: Table) -> None:
    table.heron.role = Role.OBSERVER
    table.heron.save()


def change_password(table: Table) -> None:
    person = table.heron.participant
    person.set_password("another one")
    person.save()


def deactivate(table: Table) -> None:
    Participant.objects.filter(pk=table.heron.participant_id).update(is_active=False)


def forget_person(table: Table) -> None:
    Seat.objects.filter(pk=table.heron.pk).update(state=Seat.State.LEFT)
    Participant.objects.filter(pk=table.heron.participant_id).delete()


def pause(table: Table) -> None:
    Workshop.objects.filter(pk=table.workshop.pk).update(state=Workshop.State.PAUSED)


@pytest.mark.parametrize(
    "change",
    [
        close_stage,
        go_on,
        reopen,
        drop_the_stage,
        remove,
        leave,
        demote,
        change_password,
        deactivate,
        forget_person,
        pause,
    ],
)
def test_a_change_of_rights_moves_the_epoch(laid: Table, change: Callable[[Table], None]) -> None:
    other = lay_table().draft
    change(laid)
    laid.draft.refresh_from_db()
    other.refresh_from_db()

    assert laid.draft.epoch > 0
    assert other.epoch == 0


def test_what_changes_no_rights_leaves_the_epoch(laid: Table) -> None:
    laid.heron.language = "ar"
    laid.heron.save()
    person = laid.heron.participant
    person.language = "ar"
    person.save()
    laid.workshop.title = "Another"
    laid.workshop.save()
    Draft.objects.update(version=3)
    laid.draft.refresh_from_db()

    assert laid.draft.epoch == 0


def test_sitting_down_moves_the_epoch(laid: Table) -> None:
    seat = make_seat(laid.workshop, participant=None, pseudonym="", state=Seat.State.PREPARED)
    Stage.objects.filter(workshop=laid.workshop, kind=StageKind.DRAFTING).update(
        kind=StageKind.CONVENING
    )
    invitation = invitations.invite(
        seat, language="en", client_key=uuid.uuid4(), by=laid.facilitator
    )
    laid.draft.refresh_from_db()
    before = laid.draft.epoch
    invitations.accept(
        tokens.token_of(invitation.nonce),
        pseudonym="Avocet",
        language="en",
        rules_version=0,
        by=make_person(),
    )
    laid.draft.refresh_from_db()

    assert laid.draft.epoch > before


def test_rights_are_read_from_watched_tables_only(laid: Table) -> None:
    """Another table that rights come to depend on must be added to what is watched."""
    seat = laid.heron
    session = laid.sessions[seat.pk]
    with CaptureQueriesContext(connection) as asked:
        _glance, found = standing.look(
            laid.draft.pk, [Holder(seat.pk, seat.participant_id, session)]
        )
    read = {
        table for query in asked for table in re.findall(r'(?:FROM|JOIN) "?(\w+)', query["sql"])
    }

    assert list(found.values()) == [Standing(language="en")]
    assert read - ASKED_WITH_EVERY_BATCH - NEVER_CHANGED == {
        watched.table for watched in epochs.WATCHED
    }


def values_for(field: "models.Field[Any, Any]") -> list[Any]:
    """What a column could hold instead."""
    if field.choices:
        return [value for value, _ in field.flatchoices]
    match field:
        case models.BooleanField():
            return [True, False]
        case models.IntegerField():
            return [0, 1, 999]
        case models.DateTimeField():
            return [None, timezone.now()]
        case models.CharField() | models.TextField():
            return ["", "another"]
    return [None]


def columns() -> list[tuple[type[models.Model], "models.Field[Any, Any]"]]:
    read = {watched.table for watched in epochs.WATCHED} | NEVER_CHANGED
    of = {model._meta.db_table: model for model in apps.get_models()}
    return [
        (of[name], f) for name in sorted(read) for f in of[name]._meta.fields if not f.primary_key
    ]


def test_every_column_that_gives_or_takes_rights_is_watched(laid: Table) -> None:
    """Whatever is written into any column of any table that rights are read from."""
    GroupMember.objects.create(scenario=laid.draft.scenario, seat=laid.heron)
    Workshop.objects.update(rules_version=1)
    Seat.objects.update(rules_version=1)
    holders = [
        Holder(seat.pk, seat.participant_id, laid.sessions[seat.pk])
        for seat in (laid.heron, laid.plover, laid.facilitator, laid.moderator)
    ]

    def may() -> tuple[object, list[object]]:
        glance, found = standing.look(laid.draft.pk, holders)
        return glance.epoch, [
            verdict if isinstance(verdict, Close) else (verdict.may_read, verdict.may_write)
            for verdict in found.values()
        ]

    epoch, before = may()
    moved = set()
    for model, field in columns():
        for value in values_for(field):
            with suppress(IntegrityError), transaction.atomic():
                model._base_manager.update(**{field.attname: value})
                now, after = may()
                transaction.set_rollback(True)
                assert now != epoch or after == before, f"{model.__name__}.{field.name}"
                if after != before:
                    moved.add(f"{model.__name__}.{field.name}")

    assert moved >= {"Seat.role", "Seat.rules_version", "Stage.state", "Participant.password"}


def test_tables_can_change_beneath_what_watches(transactional_db: None) -> None:
    scenarios = apps.get_app_config("scenarios")
    longer = models.CharField(max_length=50, blank=True)
    longer.set_attributes_from_name("pseudonym")
    longer.model = Seat
    epochs.stop_watching(scenarios, using="default", plan=[longer])
    try:
        for old, new in (
            (Seat._meta.get_field("pseudonym"), longer),
            (longer, Seat._meta.get_field("pseudonym")),
        ):
            with connection.schema_editor() as editor:
                editor.alter_field(Seat, old, new)
    finally:
        epochs.watch(scenarios, using="default", plan=[])
    table = lay_table()
    leave(table)

    assert Draft.objects.get(pk=table.draft.pk).epoch > 0
