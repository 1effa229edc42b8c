"""The walls of the house stand: each import that pyproject.toml forbids is seen when somebody writes it."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from tests.processes import ROOT

APPS = ("config", "scenarios", "workshops", "participants")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
Import = tuple[str, str]


def refused(forbidden: Iterable[Import], house: Path) -> set[Import]:
    """Which imports the linter refuses in a copy of the house where each of these was written."""
    shutil.copy(ROOT / "pyproject.toml", house)
    for app in APPS:
        shutil.copytree(ROOT / app, house / app, ignore=shutil.ignore_patterns("__pycache__"))
    for importer, imported in forbidden:
        for module in (importer, imported):
            if module.split(".")[0] in APPS:
                source(house, module).touch()
        with source(house, importer).open("a") as file:
            file.write(f"\nimport {imported}\n")
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"],
        cwd=house,
        capture_output=True,
        text=True,
    )
    found = re.findall(
        r"^-?\s*(\S+) (?:is not allowed to import|->) (\S+)", done.stdout, re.MULTILINE
    )
    assert done.returncode == bool(found), done.stdout + done.stderr
    return {(importer, imported.rstrip(":")) for importer, imported in found}


def source(house: Path, module: str) -> Path:
    """Where the module is or, if it is still to come, would be."""
    path = house / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def adjacent(layers: list[str]) -> list[Import]:
    """From each layer into the one above it."""
    names = [re.findall(r"\w+", layer) for layer in layers]
    return [
        (lower, upper) for above, below in pairwise(names) for lower in below for upper in above
    ]


def test_the_house_as_it_is_breaks_no_contract(tmp_path: Path) -> None:
    assert refused([], tmp_path) == set()


def test_no_app_imports_one_above_it(tmp_path: Path) -> None:
    forbidden = adjacent(CONTRACTS[0]["layers"])

    assert len(forbidden) == 3
    assert refused(forbidden, tmp_path) >= set(forbidden)


def test_no_module_imports_what_stands_above_it_in_its_app(tmp_path: Path) -> None:
    upwards = adjacent(CONTRACTS[1]["layers"])
    forbidden = [
        (f"{app}.{lower}", f"{app}.{upper}")
        for app in CONTRACTS[1]["containers"]
        for lower, upper in upwards
    ]

    assert {app for app, _ in forbidden} >= {"workshops.models", "scenarios.live"}
    assert refused(forbidden, tmp_path) >= set(forbidden)


def test_the_live_core_and_the_analysis_import_no_framework(tmp_path: Path) -> None:
    forbidden = [
        (module, framework)
        for module in CONTRACTS[2]["source_modules"]
        for framework in CONTRACTS[2]["forbidden_modules"]
    ]

    assert ("scenarios.live.changeset", "django") in forbidden
    assert refused(forbidden, tmp_path) >= set(forbidden)
