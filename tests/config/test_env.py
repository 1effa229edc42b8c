import re
from dataclasses import fields
from pathlib import Path

import pytest

from config import env

DOCS = Path(env.ROOT, "docs", "configuration.md")
LONG_KEY = "k" * 50


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", DOCS.read_text(), re.MULTILINE)

    assert sorted(documented) == sorted(item.metadata["name"] for item in fields(env.Env))


def test_nothing_else_reads_the_environment() -> None:
    reading = re.compile(r"os\.(environ\b|getenv)")
    readers = {
        str(path.relative_to(env.ROOT))
        for app in ("config", "participants", "workshops", "scenarios")
        for path in Path(env.ROOT, app).rglob("*.py")
        if reading.search(path.read_text().replace('os.environ.setdefault("DJANGO_SETTINGS', ""))
    }

    assert readers == {"config/env.py"}


def test_nothing_set_means_embedded_with_the_demo() -> None:
    read = env.read({})

    assert read.embedded
    assert read.demo


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://u:p@db/flamingo"),
        ("REDIS_URL", "redis://cache"),
        ("EMAIL_URL", "smtp://mail"),
    ],
)
def test_one_server_named_ends_embedded_mode_and_the_demo(name: str, value: str) -> None:
    read = env.read({name: value, "SECRET_KEY": LONG_KEY})

    assert not read.embedded
    assert not read.demo


def test_debug_off_hides_the_demo() -> None:
    assert not env.read({"DEBUG": "false"}).demo


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"),
        ("DATABASE_URL", "mysql://u@db/x"),
        ("REDIS_URL", "http://cache"),
        ("EMAIL_URL", "smtp://mail:not-a-port"),
        ("SITE_URL", "ftp://here"),
    ],
)
def test_a_value_we_cannot_use_is_named(name: str, value: str) -> None:
    with pytest.raises(env.BadSetting, match=name):
        env.read({name: value, "SECRET_KEY": LONG_KEY})


def test_scaling_out_needs_a_long_secret_key() -> None:
    with pytest.raises(env.BadSetting, match="SECRET_KEY"):
        env.read({"DATABASE_URL": "postgres://u:p@db/flamingo", "SECRET_KEY": "short"})


def test_the_embedded_secret_key_is_made_once_and_readable_by_its_owner_only(
    tmp_path: Path,
) -> None:
    read = env.read({"FLAMINGO_DATA_DIR": str(tmp_path / "with a space")})

    key = env.secret_key(read)

    assert len(key) >= 50
    assert env.secret_key(read) == key
    assert (read.data_dir / "secret-key").stat().st_mode & 0o077 == 0
    assert [path.name for path in read.data_dir.iterdir()] == ["secret-key"]
