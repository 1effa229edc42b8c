"""Two web processes on one draft: truth is the log, and hints only make it quick."""

import asyncio

from tests.scenarios.live.writers import Writer, read, two_writers
from tests.services.conftest import House


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
    try:
        await write(heron, plover, marks=60)
        text = await read(one, heron, plover)
    finally:
        house.valkey.start()

    assert heron.page.text == plover.page.text == text
    assert sorted(text.split()) == sorted(heron.marks(heron.typed) + plover.marks(plover.typed))
