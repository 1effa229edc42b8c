"""Choose the newest versions that requirements/*.in and package.json allow, and write them down with their hashes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("uv", "base", "dev", "node")
COMPILE = [
    "-m",
    "uv",
    "pip",
    "compile",
    "--upgrade",
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
]
# Which registry they came from is the business of the machine that installs them.
SILENT = ["--quiet", "--no-header", "--no-emit-index-url", "--no-emit-find-links"]


def main() -> None:
    for name in LOCKS:
        print(f"requirements/{name}.txt", flush=True)
        files = [f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
        subprocess.run([sys.executable, *COMPILE, *SILENT, *files], cwd=ROOT, check=True)
    print("package-lock.json", flush=True)
    subprocess.run(
        ["npm", "update", "--package-lock-only", "--loglevel=error"], cwd=ROOT, check=True
    )


if __name__ == "__main__":
    main()
