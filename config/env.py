"""Everything Flamingo reads from the environment, typed; docs/configuration.md lists the same names.

With nothing set, Flamingo runs *embedded*: one process, SQLite, mail kept in a local outbox.
"""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent


class BadSetting(ValueError):
    """A variable's value cannot be used; the message says which one and what it takes."""


def variable(name: str, help: str, default: Any) -> Any:
    """A field read from the environment variable `name`."""
    return field(default=default, metadata={"name": name, "help": help})


@dataclass(frozen=True, kw_only=True)
class Env:
    database_url: str = variable(
        "DATABASE_URL", "PostgreSQL, as postgres://user:password@host:5432/name", ""
    )
    redis_url: str = variable("REDIS_URL", "Redis or Valkey, as redis://host:6379/0", "")
    email_url: str = variable(
        "EMAIL_URL",
        "The mail server, as smtp://user:password@host:587, smtp+tls:// or smtp+ssl://",
        "",
    )
    secret_key: str = variable(
        "SECRET_KEY", "At least 50 random characters; needed when not embedded", ""
    )
    debug: bool = variable(
        "DEBUG", "false hides the demo and its one-click sign-in; ignored unless embedded", True
    )
    site_url: str = variable(
        "SITE_URL", "Where people reach Flamingo; used in mails", "http://127.0.0.1:8000"
    )
    allowed_hosts: tuple[str, ...] = variable(
        "ALLOWED_HOSTS", "Further host names, separated by commas", ()
    )
    mail_from: str = variable("MAIL_FROM", "The sender of mails", "Flamingo <flamingo@localhost>")
    source_url: str = variable(
        "SOURCE_URL", "Where the source of what runs here can be had, as its licence asks", ""
    )
    data_dir: Path = variable(
        "FLAMINGO_DATA_DIR", "Where embedded mode keeps its data", ROOT / "var"
    )

    @property
    def embedded(self) -> bool:
        return not (self.database_url or self.redis_url or self.email_url)

    @property
    def demo(self) -> bool:
        return self.embedded and self.debug


def read(environ: Mapping[str, str] = os.environ) -> Env:
    """Read and check every variable; raises BadSetting."""
    values: dict[str, Any] = {}
    for item in fields(Env):
        raw = environ.get(item.metadata["name"], "").strip()
        if raw:
            values[item.name] = _convert(item.metadata["name"], raw, item.default)
    env = Env(**values)
    if not env.embedded and len(env.secret_key) < 50:
        raise BadSetting("SECRET_KEY must hold at least 50 characters when Flamingo is scaled out.")
    return env


def secret_key(env: Env) -> str:
    """The key from the environment or, embedded, one kept beside the data."""
    if env.secret_key:
        return env.secret_key
    path = env.data_dir / "secret-key"
    if not path.exists():
        env.data_dir.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # whole or not at all, whoever else starts now
        fresh.unlink()
    return path.read_text()


def _convert(name: str, raw: str, default: Any) -> Any:
    if isinstance(default, bool):
        if raw.lower() in {"1", "true", "yes", "on"}:
            return True
        if raw.lower() in {"0", "false", "no", "off"}:
            return False
        raise BadSetting(f"{name} takes true or false.")
    if isinstance(default, tuple):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    if isinstance(default, Path):
        return Path(raw).expanduser().resolve()
    if name.endswith("_URL"):
        _check_url(name, raw)
    return raw.rstrip("/") if name == "SITE_URL" else raw


def _check_url(name: str, raw: str) -> None:
    schemes = {
        "DATABASE_URL": {"postgres", "postgresql"},
        "REDIS_URL": {"redis", "rediss", "unix"},
        "EMAIL_URL": {"smtp", "smtp+tls", "smtp+ssl"},
        "SITE_URL": {"http", "https"},
        "SOURCE_URL": {"http", "https"},
    }[name]
    try:
        parts = urlsplit(raw)
        parts.port  # noqa: B018  (raises on a bad port)
    except ValueError as error:
        raise BadSetting(f"{name} is not an address we can read.") from error
    if parts.scheme not in schemes:
        raise BadSetting(f"{name} must begin with one of: {', '.join(sorted(schemes))}.")
