"""The campaign in small, on one process with SQLite; `make campaign-live` is the long one. And that it has teeth."""

from contextlib import AsyncExitStack

from tests.campaigns.campaign import Gathering, Plan, Round, Tally
from tests.campaigns.houses import embedded
from tests.campaigns.nemesis import EMBEDDED, schedule
from tests.campaigns.writers import Habits

SEED = "small"


async def played(kinds: dict[str, int], seconds: float, altered: str = "") -> Tally:
    gathering = Gathering(drafts=1, writers=3, habits=Habits(edits=3, thinks=0.1))
    plan = Plan(SEED, seconds, kinds, gathering, apart=0.7)
    async with AsyncExitStack() as exits:
        return await Round(await exits.enter_async_context(embedded(altered)), plan).run()


async def test_nothing_is_lost_doubled_or_different_whatever_happens_to_one_process() -> None:
    tally = await played(EMBEDDED, seconds=5)

    assert tally.findings == []
    assert tally.edits > 100
    assert tally.kills >= 2


async def test_a_server_that_shows_before_it_stores_is_found_out() -> None:
    tally = await played({"web: kill -9": 1}, seconds=3, altered="hasty")

    assert tally.found("lost") + tally.found("forgotten") + tally.found("stuck") > 0
    assert tally.found("lost") > 0


async def test_a_server_that_does_not_count_is_found_out() -> None:
    tally = await played({"line: answers lost": 1}, seconds=3, altered="doubling")

    assert tally.found("doubled") > 0


def test_a_seed_decides_what_strikes_and_when() -> None:
    one, again = (schedule("a seed", EMBEDDED, 60, 1.0) for _ in range(2))

    assert one == again
    assert one != schedule("another", EMBEDDED, 60, 1.0)
    assert {fault.kind for fault in schedule("a seed", EMBEDDED, 600, 0.5)} == EMBEDDED.keys()
