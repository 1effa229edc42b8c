"""The server is killed with -9 while two people type, and started again."""

import asyncio
from pathlib import Path

from tests.processes import WebServer, embedded_server
from tests.scenarios.live.writers import Writer, read, two_writers


async def kill_and_restart(server: WebServer, *writers: Writer) -> set[str]:
    """In the middle of their typing; returns what had been acknowledged to them."""
    await asyncio.gather(*(writer.has_written(40) for writer in writers))
    await asyncio.to_thread(server.kill)
    acknowledged = {mark for writer in writers for mark in writer.acknowledged}
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(server.wait)
    return acknowledged


async def test_no_acknowledged_letter_is_lost_to_kill_9(embedded: WebServer) -> None:
    heron, plover = two_writers(embedded, embedded)
    writing = asyncio.gather(heron.work(), plover.work())
    acknowledged = await kill_and_restart(embedded, heron, plover)
    heron.stop = plover.stop = True
    await asyncio.wait_for(writing, 20)
    text = await read(embedded, heron, plover)

    assert heron.page.text == plover.page.text == text
    assert sorted(text.split()) == sorted(heron.marks(heron.typed) + plover.marks(plover.typed))
    assert acknowledged <= set(text.split())
    assert "Traceback" not in embedded.log()


async def test_a_server_that_acknowledges_too_soon_would_be_noticed(tmp_path: Path) -> None:
    server = embedded_server(tmp_path)
    server.command[1:2] = ["-m", "tests.scenarios.live.hasty"]
    with server:
        heron, plover = two_writers(server, server)
        writing = [asyncio.ensure_future(writer.work()) for writer in (heron, plover)]
        acknowledged = await kill_and_restart(server, heron, plover)
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)
        text = await read(server, Writer("R", server, heron.path, heron.cookie))

        assert not acknowledged <= set(text.split())
