import pytest

from config import checks

KEY = "k" * 50


def problems(monkeypatch: pytest.MonkeyPatch, **environ: str) -> list[str]:
    for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"SECRET_KEY": KEY, **environ}.items():
        monkeypatch.setenv(name, value)
    return [str(problem.id) for problem in checks.scaled_out_whole(None)]


def test_redis_without_postgresql_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems(monkeypatch, REDIS_URL="redis://r") == ["flamingo.E001"]


def test_postgresql_without_a_mail_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems(monkeypatch, DATABASE_URL="postgres://u:p@d/x") == ["flamingo.E002"]


def test_embedded_and_scaled_out_are_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {
        "DATABASE_URL": "postgres://u:p@d/x",
        "REDIS_URL": "redis://r",
        "EMAIL_URL": "smtp://m",
    }

    assert problems(monkeypatch) == []
    assert problems(monkeypatch, **whole) == []
