"""The audit chain: it is written with what it records, nobody can change it, and a change that was made shows."""

import copy
import random
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction

from tests.factories import make_seat, make_stage, make_workshop
from workshops import audit, sealing
from workshops.actions import seats, stages
from workshops.models import AuditChain, AuditEntry, Role, StageKind, Workshop

pytestmark = pytest.mark.django_db
Act = AuditEntry.Act


def chain_of(workshop: Workshop, length: int = 5) -> None:
    for number in range(length):
        audit.record(workshop, Act.DECIDED, decision=number, action="return", past=["rules"])


def acts(workshop: Workshop) -> list[tuple[str, dict[str, Any]]]:
    return list(workshop.audit_entries.values_list("act", "facts"))


def test_what_is_done_is_recorded_without_saying_by_whom() -> None:
    workshop = make_workshop(None)
    stage = make_stage(workshop, StageKind.CONVENING)
    facilitator = make_seat(workshop, Role.FACILITATOR)
    (added,) = seats.add_seats(
        role=Role.OBSERVER, constituency=None, count=1, seen=1, by=facilitator
    )
    seats.remove(added, by=facilitator)
    stages.close(seen=stage.pk, by=facilitator)

    assert acts(workshop) == [
        (Act.SEATED, {"role": "observer", "what": "added", "count": 1}),
        (Act.SEATED, {"seat": added.pk, "role": "observer", "what": "removed"}),
        (Act.MOVED, {"stage": "convening", "to": "closed", "past": [], "role": "facilitator"}),
    ]
    assert audit.first_broken_link() is None


def test_what_did_not_happen_is_not_recorded() -> None:
    workshop = make_workshop()
    with transaction.atomic():
        chain_of(workshop)
        transaction.set_rollback(True)

    assert acts(workshop) == []


@pytest.mark.parametrize("how", ["update", "delete"])
def test_the_database_refuses_to_change_or_delete_an_entry(how: str) -> None:
    workshop = make_workshop()
    chain_of(workshop)
    entries = AuditEntry.objects.filter(number=2)

    with pytest.raises(DatabaseError, match="stay as they are"), transaction.atomic():
        entries.update(act=Act.MOVED) if how == "update" else entries.delete()
    assert audit.first_broken_link() is None


def unsealed(statement: str) -> None:
    """Change a row as somebody could who owns the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits to be checked holds tables
            cursor.execute(f"ALTER TABLE {sealing.TABLE} DISABLE TRIGGER audit_stays")
        else:
            for name in sealing.ON_SQLITE:
                cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE {entries} SET act = 'moved' WHERE number = 3", "entry 3 was changed"),
        ("DELETE FROM {entries} WHERE number = 1", "entry 1 is missing"),
        ("DELETE FROM {entries} WHERE number = 5", "does not end with entry 4"),
        ("DELETE FROM workshops_auditchain", "does not end with entry 5"),
        ("UPDATE workshops_auditchain SET length = 6", "does not end with entry 5"),
    ],
)
def test_a_change_made_all_the_same_is_named(statement: str, found: str) -> None:
    workshop = make_workshop()
    chain_of(workshop)
    unsealed(statement.format(entries=sealing.TABLE))

    with pytest.raises(CommandError, match=f"workshop {workshop.pk}: .*{found}"):
        call_command("verify_audit")


def test_whole_chains_are_said_to_be_whole() -> None:
    chain_of(make_workshop())
    chain_of(make_workshop(), length=3)
    said = StringIO()
    call_command("verify_audit", stdout=said)

    assert "8 entries in the chains of 2 workshops" in said.getvalue()


TAMPERINGS = 10_000


def test_every_tampering_with_a_single_row_is_found() -> None:
    chain_of(make_workshop(), length=6)
    chain_of(make_workshop(), length=4)
    entries = list(AuditEntry.objects.order_by("workshop_id", "number"))
    chains = list(AuditChain.objects.all())
    chance = random.Random(7)

    for _ in range(TAMPERINGS):
        changed = tamper([*entries, *chains], chance)
        rows = sorted(
            (row for row in changed if isinstance(row, AuditEntry)),
            key=lambda row: (row.workshop_id, row.number),
        )
        ends = [row for row in changed if isinstance(row, AuditChain)]
        assert audit.check(rows, ends) is not None


def tamper(rows: list[Any], chance: random.Random) -> list[Any]:
    """One row deleted, doubled, or changed in one field."""
    place = chance.randrange(len(rows))
    row = copy.copy(rows[place])
    how = chance.randrange(4)
    if how == 0:
        return rows[:place] + rows[place + 1 :]
    if how == 1 and isinstance(row, AuditEntry):
        return [*rows, row]
    change(row, chance)
    return [*rows[:place], row, *rows[place + 1 :]]


def change(row: Any, chance: random.Random) -> None:
    fields = {
        "workshop_id": lambda value: value + chance.choice([-1, 1, 1000]),
        "digest": lambda value: value[:-1] + ("0" if value[-1] != "0" else "1"),
    }
    if isinstance(row, AuditChain):
        fields |= {"length": lambda value: value + chance.choice([-1, 1])}
    else:
        fields |= {
            "number": lambda value: value + chance.choice([-1, 1, 7]),
            "at": lambda value: value + timedelta(microseconds=chance.randint(1, 10**9)),
            "act": lambda value: chance.choice([act for act in Act.values if act != value]),
            "facts": lambda value: value | {"decision": chance.randint(100, 10**6)},
        }
    name = chance.choice(sorted(fields))
    setattr(row, name, fields[name](getattr(row, name)))
