"""Two web processes on one draft: truth is the log, and hints only make it quick."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.scenarios.live.writers import Writer, read, two_writers
from tests.services.servers import Valkey, free_port
from tests.services.stack import Stack, running


@dataclass
class House:
    stack: Stack
    valkey: Valkey


@pytest.fixture(scope="module")
def house(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A stack with a Valkey of its own, which may be stopped."""
    with ExitStack() as exits:
        valkey = exits.enter_context(Valkey())
        stack = running(
            tmp_path_factory.mktemp("house"),
            DATABASE_URL=empty_database,
            REDIS_URL=valkey.url,
            EMAIL_URL=f"smtp://127.0.0.1:{free_port()}",
        )
        yield House(exits.enter_context(stack), valkey)


async def write(heron: Writer, plover: Writer, marks: int) -> None:
    writing = [asyncio.ensure_future(writer.work()) for writer in (heron, plover)]
    await asyncio.gather(heron.has_written(marks), plover.has_written(marks))
    heron.stop = plover.stop = True
    await asyncio.gather(*writing)


async def test_two_processes_see_each_others_letters(house: House) -> None:
    one, other = house.stack.webs
    heron, plover = two_writers(one, other)
    await write(heron, plover, marks=60)
    text = await read(one, heron, plover)

    assert heron.page.text == plover.page.text == text
    assert sorted(text.split()) == sorted(heron.marks(heron.typed) + plover.marks(plover.typed))
    assert {peer["id"] for frame in heron.page.heard for peer in frame.get("peers", ())} == {
        heron.page.seat,
        plover.page.seat,
    }


async def test_without_redis_they_still_do(house: House) -> None:
    one, other = house.stack.webs
    heron, plover = two_writers(one, other)
    house.valkey.stop()
    await write(heron, plover, marks=60)
    text = await read(one, heron, plover)

    assert heron.page.text == plover.page.text == text
    assert sorted(text.split()) == sorted(heron.marks(heron.typed) + plover.marks(plover.typed))
