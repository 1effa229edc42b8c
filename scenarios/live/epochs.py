# ruff: noqa: S608 (every statement is made of the names below)
"""A draft's `epoch` moves in the transaction that changes what somebody may do in it, whoever writes that, and however.

The database itself sees to it. So a batch learns from the row it locks anyway whether rights are as they were; and since
taking rights away needs that row too, the two come one after the other: what was stored before it counts, and nothing after.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True)
class Watched:
    """A table that rights are read from: the columns that matter, and whose workshops a row concerns."""

    table: str
    columns: tuple[str, ...]
    workshops: str
    also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"rights_in_{self.table}"

    @property
    def events(self) -> tuple[str, ...]:
        return ("UPDATE", *self.also)


WATCHED: Final = (
    Watched("workshops_workshop", ("state", "rules_version"), "{row}.id"),
    Watched("workshops_stage", ("state", "kind"), "{row}.workshop_id", also=("INSERT", "DELETE")),
    Watched(
        "workshops_seat",
        ("state", "role", "participant_id", "rules_version"),
        "{row}.workshop_id",
    ),
    Watched(
        "scenarios_groupmember",
        ("scenario_id", "seat_id"),
        "SELECT workshop_id FROM workshops_seat WHERE id = {row}.seat_id",
        also=("INSERT", "DELETE"),
    ),
    Watched("scenarios_consentitem", ("state",), "{row}.workshop_id", also=("INSERT", "DELETE")),
    Watched(
        "participants_participant",
        ("password", "is_active"),
        "SELECT workshop_id FROM workshops_seat WHERE participant_id = {row}.id",
    ),
)
"""Signing out is not among them: who writes is asked for their session by itself."""

_DRAFTS: Final = (
    "SELECT draft.id FROM scenarios_draft AS draft JOIN scenarios_scenario AS scenario"
    " ON scenario.id = draft.scenario_id WHERE scenario.workshop_id IN ({workshops})"
)


def watch(sender: AppConfig, using: str, **news: Any) -> None:
    """After migrations: what watches is written anew, so that it fits the tables as they are."""
    connection = connections[using]
    if "plan" not in news or not _has_all_tables(connection):
        return
    write = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    with connection.cursor() as cursor:
        for watched in WATCHED:
            for statement in write(watched):
                cursor.execute(statement)


def stop_watching(sender: AppConfig, using: str, **news: Any) -> None:
    """Before migrations: SQLite changes a table by making another, and stumbles over what refers to the first."""
    connection = connections[using]
    if connection.vendor == "sqlite" and news.get("plan"):
        with connection.cursor() as cursor:
            for watched in WATCHED:
                for event in watched.events:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {watched.name}_{event.lower()}")


def _has_all_tables(connection: BaseDatabaseWrapper) -> bool:
    there = set(connection.introspection.table_names())
    return {watched.table for watched in WATCHED} | {"scenarios_draft"} <= there


def _on_sqlite(watched: Watched) -> list[str]:
    statements = []
    for event in watched.events:
        row = "OLD" if event == "DELETE" else "NEW"
        changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in watched.columns)
        when = f"WHEN {changed}" if event == "UPDATE" else ""
        drafts = _DRAFTS.format(workshops=watched.workshops.format(row=row))
        name = f"{watched.name}_{event.lower()}"
        statements += [
            f"DROP TRIGGER IF EXISTS {name}",
            f"""
            CREATE TRIGGER {name} AFTER {event} ON {watched.table} {when}
            BEGIN UPDATE scenarios_draft SET epoch = epoch + 1 WHERE id IN ({drafts}); END
            """,
        ]
    return statements


def _on_postgresql(watched: Watched) -> list[str]:
    # What a column is called stands in the function only, so that no migration is held up by it.
    old, new = (
        ", ".join(f"{row}.{column}" for column in watched.columns) for row in ("OLD", "NEW")
    )
    # Drafts are locked in one order, so that two who change rights do not wait for each other.
    drafts = _DRAFTS.format(workshops=watched.workshops.format(row="concerned"))
    drafts += " ORDER BY draft.id FOR NO KEY UPDATE OF draft"
    return [
        f"""
        CREATE OR REPLACE FUNCTION {watched.name}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            concerned {watched.table}%ROWTYPE;
        BEGIN
            IF TG_OP = 'UPDATE' AND ({old}) IS NOT DISTINCT FROM ({new}) THEN
                RETURN NULL;
            END IF;
            concerned := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
            UPDATE scenarios_draft SET epoch = epoch + 1 WHERE id IN ({drafts});
            RETURN NULL;
        END $$
        """,
        f"""
        CREATE OR REPLACE TRIGGER {watched.name} AFTER {" OR ".join(watched.events)}
        ON {watched.table} FOR EACH ROW EXECUTE FUNCTION {watched.name}()
        """,
    ]
