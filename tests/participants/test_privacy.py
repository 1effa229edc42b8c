import re
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from urllib.parse import urlencode

from tests.processes import WebServer

CANARY = "canary@example.org"


class Browser:
    """Just enough of one to post forms to a running server."""

    def __init__(self, url: str) -> None:
        self.url = url
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.open = urllib.request.build_opener(cookies)
        self.open.addheaders = [("User-Agent", "Mozilla/5.0 (Canary)")]

    def get(self, path: str) -> str:
        try:
            with self.open.open(self.url + path, timeout=20) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as refused:
            return refused.read().decode()

    def post(self, path: str, **fields: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path))
        assert found is not None
        body = urlencode(fields | {"csrfmiddlewaretoken": found[1]}).encode()
        with self.open.open(self.url + path, body, timeout=20) as answer:
            return str(answer.read().decode())


def test_a_running_server_logs_no_address_and_no_browser(embedded: WebServer) -> None:
    browser = Browser(embedded.url)

    browser.post("/accounts/signup/", email=CANARY)
    browser.post("/accounts/login/", login=CANARY, password="wrong")
    browser.post("/accounts/login/", login="not an address", password="")
    browser.get(f"/outbox/{CANARY}/?address={CANARY}")
    browser.get("/unsubscribe/canary@example.org/")

    log = embedded.log().replace(embedded.url, "")
    assert "Flamingo is here" in log
    assert "canary" not in log.lower()
    assert "127.0.0.1" not in log
