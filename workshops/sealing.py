"""The database itself forbids changing or deleting an audit entry, whoever asks it to."""

from typing import Any, Final

from django.apps import AppConfig
from django.db import connections

TABLE: Final = "workshops_auditentry"
ON_SQLITE: Final = {
    f"audit_no_{event.lower()}": (
        f"CREATE TRIGGER audit_no_{event.lower()} BEFORE {event} ON {TABLE}"
        " BEGIN SELECT RAISE(ABORT, 'audit entries stay as they are'); END"
    )
    for event in ("UPDATE", "DELETE")
}
ON_POSTGRESQL: Final = (
    """
    CREATE OR REPLACE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'audit entries stay as they are' USING ERRCODE = 'restrict_violation'; END $$
    """,
    f"""
    CREATE OR REPLACE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE
    ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()
    """,
)


def seal(sender: AppConfig, using: str, **news: Any) -> None:
    """After migrations. SQLite changes a table by making another, without what watched the first."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        if connection.vendor == "postgresql":
            for statement in ON_POSTGRESQL:
                cursor.execute(statement)
            return
        for name, statement in ON_SQLITE.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(statement)


def unseal(sender: AppConfig, using: str, **news: Any) -> None:
    """Before migrations, where they make tables anew."""
    connection = connections[using]
    if connection.vendor == "sqlite" and news.get("plan"):
        with connection.cursor() as cursor:
            for name in ON_SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
