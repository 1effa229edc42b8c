"""People at their browsers: each `person` is a window of their own on the running server.

Whatever a page says on its console, throws, or asks of another host fails the test that opened it.
"""

import asyncio
import re
import threading
from collections.abc import Callable, Generator, Iterator
from urllib.parse import urlsplit

import pytest
from browser import ROOT, NoBrowser, launch
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from playwright.sync_api import Request as PageRequest

from tests.campaigns.proxy import Proxy
from tests.conftest import missing
from tests.processes import WebServer, embedded_server

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RESULTS = ROOT / "test-results"
FAILED = pytest.StashKey[bool]()
expect.set_options(timeout=20_000)  # other tests run beside, and keep the machine busy


class Guard:
    """What the pages of one test got wrong. `allow` names what the test means to provoke."""

    def __init__(self, host: str) -> None:
        self.hosts = {host, ""}
        self.problems: list[str] = []
        self.pages: list[Page] = []
        self._allowed: list[str] = []

    def allow(self, pattern: str) -> None:
        self._allowed.append(pattern)

    def watch(self, page: Page) -> None:
        self.pages.append(page)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._note(f"error: {error}"))
        page.on("request", self._request)

    def _console(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self._note(f"console of {urlsplit(said.location['url']).path}: {said.text}")

    def _request(self, request: PageRequest) -> None:
        if urlsplit(request.url).netloc not in self.hosts:
            self._note(f"request to another host: {request.url}")

    def _note(self, problem: str) -> None:
        if not any(re.search(pattern, problem) for pattern in self._allowed):
            self.problems.append(problem)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except NoBrowser as error:
            missing(str(error))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """One running Flamingo for all browser tests; `embedded` is one of the test's own."""
    with embedded_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def guard(server: WebServer, request: pytest.FixtureRequest) -> Iterator[Guard]:
    guard = Guard(urlsplit(server.url).netloc)
    yield guard
    assert guard.problems == []


class Wire:
    """What one person's network is to the server: it may be cut, or go dead without a word."""

    def __init__(self, port: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._proxy = Proxy(port)
        asyncio.run_coroutine_threadsafe(self._proxy.open(), self._loop).result()
        self.url = self._proxy.url

    def cut(self) -> None:
        self._proxy.closed = True
        self._do(self._proxy.cut)

    def go_dead(self) -> None:
        self._do(self._proxy.stall)

    def mend(self) -> None:
        self._proxy.closed = False

    def end(self) -> None:
        asyncio.run_coroutine_threadsafe(self._proxy.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, act: Callable[[], None]) -> None:
        async def acting() -> None:
            act()

        asyncio.run_coroutine_threadsafe(acting(), self._loop).result()


@pytest.fixture
def wire(server: WebServer, guard: Guard) -> Iterator[Wire]:
    guard.allow("ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED|WebSocket connection")
    wire = Wire(server.port)
    yield wire
    wire.end()


Person = Callable[..., Page]


@pytest.fixture
def person(
    chromium: Browser, server: WebServer, guard: Guard, request: pytest.FixtureRequest
) -> Iterator[Person]:
    """Opens a window for one more person: `person(width=360, language="ar", dark=True)`."""
    contexts: list[BrowserContext] = []

    def sits_down(
        *,
        width: int = 1200,
        height: int = 900,
        language: str = "en",
        dark: bool = False,
        scripting: bool = True,
        at: WebServer | Wire = server,
    ) -> Page:
        context = chromium.new_context(
            base_url=at.url,
            viewport={"width": width, "height": height},
            locale=language,
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripting,
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        guard.hosts.add(urlsplit(at.url).netloc)
        page = context.new_page()
        guard.watch(page)
        return page

    yield sits_down
    if request.node.stash.get(FAILED, False):
        RESULTS.mkdir(exist_ok=True)
        for number, page in enumerate(guard.pages, start=1):
            page.screenshot(path=RESULTS / f"{request.node.name}-{number}.png", full_page=True)
    for context in contexts:
        context.close()


def axe(page: Page) -> None:
    """Fail unless axe finds no barrier on the page as it is now."""
    # Evaluated from outside, so the page's own policy need not allow it.
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run({resultTypes: ['violations'], preload: false})")["violations"]
    assert [
        f"{violation['id']}: {violation['help']}: {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
    ] == [], page.url


def fits(page: Page) -> None:
    """Fail if the page can be scrolled sideways."""
    root = "document.documentElement"
    over = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    assert over <= 0, f"{page.url} is {over} px too wide"
