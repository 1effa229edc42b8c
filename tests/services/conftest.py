import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import uuid4

import psycopg2
import pytest

from tests.services.servers import Valkey, free_port
from tests.services.stack import Stack, running


@dataclass
class House:
    """A whole stack, and the Valkey that only it uses; whoever stops that starts it again."""

    stack: Stack
    valkey: Valkey


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def house(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two web processes, a worker and a beat, as docker-compose.yml runs them, for all tests here."""
    with ExitStack() as exits:
        valkey = exits.enter_context(Valkey())
        stack = running(
            tmp_path_factory.mktemp("house"),
            DATABASE_URL=empty_database,
            REDIS_URL=valkey.url,
            EMAIL_URL=f"smtp://127.0.0.1:{free_port()}",
        )
        yield House(exits.enter_context(stack), valkey)
