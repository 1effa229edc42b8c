"""Two web processes on one draft: truth is the log, and hints only make it quick."""

import asyncio
import json
import signal
import time
from contextlib import closing
from dataclasses import replace

import psycopg2

from scenarios.live.hall import LOOK_EVERY
from scenarios.live.protocol import Close
from tests.scenarios.live.pages import Page
from tests.scenarios.live.posting import InTurn
from tests.scenarios.live.writers import Writer, closing_code, line, read, two_writers
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


async def test_posts_that_reach_the_processes_in_turn_lose_nothing(house: House) -> None:
    one, other = house.stack.webs
    heron, plover = two_writers(one, other)
    page = Page()
    line = InTurn(page, heron.path, heron.cookie, one, one, other)
    await page.hello()
    working = asyncio.ensure_future(plover.work())
    for number in range(10):
        page.type(0, f"S{number} ")
        await page.save(within=20)
    plover.stop = True
    await working
    text = await read(one, heron, plover)

    assert len(line.lines) > 2
    marks = [f"S{number}" for number in range(10)]
    assert sorted(text.split()) == sorted(marks + plover.marks(plover.typed))


async def test_a_redis_that_hangs_holds_nobody_up(house: House) -> None:
    one, other = house.stack.webs
    heron, plover = two_writers(one, other)
    assert house.valkey.process is not None
    house.valkey.process.send_signal(signal.SIGSTOP)
    try:
        async with asyncio.timeout(20):
            await write(heron, plover, marks=60)
            text = await read(one, heron, plover)
    finally:
        house.valkey.process.send_signal(signal.SIGCONT)

    assert heron.page.text == plover.page.text == text
    assert sorted(text.split()) == sorted(heron.marks(heron.typed) + plover.marks(plover.typed))


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


async def test_without_redis_whoever_is_removed_is_let_go_in_every_process(house: House) -> None:
    one, other = house.stack.webs
    heron, plover = two_writers(one, other)
    house.valkey.stop()
    try:
        async with (
            line(plover) as here,
            line(replace(plover, server=one)) as there,
            line(heron) as stays,
        ):
            for number, socket in enumerate((here, there, stays)):
                hello = {"t": "hello", "client": f"a-page-of-{number}", "v": None}
                await socket.send(json.dumps(hello))
                seat = json.loads(await socket.recv())["you"]["id"]
                if socket is here:
                    removed = seat
            remove(house, removed)
            started = time.monotonic()
            codes = await asyncio.gather(closing_code(here), closing_code(there))
            took = time.monotonic() - started
            await stays.send('{"t":"ping"}')
            await stays.recv()
    finally:
        house.valkey.start()

    assert set(codes) == {Close.NOT_ALLOWED.value}
    assert took < LOOK_EVERY + 1


def remove(house: House, seat: int) -> None:
    address = house.stack.env["DATABASE_URL"]
    with closing(psycopg2.connect(address)) as database, database, database.cursor() as cursor:
        cursor.execute("UPDATE workshops_seat SET state = 'removed' WHERE id = %s", [seat])
