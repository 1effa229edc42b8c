import os
from collections.abc import Iterator
from uuid import uuid4

import psycopg2
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

from tests.services.servers import free_port
from tests.services.stack import Stack, running


@pytest.fixture(scope="module")
def empty_database() -> Iterator[str]:
    """The address of a database with nothing in it, on the suite's PostgreSQL."""
    server = os.environ["TEST_DATABASE_URL"]
    name = f"flamingo_{uuid4().hex[:12]}"
    admin = psycopg2.connect(server)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield f"{server.rpartition('/')[0]}/{name}"
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@pytest.fixture(scope="module")
def live_stack(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two web processes, a worker and a beat, as docker-compose.yml runs them; mail lands in folder/mail."""
    folder = tmp_path_factory.mktemp("stack")
    mail = Controller(Mailbox(folder / "mail"), hostname="127.0.0.1", port=free_port())
    mail.start()
    redis = os.environ["TEST_REDIS_URL"].rpartition("/")[0]
    try:
        with running(
            folder,
            DATABASE_URL=empty_database,
            REDIS_URL=f"{redis}/60",
            EMAIL_URL=f"smtp://127.0.0.1:{mail.port}",
        ) as stack:
            yield stack
    finally:
        mail.stop()
