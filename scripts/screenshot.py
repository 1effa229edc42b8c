"""Look at a page as a person would: `screenshot.py URL OUT.png [--width 360] [--dark] [--lang ar] [--as EMAIL]`.

Also says what the page got wrong: errors in the console, requests to other hosts, sideways scrolling, barriers
that axe finds. `--as` signs in without a password, by a session made in the database that the environment names
(FLAMINGO_DATA_DIR or DATABASE_URL, as for the server); `--login ROLE` presses the demo's button for that role.
"""

import argparse
import os
import sys
from urllib.parse import urlsplit

from browser import ROOT, launch
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, sync_playwright

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


def session_for(email: str) -> str:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.contrib.auth import (
        BACKEND_SESSION_KEY,
        HASH_SESSION_KEY,
        SESSION_KEY,
        get_user_model,
    )
    from django.contrib.sessions.backends.db import SessionStore

    person = get_user_model().objects.get(email=email)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    assert session.session_key
    return session.session_key


def listen(page: Page, host: str) -> None:
    def console(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            print(f"console: {said.text}")

    def request(request: Request) -> None:
        if urlsplit(request.url).netloc not in (host, ""):
            print(f"other host: {request.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: print(f"error: {error}"))
    page.on("request", request)


def report(page: Page) -> None:
    over = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if over > 0:
        print(f"scrolls sideways by {over} px")
    if AXE.exists():
        page.evaluate(AXE.read_text())  # evaluated from outside: no policy of the page forbids it
        for violation in page.evaluate("axe.run()")["violations"]:
            for node in violation["nodes"][:3]:
                print(f"axe {violation['id']}: {violation['help']}: {node['html'][:160]}")


def open_page(context: BrowserContext, options: argparse.Namespace, host: str) -> Page:
    page = context.new_page()
    listen(page, host)
    if options.login:
        page.goto(f"http://{host}/")
        page.locator(f'button[name="role"][value="{options.login}"]').click()
    answer = page.goto(options.url)
    print(f"{answer.status if answer else '?'} {page.url} {page.title()!r}")
    for selector in options.click:
        page.locator(selector).first.click()
    page.wait_for_timeout(options.wait)
    return page


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("url")
    arguments.add_argument("out")
    arguments.add_argument("--width", type=int, default=1200)
    arguments.add_argument("--height", type=int, default=900)
    arguments.add_argument(
        "--fold", action="store_true", help="only what fits the window, not the whole page"
    )
    arguments.add_argument("--dark", action="store_true")
    arguments.add_argument("--no-script", action="store_true")
    arguments.add_argument("--print", action="store_true", help="as on paper")
    arguments.add_argument("--lang", default="en")
    arguments.add_argument("--as", dest="email", metavar="EMAIL")
    arguments.add_argument("--login", metavar="ROLE")
    arguments.add_argument("--click", action="append", default=[], metavar="SELECTOR")
    arguments.add_argument("--wait", type=int, default=300, metavar="MS")
    options = arguments.parse_args()
    host = urlsplit(options.url).netloc
    session = session_for(options.email) if options.email else None
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(
            viewport={"width": options.width, "height": options.height},
            color_scheme="dark" if options.dark else "light",
            locale=options.lang,
            java_script_enabled=not options.no_script,
        )
        if session:
            context.add_cookies([{"name": "sessionid", "value": session, "url": f"http://{host}/"}])
        page = open_page(context, options, host)
        if options.print:
            page.emulate_media(media="print")
        page.screenshot(path=options.out, full_page=not options.fold)
        if not options.no_script:
            report(page)
        browser.close()


if __name__ == "__main__":
    main()
