"""Run every linter and say which of them found something; with --fix, let the formatters mend what they can."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv" / "bin"
BIOME = ["node_modules/.bin/biome"]
BIOME_SAYS = ["--error-on-warnings", "--max-diagnostics=100", "--colors=off"]
CHECKS = {
    "types": [f"{VENV}/mypy"],
    "python": [f"{VENV}/ruff", "check", "."],
    "python layout": [f"{VENV}/ruff", "format", "--diff", "--quiet", "."],
    "who may import whom": [f"{VENV}/lint-imports", "--no-logo"],
    "templates": [f"{VENV}/djlint", "templates", "--lint", "--quiet"],
    "scripts and style sheets": [*BIOME, "ci", *BIOME_SAYS],
    "docker-compose.yml": ["node_modules/.bin/dclint", "docker-compose.yml", "--max-warnings=0"],
    "docker-compose.yml, for safety": [f"{VENV}/compose-lint", "check", "--fail-on=low"],
    "Dockerfile": [f"{VENV}/hadolint", "--failure-threshold=info", "Dockerfile"],
}
MENDS = [
    [f"{VENV}/ruff", "check", "--fix", "--quiet", "."],
    [f"{VENV}/ruff", "format", "--quiet", "."],
    [*BIOME, "check", "--write", *BIOME_SAYS],
]


def run(command: list[str]) -> tuple[bool, str, float]:
    started = time.monotonic()
    env = {**os.environ, "PATH": f"{VENV}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    done = subprocess.run(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return done.returncode == 0, done.stdout, time.monotonic() - started


def check() -> int:
    failed = []
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for name, (fine, output, seconds) in zip(
            CHECKS, pool.map(run, CHECKS.values()), strict=True
        ):
            print(f"{'ok    ' if fine else 'FAILED'}  {name} ({seconds:.1f} s)", flush=True)
            if not fine:
                failed.append(name)
                print(output, flush=True)
    print(f"Found something: {', '.join(failed)}." if failed else "All linters are content.")
    return 1 if failed else 0


def mend() -> int:
    for command in MENDS:
        fine, output, _ = run(command)
        if not fine:
            print(output)
    return 0


if __name__ == "__main__":
    sys.exit(mend() if sys.argv[1:] == ["--fix"] else check())
