"""What was stored before rights were taken away counts, and nothing after: on a database that does two things at once."""

import secrets
import threading
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from scenarios.live import store
from scenarios.live.changeset import ChangeSet
from scenarios.live.protocol import Close, Push, Pushed, Why
from scenarios.live.reader import Holder
from scenarios.live.replica import Offer
from scenarios.live.room import Refusal
from scenarios.models import Draft
from tests.scenarios.live.table import Table, lay_table
from workshops.actions import seats, stages
from workshops.models import Seat
from workshops.permissions import open_stage


class Typist(threading.Thread):
    """Stores one letter after the other, as a process of its own would, until it is refused."""

    def __init__(self, table: Table, seat: Seat) -> None:
        super().__init__()
        self.table, self.seat = table, seat
        self.has_begun = threading.Event()
        self.refusal: Refusal | None = None

    def run(self) -> None:
        try:
            self._type()
        finally:
            connection.close()

    def _type(self) -> None:
        seat = self.seat
        holder = Holder(seat.pk, seat.participant_id or 0, self.table.sessions[seat.pk])
        replica, client = store.load(self.table.draft.pk), secrets.token_urlsafe(9)
        for sequence in range(1, 100_000):
            store.refresh(replica)
            length = len(replica.text)
            changes = ChangeSet.of([(0, "a"), (length, None)])
            push = Push(replica.version, (Pushed(sequence, changes),))
            outcome = store.commit(replica, [Offer(holder, client, push)])
            if outcome.refused:
                self.refusal = outcome.refused[0]
                return
            if sequence == 5:
                self.has_begun.set()


def close_stage(table: Table) -> None:
    stage = open_stage(table.workshop)
    assert stage is not None
    stages.close(seen=stage.pk, by=table.facilitator)


def remove_them(table: Table) -> None:
    for seat in (table.heron, table.plover):
        seats.remove(seat, by=table.facilitator)


def freeze(table: Table) -> None:
    Draft.objects.filter(pk=table.draft.pk).update(frozen=True)


@pytest.mark.parametrize(
    ("change", "why"),
    [(close_stage, Why.STAGE_CLOSED), (remove_them, Why.NOT_ALLOWED), (freeze, Why.FROZEN)],
)
def test_nothing_is_stored_after_rights_are_gone(
    transactional_db: None, change: Callable[[Table], None], why: Why
) -> None:
    table = lay_table()
    typists = [Typist(table, seat) for seat in (table.heron, table.plover, table.heron)]
    for typist in typists:
        typist.start()
    for typist in typists:
        assert typist.has_begun.wait(20)
    with transaction.atomic():
        change(table)
        at_the_change = Draft.objects.values_list("version", flat=True).get(pk=table.draft.pk)
    for typist in typists:
        typist.join(20)

    assert [typist.refusal.why for typist in typists if typist.refusal] == [why] * 3
    assert Draft.objects.get(pk=table.draft.pk).version == at_the_change >= 15


def test_a_batch_waits_for_a_stage_that_is_being_closed(transactional_db: None) -> None:
    table = lay_table()
    typist = Typist(table, table.heron)
    with transaction.atomic():
        close_stage(table)
        typist.start()
        typist.join(0.3)
        assert typist.is_alive()
    typist.join(20)

    assert typist.refusal
    assert typist.refusal.why == Why.STAGE_CLOSED
    assert Draft.objects.get(pk=table.draft.pk).version == 0


def test_somebody_signed_out_is_refused_at_once(transactional_db: None) -> None:
    table = lay_table()
    typist = Typist(table, table.heron)
    typist.start()
    assert typist.has_begun.wait(20)
    Session.objects.filter(pk=table.sessions[table.heron.pk]).delete()
    typist.join(5)

    assert typist.refusal
    assert typist.refusal.close == Close.SIGNED_OUT
