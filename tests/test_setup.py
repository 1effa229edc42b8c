"""Setting up: quick when done, one sentence when it fails, and whole again after the next run."""

from pathlib import Path

import pytest
import setup


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was made, in order, by two steps in a folder of their own."""
    log: list[str] = []

    def step(name: str) -> setup.Step:
        return setup.Step(
            title=f"making the {name}",
            stamp=tmp_path / name / "stamp",
            made_from=lambda: (tmp_path / "source").read_text() + name,
            make=lambda: log.append(name),
            advice=f"Please mend the {name} and run the same command again.",
        )

    (tmp_path / "source").write_text("one")
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "STEPS", [step("ground"), step("roof")])
    return log


def test_a_second_run_makes_nothing(made: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    setup.main()
    capsys.readouterr()
    setup.main()

    assert made == ["ground", "roof"]
    assert capsys.readouterr() == ("", "")


def test_a_step_runs_again_when_what_it_is_made_from_changed(
    made: list[str], tmp_path: Path
) -> None:
    setup.main()
    (tmp_path / "source").write_text("two")
    setup.main()

    assert made == ["ground", "roof", "ground", "roof"]


@pytest.mark.parametrize("trouble", [setup.SetupFailed("", "no route"), OSError(28, "disk full")])
def test_a_failed_step_says_what_to_do_and_runs_again_next_time(
    made: list[str],
    trouble: Exception,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ground, roof = setup.STEPS

    def fail() -> None:
        raise trouble

    broken = setup.Step(roof.title, roof.stamp, roof.made_from, fail, roof.advice)
    monkeypatch.setattr(setup, "STEPS", [ground, broken])
    code = setup.main()
    said = capsys.readouterr().err.splitlines()
    monkeypatch.setattr(setup, "STEPS", [ground, roof])

    assert code == 1
    assert said[-1] == "Setting up failed. Please mend the roof and run the same command again."
    assert (setup.main(), made) == (0, ["ground", "roof"])


def test_an_interrupted_set_up_goes_on_where_it_was(
    made: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ground, roof = setup.STEPS

    def interrupt() -> None:
        raise KeyboardInterrupt

    broken = setup.Step(roof.title, roof.stamp, roof.made_from, interrupt, roof.advice)
    monkeypatch.setattr(setup, "STEPS", [ground, broken])
    code = setup.main()
    said = capsys.readouterr().err.strip()
    monkeypatch.setattr(setup, "STEPS", [ground, roof])

    assert code == 130
    assert said == "Setting up was interrupted: run the same command again to go on."
    assert (setup.main(), made) == (0, ["ground", "roof"])


def test_nothing_that_is_locked_names_where_it_comes_from() -> None:
    locks = [*setup.ROOT.glob("requirements/*.txt"), setup.ROOT / "package-lock.json"]
    words = ("--index-url", "--extra-index-url", "--find-links", "file://", '"resolved"')

    assert len(locks) == 5
    assert [(path.name, word) for path in locks for word in words if word in path.read_text()] == []
