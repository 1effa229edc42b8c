"""Mont Fleur from convening to its report: 22 people of five sides, four stories, every outcome an assumption can have.

Four sit at browsers. The others send what a browser would send, form by form.
"""

import re
import uuid
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.people import sign_up
from tests.browser.test_main_job import Someone
from tests.processes import WebServer

QUESTION = "How could the valley share its water in the next ten years?"
SIDES = {"Upper village": 5, "Lower village": 5, "Town": 5, "Herders": 5, "Mill": 2}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
STORIES = ("The dry well", "The long queue", "The deep drill", "The shared well")
SHARED, RESERVED, OPEN, CONTESTED = (
    "The valley has one spring.",
    "Ten years could bring three dry ones.",
    "The mill could stay where it is.",
    "The state could pay for the pump.",
)
RESERVATION = "Nobody measured before 1990."


class Caller:
    """One person without a browser: pages are read and forms sent as they are, only nothing is drawn."""

    def __init__(self, origin: str, cookies: Any = ()) -> None:
        self.origin, self.token = origin, ""
        self.cookies = {one["name"]: one["value"] for one in cookies}
        self.line = HTTPConnection(urlsplit(origin).netloc, timeout=20)

    def read(self, path: str) -> str:
        status, page = self._ask("GET", path)
        assert status == 200, (path, status)
        found = TOKEN.search(page)
        self.token = found[1] if found else self.token
        return page

    def send(self, path: str, **form: Any) -> None:
        """As from the page that was looked at last."""
        if not self.token:
            self.read(path)
        status, page = self._ask(
            "POST", path, urlencode({"csrfmiddlewaretoken": self.token} | form)
        )
        assert status in {200, 302}, (path, status, _refusal(page))

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        self.line.request(method, path, body, headers)
        reply = self.line.getresponse()
        page = reply.read().decode()
        for line in reply.headers.get_all("Set-Cookie", []):
            name, _is, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.line.close()  # the server would, on a line that says nothing for a while
        return reply.status, page


def _refusal(page: str) -> list[str]:
    return re.findall(r'(?:errorlist|role="alert").*?</', page, re.DOTALL)[:3]


def key() -> str:
    return str(uuid.uuid4())


class Valley:
    """The workshop, and everybody in it."""

    def __init__(self, facilitator: Caller, path: str) -> None:
        self.facilitator, self.path = facilitator, path
        self._names = count(1)
        self.people: dict[str, list[Caller]] = {}
        self.moderator = facilitator

    @property
    def everybody(self) -> list[Caller]:
        return [person for side in self.people.values() for person in side]

    def seat(self, role: str, side: str, number: int) -> list[Caller]:
        """Add seats, make their codes, and let somebody without an address sit down on each."""
        page = self.facilitator.read(f"{self.path}seats/")
        option = re.search(rf'value="(\d+)"[^>]*>\s*{side}<', page) if side else None
        before = set(re.findall(rf"{self.path}seats/(\d+)/", page))
        seen = re.search(r'name="seen" value="(\d+)"', page)
        self.facilitator.send(
            f"{self.path}seats/new/",
            role=role,
            constituency=option[1] if option else "",
            count=number,
            seen=seen[1] if seen else 0,
        )
        page = self.facilitator.read(f"{self.path}seats/")
        new = sorted(set(re.findall(rf"{self.path}seats/(\d+)/", page)) - before, key=int)
        assert len(new) == number
        return [self._sit(seat) for seat in new]

    def _sit(self, seat: str) -> Caller:
        self.facilitator.send(f"{self.path}seats/{seat}/code/", client_key=key())
        code = re.search(
            r'id="code"[^>]*>\s*([A-Z0-9-]+)',
            self.facilitator.read(f"{self.path}seats/{seat}/card/"),
        )
        assert code is not None
        person = Caller(self.facilitator.origin)
        here = f"/invitations/{code[1]}/"
        person.read(here)
        person.send(f"{here}without-address/")
        page = person.read(here)
        rules = re.search(r'name="rules_version" value="(\d+)"', page)
        person.send(
            here,
            pseudonym=f"Rush {next(self._names)}",
            language="en",
            rules_version=rules[1] if rules else 0,
            accepts="on",
        )
        return person

    def go_on(self) -> None:
        page = self.facilitator.read(f"{self.path}stages/")
        seen = re.search(r'name="seen" value="(\d*)"', page)
        self.facilitator.send(
            f"{self.path}stages/move/",
            act="go_on",
            seen=seen[1] if seen else "",
            because="We go through all of it today.",
        )

    def stand(self, item: str, stances: str, reason: str = "", round: int = 1) -> None:
        """One letter a person, side by side; the last one's again and again."""
        words = {"c": "consent", "a": "aside", "r": "reserve", "o": "object"}
        here = f"{self.path}consent/positions/"
        for number, person in enumerate(self.everybody):
            letter = stances[min(number, len(stances) - 1)]
            person.send(here, item=item, round=round, stance=words[letter], reason=reason)

    def items(self) -> dict[str, str]:
        page = self.facilitator.read(f"{self.path}consent/")
        found = re.findall(r'consent/(\d+)/" dir="auto"[^>]*>([^<]+)</a>', page)
        return {words: number for number, words in found}


def open_workshop(facilitator: Someone) -> str:
    facilitator.go("/workshops/new/")
    facilitator.fill(
        title="The whole valley", focal_question=QUESTION, base_year="2026", horizon_year="2036"
    )
    facilitator.press("main button.primary")
    facilitator.choose("template", "mont_fleur")
    facilitator.choose("attribution", "pseudonymous")
    facilitator.choose("visibility", "public")
    facilitator.press("main button.primary")
    facilitator.press("main button.primary")
    for row, name in enumerate(SIDES):
        if not facilitator.page.locator(f"[name=sides-{row}-name]").count():
            facilitator.press("#add button")
        facilitator.page.locator(f"[name=sides-{row}-name]").fill(name)
    facilitator.page.locator("[name=sides-4-required]").uncheck()
    facilitator.fill(name="Millstone")
    facilitator.press("main button.primary")
    return urlsplit(facilitator.page.url).path


def test_mont_fleur_from_convening_to_publication(person: Person, server: WebServer) -> None:
    facilitator = Someone(person())
    sign_up(facilitator.page, "mont.fleur@example.org")
    path = open_workshop(facilitator)
    valley = Valley(Caller(server.url, facilitator.page.context.cookies()), path)
    for side, size in SIDES.items():
        valley.people[side] = valley.seat("participant", side, size)
    [valley.moderator] = valley.seat("moderator", "", 1)
    upper, lower = valley.people["Upper village"][0], valley.people["Lower village"][0]

    # The situation, forces and ranking: what has to hold, and what moves.
    valley.go_on()
    for statement in (SHARED, RESERVED, OPEN, CONTESTED):
        here = f"{path}assumptions/new/"
        form = {"statement": statement, "nature": "fact", "language": "en"}
        upper.send(here, **form, client_key=key())
    valley.go_on()
    valley.go_on()

    # The logic: three questions, four stories.
    valley.go_on()
    questions = {"question_0": "Is it shared?", "question_1": "Soon?", "question_2": "For long?"}
    valley.facilitator.send(f"{path}scenarios/logic/?kind=branching", version=0, **questions)
    for place, title in enumerate(STORIES):
        here = f"{path}scenarios/new/"
        valley.facilitator.send(here, title=title, premise="", place=place, client_key=key())
    stories = re.findall(rf"{path}scenarios/(\d+)/\"", valley.facilitator.read(f"{path}scenarios/"))
    stories = sorted(set(stories), key=int)
    assert len(stories) == 4

    # Drafting: groups mixed by a button, each story written, handed in and accepted.
    valley.go_on()
    facilitator.go(f"{path}scenarios/groups/?mix=1")
    facilitator.press("main form.form button.primary")
    writers = _writers(valley, stories)
    for story, writer in writers.items():
        here = f"{path}scenarios/{story}/"
        text = f"# 2030: A dry year\n\nIt could happen like this, in story {story}."
        writer.send(f"{here}draft/", version=0, text=text, client_key=key())
        writer.send(f"{here}submission/", version=1, summary="", client_key=key())
    queue = valley.moderator.read(f"{path}moderation/")
    for waiting in set(re.findall(rf"{path}moderation/(\d+)/", queue)):
        valley.moderator.send(f"{path}moderation/{waiting}/", version=1, action="publish")

    # The challenge: a question to each story, which its writers answer.
    valley.go_on()
    for story, writer in writers.items():
        others = next(one for other, one in writers.items() if other != story)
        here = f"{path}challenge/{story}/"
        others.send(here, relevant=4, challenging=3, plausible=5, clear=4)
        others.send(here, text="Who drills?", language="en", client_key=key())
        asked = re.search(rf"{path}challenge/questions/(\d+)/", writer.read(here))
        assert asked is not None
        answer = {"reply": "answered", "answer": "The villages.", "seen": ""}
        writer.send(f"{path}challenge/questions/{asked[1]}/", **answer)

    # Consent: one by hand on a phone, the others by form.
    valley.go_on()
    facilitator.go(f"{path}consent/")
    facilitator.press("main button[value=open-all]")
    items = valley.items()
    phone = _sits_down(Someone(person(width=360)), upper)
    phone.go(f"{path}consent/positions/")
    phone.page.keyboard.press("Space")
    phone.press("main form.form button.primary")
    expect(phone.page.locator("main")).to_contain_text("1 of 8 done")
    valley.stand(items[SHARED], "c")
    valley.stand(items[RESERVED], "cccrc", RESERVATION)
    valley.stand(items[OPEN], "rrrc", "It smells.")
    valley.stand(items[CONTESTED], "co" + "c", "It never did.")
    valley.stand(items[STORIES[0]], "cccccccccccccccccccca")
    facilitator.press("main button[value=close-all]")
    facilitator.go(f"{path}consent/{items[CONTESTED]}/")
    valley.facilitator.send(f"{path}consent/", act=f"again-{items[CONTESTED]}")
    valley.people["Upper village"][1].send(
        f"{path}consent/positions/",
        item=items[CONTESTED],
        round=2,
        stance="object",
        reason="It never will.",
    )
    valley.facilitator.send(f"{path}consent/", act="close-all")
    facilitator.go(f"{path}consent/{items[SHARED]}/")

    # Out it goes, with every reservation beside what it concerns.
    valley.go_on()
    valley.go_on()
    facilitator.go(f"{path}publication/")
    facilitator.press("main button[value=release]")
    reader = Someone(person(width=360))
    reader.go(urlsplit(facilitator.page.url).path)
    reader.page.emulate_media(media="print")
    report = reader.page.locator("main")
    for title in STORIES:
        expect(report.get_by_role("heading", name=title)).to_be_visible()
    shared, unsettled = (
        report.locator(f"section[aria-labelledby={part}]") for part in ("shared", "open")
    )
    for part, statement, said in (
        (shared, SHARED, ""),
        (shared, RESERVED, RESERVATION),
        (unsettled, OPEN, "It smells."),
        (unsettled, CONTESTED, "It never will."),
    ):
        given = part.locator("li", has_text=statement).first
        expect(given).to_be_visible()
        expect(given).to_contain_text(said)
    expect(report).not_to_contain_text("It never did.")
    expect(report).not_to_contain_text(re.compile(r"Upper village\s*$"))
    table = _sits_down(Someone(person(dark=True)), lower)
    table.go(path)
    expect(table.page.locator("main")).to_contain_text("The workshop")


def _writers(valley: Valley, stories: list[str]) -> dict[str, Caller]:
    """One of each story's group."""
    found: dict[str, Caller] = {}
    for someone in valley.everybody:
        board = someone.read(f"{valley.path}scenarios/")
        for story in set(stories) - found.keys():
            if f"{valley.path}scenarios/{story}/draft/" in board:
                found[story] = someone
        if len(found) == len(stories):
            return found
    raise AssertionError("a story has no group")


def _sits_down(someone: Someone, caller: Caller) -> Someone:
    """The same person, at a browser now."""
    cookies = [
        {"name": name, "value": value, "url": caller.origin}
        for name, value in caller.cookies.items()
    ]
    someone.page.context.add_cookies(cookies)  # type: ignore[arg-type]
    return someone
