"""The server is killed with -9 while two people type, and started again."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from tests.processes import WebServer, embedded_server
from tests.scenarios.live.writers import Writer, read, two_writers


@dataclass
class Aftermath:
    heron: Writer
    plover: Writer
    acknowledged: list[str]  # when the server was killed, the last time
    problems: list[BaseException | None]  # what the pages could not make sense of


async def write_and_kill(server: WebServer, kills: int) -> Aftermath:
    """Two people write through so many kills, then stop and wait until all is saved."""
    heron, plover = two_writers(server, server)
    writing = [asyncio.ensure_future(writer.work()) for writer in (heron, plover)]
    for _ in range(kills):
        await heron.has_written(30)
        await plover.has_written(30)
        await asyncio.to_thread(server.kill)
        acknowledged = heron.acknowledged + plover.acknowledged
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(server.wait)
    heron.stop = plover.stop = True
    done, undone = await asyncio.wait(writing, timeout=20)
    assert not undone, server.log()
    return Aftermath(heron, plover, acknowledged, [task.exception() for task in done])


async def test_no_acknowledged_letter_is_lost_to_kill_9(embedded: WebServer) -> None:
    after = await write_and_kill(embedded, kills=2)
    heron, plover = after.heron, after.plover
    text = await read(embedded, heron, plover)

    assert heron.page.text == plover.page.text == text
    assert sorted(text.split()) == sorted(heron.marks(heron.typed) + plover.marks(plover.typed))
    assert set(after.acknowledged) <= set(text.split())
    assert after.problems == [None, None]
    assert "Traceback" not in embedded.log()


async def test_a_server_that_acknowledges_too_soon_would_be_noticed(tmp_path: Path) -> None:
    server = embedded_server(tmp_path)
    server.command[1:2] = ["-m", "tests.scenarios.live.hasty"]
    with server:
        after = await write_and_kill(server, kills=1)
        reader = Writer("R", server, after.heron.path, after.heron.cookie, stop=True)
        await reader.session()

        assert not set(after.acknowledged) <= set(reader.page.text.split())
        assert any(after.problems)
