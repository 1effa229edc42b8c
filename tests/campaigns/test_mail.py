"""The mail campaign in small; `make campaign-mail` is the long one. And that three naive ways to send are found out."""

from collections.abc import Iterator

import pytest

from tests.campaigns.letterbox import RUDE, USUAL
from tests.campaigns.mail import Campaign, Post, post_office
from tests.conftest import missing
from tests.services.servers import NoServer


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    try:
        with post_office("small") as post:
            yield post
    except NoServer as error:
        missing(str(error))


def test_no_mail_is_lost_and_none_comes_twice_without_need(post: Post) -> None:
    post.letterbox.manners = USUAL
    findings = Campaign(post, mails=200, kills=6, seed="small").run(within=90)

    assert findings.wrong == []
    assert findings.mails == 200
    assert findings.refused == 2
    assert findings.kills["worker: kill -9"] == 6


@pytest.mark.parametrize(
    ("strategy", "wrong"),
    [("mark before", "lost"), ("mark after", "doubled"), ("inside the lock", "doubled")],
)
def test_naive_ways_to_send_are_found_out(post: Post, strategy: str, wrong: str) -> None:
    post.empty()
    post.letterbox.manners = RUDE
    campaign = Campaign(post, mails=60, kills=3, seed=strategy, strategy=strategy)

    assert campaign.run(within=8).found(wrong) > 0
