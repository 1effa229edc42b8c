"""Choose the newest versions that requirements/*.in and package.json allow, and write them down with their hashes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("uv", "base", "dev", "node")


def main() -> None:
    for name in LOCKS:
        print(f"requirements/{name}.txt", flush=True)
        subprocess.run(
            [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--upgrade", "--universal", "--generate-hashes"]
            + ["--no-header", "--no-emit-index-url", "--no-emit-find-links", "--python-version", "3.11"]
            + [f"requirements/{name}.in", "-o", f"requirements/{name}.txt"],
            cwd=ROOT,
            check=True,
        )
    print("package-lock.json", flush=True)
    subprocess.run(["npm", "update", "--package-lock-only", "--loglevel=error"], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
