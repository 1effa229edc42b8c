"""The campaign in small, on two processes with PostgreSQL and Valkey; `make campaign-live` is the long one."""

from tests.campaigns.campaign import Gathering, Plan, Round
from tests.campaigns.houses import scaled
from tests.campaigns.nemesis import SCALED
from tests.campaigns.writers import Habits


async def test_nothing_is_lost_doubled_or_different_whatever_happens_to_two_processes() -> None:
    plan = Plan("small", 6, SCALED, Gathering(drafts=1, writers=4, habits=Habits(edits=3)), 0.5)
    async with scaled() as house:
        tally = await Round(house, plan).run()

    assert tally.findings == []
    assert tally.edits > 100
    assert tally.kills >= 3
