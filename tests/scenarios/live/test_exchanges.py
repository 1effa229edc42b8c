"""Pages that reach a draft by posts, where no socket comes through."""

import asyncio
import json
from typing import Any

import pytest

from scenarios import exchanges
from scenarios.live.history import text_at
from scenarios.live.protocol import Close
from tests.scenarios.live.conftest import Doors, Posts, rows
from tests.scenarios.live.pages import Page
from tests.scenarios.live.table import Table
from tests.scenarios.live.test_sockets import closed, remove, sign_out

HELLO = json.dumps({"t": "hello", "client": "a" * 16, "v": None})


async def test_letters_by_posts_and_by_a_socket_reach_each_other(
    table: Table, doors: Doors
) -> None:
    heron, plover = await doors.open_by_posts(table.heron), await doors.open(table.plover)
    heron.type(0, "The rains could fail. ")
    await heron.save()
    await plover.until_true(lambda: plover.text == heron.text)
    plover.type(len(plover.units), "سلام 😀")
    await plover.save()
    await heron.until_true(lambda: heron.text == plover.text)
    await plover.say("here", v=2, a=3, h=5)
    place = {"a": 3, "h": 5}
    while not any(
        frame.get("at") == [[table.plover.pk, 3, 5]]
        or any(place.items() <= peer.items() for peer in frame.get("peers", []))
        for frame in heron.heard
    ):
        await heron.hear()
    await heron.leave()
    await plover.until_gone(table.heron.pk)

    assert heron.text == "The rains could fail. سلام 😀"
    assert await rows(lambda: text_at(table.draft.pk, 2)) == heron.text


async def test_a_page_resumes_by_posts_what_it_began_over_a_socket(
    table: Table, doors: Doors
) -> None:
    heron, plover = await doors.open(table.heron), await doors.open_by_posts(table.plover)
    heron.type(0, "seen ")
    await heron.push()  # stored, but the page never hears of it
    await plover.until_true(lambda: plover.text == "seen ")
    await heron.leave()
    heron.type(5, "unsent ")
    plover.type(0, "meanwhile ")
    await plover.save()

    await doors.open_by_posts(table.heron, heron)
    assert "text" not in heron.heard[-1]
    await heron.save()
    await plover.until_true(lambda: plover.version == 3)

    assert heron.text == plover.text == "meanwhile seen unsent "


async def test_an_answer_that_was_lost_comes_again(table: Table, doors: Doors) -> None:
    page = Page()
    line = Posts(doors, table.heron)
    page.connect(line.send, line.receive, line.leave)
    await page.hello()
    page.type(0, "once")
    edits = [{"s": 1, "c": page.waiting[0].changes.to_json()}]
    push = json.dumps({"t": "push", "v": 0, "edits": edits})
    lost = {"hello": line.hello, "line": line.line, "got": line.got, "frames": [push]}
    assert (await doors.post(table.heron, lost))[0] == 200

    await page.until_true(lambda: not page.waiting)
    assert page.text == await rows(lambda: text_at(table.draft.pk, 1)) == "once"


async def test_a_newer_post_lets_the_one_before_go(table: Table, doors: Doors) -> None:
    line = Posts(doors, table.heron)
    await line.send(HELLO)
    said = {"hello": HELLO, "line": line.line, "got": line.got + 9, "frames": []}
    waiting = asyncio.ensure_future(doors.post(table.heron, said))
    await asyncio.sleep(0.1)
    await line.exchange(json.dumps({"t": "ping"}))

    assert (await asyncio.wait_for(waiting, 1))[1]["frames"] == []
    assert [json.loads(frame)["t"] for frame in line.frames][-1] == "pong"


@pytest.mark.parametrize("name", ["", "no-such-line", pytest.param(None, id="of another person")])
async def test_a_post_that_finds_no_line_of_its_own_opens_one(
    table: Table, doors: Doors, name: str | None
) -> None:
    heron = Posts(doors, table.heron)
    await heron.send(HELLO)
    said = {"hello": HELLO.replace("a" * 16, "b" * 16), "line": name or heron.line, "got": 7}
    status, answer = await doors.post(table.plover, said)

    assert status == 200
    assert answer["line"] not in {name, heron.line}
    welcome = answer["frames"][0]
    assert (welcome["t"], welcome["you"]["id"], answer["n"]) == ("welcome", table.plover.pk, 1)


@pytest.mark.parametrize(
    ("happens", "code"), [(remove, Close.NOT_ALLOWED), (sign_out, Close.SIGNED_OUT)]
)
async def test_rights_that_are_gone_end_a_line_by_posts_too(
    table: Table, doors: Doors, happens: Any, code: Close
) -> None:
    heron = await doors.open_by_posts(table.heron)
    await rows(lambda: happens(table.heron))

    assert await closed(heron, within=2) == code


async def test_a_page_by_posts_that_speaks_too_fast_or_not_our_language_is_let_go(
    table: Table, doors: Doors
) -> None:
    fast, odd = await doors.open_by_posts(table.heron), await doors.open_by_posts(table.plover)
    pings = [fast.say("ping") for _ in range(70)]
    await asyncio.gather(*pings, odd.say("push", v=0), return_exceptions=True)

    assert (await closed(fast), await closed(odd)) == (Close.TOO_FAST, Close.MALFORMED)


async def test_a_line_that_nobody_asks_is_given_up(
    table: Table, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchanges, "LINGER", -exchanges.HOLD + 1.0)
    plover, heron = await doors.open(table.plover), await doors.open_by_posts(table.heron)
    await plover.until_gone(table.heron.pk)

    assert heron.seat == table.heron.pk


ODD: list[tuple[Any, dict[str, Any], int]] = [
    (b"", {}, 400),
    (b"not json", {}, 400),
    (b"[1]", {}, 400),
    (b'"hello"', {}, 400),
    (b"[" * 100_000, {}, 400),
    ({"hello": 1}, {}, 400),
    ({"hello": "x", "frames": [1]}, {}, 400),
    ({"hello": "x", "frames": 5}, {}, 400),
    ({"hello": "x", "line": ["a"]}, {}, 400),
    ({"hello": "x", "got": "a"}, {}, 400),
    ({"hello": "not a frame"}, {}, 400),
    ({"hello": HELLO.replace("a" * 16, "short")}, {}, 400),
    ({"hello": HELLO, "frames": ["x"] * 60}, {}, 429),
    ({"hello": HELLO, "x": "a" * 200_000}, {}, 413),
    ({"hello": HELLO}, {"origin": "http://evil.example"}, 403),
    ({"hello": HELLO}, {"origin": ""}, 403),
    ({"hello": HELLO}, {"host": "evil.example", "origin": "http://evil.example"}, 400),
    ({"hello": HELLO}, {"x-csrftoken": "d" * 32}, 403),
    ({"hello": HELLO}, {"x-csrftoken": ""}, 403),
]


async def test_posts_that_are_none_of_ours_are_refused(table: Table, doors: Doors) -> None:
    found = [(await doors.post(table.heron, body, **headers))[0] for body, headers, _ in ODD]

    assert found == [status for _, _, status in ODD]


async def test_nobody_learns_by_posts_whether_there_is_a_draft(table: Table, doors: Doors) -> None:
    say = {"hello": HELLO}
    assert await doors.post(None, say) == (401, {"code": 4401})
    assert await doors.post(table.stranger, say) == (404, {"code": 4404})
    assert await doors.post(table.heron, say, draft=10**9) == (404, {"code": 4404})
    assert await doors.post(table.observer, say) == (403, {"code": 4403})
