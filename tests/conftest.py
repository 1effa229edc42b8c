import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db.backends.postgresql.base import DatabaseWrapper as OnPostgres
from django.db.backends.sqlite3.base import DatabaseWrapper as OnSqlite
from django.db.models.signals import post_migrate
from django.template import Template

from tests.processes import WebServer, embedded_server
from tests.services.servers import NoServer, Postgres, Valkey
from workshops import sealing

HERE = Path(__file__).parent
ON_SERVICES = "TEST_DATABASE_URL" in os.environ
NEEDS_A_DATABASE = {"db", "transactional_db", "django_db_serialized_rollback", "live_server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL and Valkey, run what can tell them from SQLite; without them, what needs neither."""
    chosen = [item for item in items if _matters_here(item)]
    left = [item for item in items if not _matters_here(item)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = chosen


def _matters_here(item: pytest.Item) -> bool:
    if item.path.is_relative_to(HERE / "services"):
        return ON_SERVICES
    if not ON_SERVICES:
        return True
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & NEEDS_A_DATABASE) or item.get_closest_marker("django_db") is not None


@pytest.fixture(scope="session", autouse=True)
def _nothing_done_for_nobody(django_test_environment: None) -> None:
    """What Django and Python do at every turn, and no test of ours looks at."""
    # Each rendered template would be copied with its context for `response.context`.
    Template._render = lambda self, context: self.nodelist.render(context)  # type: ignore[attr-defined]
    # Permissions, made anew each time tables are emptied: ours are in workshops/permissions.py.
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def missing(reason: str) -> None:
    """A part of the machine is not there: in CI a failure, elsewhere a skip that says so."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _mail_is_kept(settings: LazySettings) -> None:
    """As embedded, whatever the test runner likes better."""
    settings.EMAIL_BACKEND = "participants.mailbox.KeepBackend"


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[WebServer]:
    """A running `manage.py serve` with data of its own."""
    with embedded_server(tmp_path) as server:
        yield server


@pytest.fixture
def durable_postgres() -> Iterator[Postgres]:
    """A PostgreSQL of the test's own whose commits wait for the disk; it may be killed."""
    try:
        with Postgres(durable=True) as server:
            yield server
    except NoServer as error:
        missing(str(error))


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    """A Valkey of the test's own; it may be stopped and started."""
    try:
        with Valkey() as server:
            yield server
    except NoServer as error:
        missing(str(error))


@pytest.fixture(scope="session", autouse=True)
def _emptied_quickly() -> None:
    """Empty tables row by row after tests that commit: they hold few, and TRUNCATE makes files anew.

    And the audit entries with them, which nobody else may delete.
    """

    def on_postgresql(self: Any, style: Any, tables: list[str], **_: Any) -> list[str]:
        names = [self.quote_name(table) for table in tables]
        return [
            "SET session_replication_role = replica",
            *(f"DELETE FROM {name}" for name in names),  # noqa: S608
            "SET session_replication_role = DEFAULT",
        ]

    def on_sqlite(self: Any, *args: Any, **options: Any) -> list[str]:
        return [
            *(f"DROP TRIGGER IF EXISTS {name}" for name in sealing.ON_SQLITE),
            *emptied(self, *args, **options),
            *sealing.ON_SQLITE.values(),
        ]

    emptied: Any = OnSqlite.ops_class.sql_flush
    OnPostgres.ops_class.sql_flush = on_postgresql  # type: ignore[method-assign,assignment]
    OnSqlite.ops_class.sql_flush = on_sqlite  # type: ignore[method-assign]
