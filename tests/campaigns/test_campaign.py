"""The campaign in small, on one process with SQLite; `make campaign-live` is the long one. And that it has teeth."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.campaigns.campaign import Gathering, Plan, Round, Tally
from tests.campaigns.houses import House, embedded
from tests.campaigns.nemesis import EMBEDDED, schedule
from tests.campaigns.writers import Habits

IN_ONE_LOOP = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    """One for all of these: it takes longer to build than to burn. Mutants stay in it, so they come last."""
    async with embedded() as opened:
        yield opened


async def played(house: House, kinds: dict[str, int], seconds: float) -> Tally:
    gathering = Gathering(drafts=1, writers=3, habits=Habits(edits=3, thinks=0.1))
    return await Round(house, Plan("small", seconds, kinds, gathering, apart=0.6)).run()


async def is_found_out(house: House, fault: str, what: str) -> bool:
    """Within a few rounds: on a busy machine little is written in one."""
    for _ in range(4):
        if (await played(house, {fault: 1}, seconds=2)).found(what):
            return True
    return False


@IN_ONE_LOOP
async def test_nothing_is_lost_doubled_or_different_whatever_happens_to_one_process(
    house: House,
) -> None:
    tally = await played(house, EMBEDDED, seconds=5)

    assert tally.findings == []
    assert tally.edits > 50
    assert tally.kills >= 2


@IN_ONE_LOOP
async def test_a_server_that_shows_before_it_stores_is_found_out(house: House) -> None:
    await house.restart_as("hasty")

    assert await is_found_out(house, "web: kill -9", "lost")


@IN_ONE_LOOP
async def test_a_server_that_does_not_count_is_found_out(house: House) -> None:
    await house.restart_as("doubling")

    assert await is_found_out(house, "line: answers lost", "doubled")


def test_a_seed_decides_what_strikes_and_when() -> None:
    one, again = (schedule("a seed", EMBEDDED, 60, 1.0) for _ in range(2))

    assert one == again
    assert one != schedule("another", EMBEDDED, 60, 1.0)
    assert {fault.kind for fault in schedule("a seed", EMBEDDED, 600, 0.5)} == EMBEDDED.keys()
