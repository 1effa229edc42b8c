"""A headless Chromium from the npm packages, for the browser tests and for screenshots; nothing is installed on the machine.

Set CHROMIUM to the path of another Chromium to use that one.
"""

import os
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

from filelock import FileLock
from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).resolve().parent.parent
# Inside node_modules, so that a newer package starts with an empty folder.
UNPACKED = ROOT / "node_modules" / ".cache" / "chromium"
FONTS = UNPACKED / "fonts.conf"
ARGUMENTS = [
    "--no-sandbox",  # root may not have one, nor may many containers; it opens our own pages only
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]


class NoBrowser(Exception):
    """Chromium is not to be had here; the message says why."""


def unpacked_chromium() -> Path:
    UNPACKED.mkdir(parents=True, exist_ok=True)
    with FileLock(UNPACKED.with_suffix(".lock")):
        done = subprocess.run(
            [ROOT / ".venv" / "bin" / "node", ROOT / "scripts" / "chromium.js", UNPACKED],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise NoBrowser(f"Chromium could not be unpacked: {done.stderr.strip()[-400:]}")
        # The fonts that came along are looked for where they lie; theirs names folders of its own.
        FONTS.write_text(
            f"<fontconfig><dir>{escape(str(UNPACKED / 'fonts'))}</dir>"
            f"<cachedir>{escape(str(UNPACKED / 'font-cache'))}</cachedir></fontconfig>"
        )
    return Path(done.stdout)


def launch(playwright: Playwright) -> Browser:
    """Start a browser. Its libraries and fonts are set for its own process only."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return playwright.chromium.launch(executable_path=chosen, args=ARGUMENTS)
    chromium = unpacked_chromium()
    env: dict[str, str | float | bool] = {
        **os.environ,
        "FONTCONFIG_FILE": str(FONTS),
        "LD_LIBRARY_PATH": str(UNPACKED / "al2023" / "lib"),
    }
    try:
        return playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS, env=env)
    except Exception as error:
        raise NoBrowser(f"Chromium did not start: {str(error)[:400]}") from error
