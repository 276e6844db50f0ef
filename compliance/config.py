"""Settings: read once from the environment, with a safe local default for each."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_PORT = 8000


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it and says what to write instead."""


@dataclass(frozen=True)
class Settings:
    """What the service needs to know about the place it runs in.

    Making one touches no disk: the folder and the secret key are made when they are first used,
    so a command that needs neither runs anywhere.
    """

    database_url: str
    public_url: str
    data_dir: Path
    port: int
    given_secret_key: str | None = None
    #: How many proxies of ours stand before the service: their X-Forwarded-* are believed.
    trusted_proxies: int = 0
    #: The address of a timestamp service (RFC 3161) for certificates; empty: none is asked.
    timestamp_url: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read DATABASE_URL, PUBLIC_URL, DATA_DIR, SECRET_KEY, PORT, TRUSTED_PROXIES and TIMESTAMP_URL.

        Raises SettingsError for a value that cannot be used.
        """
        env = os.environ if environment is None else environment
        data_dir = Path(env.get("DATA_DIR") or "instance").resolve()
        port = _port(env.get("PORT"))
        return cls(
            database_url=_database_url(env.get("DATABASE_URL"), data_dir),
            public_url=_public_url(env.get("PUBLIC_URL"), port),
            data_dir=data_dir,
            port=port,
            given_secret_key=_secret_key(env.get("SECRET_KEY")),
            trusted_proxies=_trusted_proxies(env.get("TRUSTED_PROXIES")),
            timestamp_url=_timestamp_url(env.get("TIMESTAMP_URL")),
        )

    def ensure_data_dir(self) -> Path:
        """Return the folder for the service's own files, made on first use and private to it."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.data_dir

    @property
    def secret_key(self) -> str:
        """The key given, or one kept in `secret_key` below the data folder, made on first use."""
        if self.given_secret_key:
            return self.given_secret_key
        path = self.ensure_data_dir() / "secret_key"
        try:
            # O_EXCL: two workers starting together must end with the same key.
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _wait_for_key(path)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            key = secrets.token_hex(32)
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        return key


def _wait_for_key(path: Path) -> str:
    """Read a key that another worker may still be writing."""
    import time

    for _ in range(50):
        key = path.read_text(encoding="ascii").strip()
        if len(key) == 64:
            return key
        time.sleep(0.02)
    raise SettingsError(f"{path} does not hold a whole key. Delete the file and start again.")


def _database_url(given: str | None, data_dir: Path) -> str:
    if not given:
        return f"sqlite:///{data_dir / 'check-knife-sales.db'}"
    scheme, _, rest = given.partition("://")
    if scheme in ("postgres", "postgresql"):
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite":
        return _absolute_sqlite(rest)
    if scheme == "postgresql+psycopg":
        return given
    raise SettingsError(
        "DATABASE_URL must begin with sqlite:/// or postgresql:// "
        f"(it begins with {scheme!r} and is {len(given)} characters long)."
    )


def _absolute_sqlite(rest: str) -> str:
    # A relative path means "from where the command was typed", whatever folder Flask prefers.
    path = rest.removeprefix("/")
    if path in ("", ":memory:"):
        return "sqlite:///:memory:"
    return f"sqlite:///{Path(path).resolve()}"


def _public_url(given: str | None, port: int) -> str:
    url = (given or f"http://localhost:{port}").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(
            "PUBLIC_URL must be the address people type, such as https://knives.example.gov.uk"
        )
    return url


def _port(given: str | None) -> int:
    if not given:
        return DEFAULT_PORT
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= 65535):
        raise SettingsError(f"PORT must be a whole number from 1 to 65535, not {given!r}")
    return int(given)


def _trusted_proxies(given: str | None) -> int:
    if not given:
        return 0
    if given not in ("0", "1", "2", "3"):
        raise SettingsError(f"TRUSTED_PROXIES must be 0, 1, 2 or 3, not {given!r}")
    return int(given)


def _timestamp_url(given: str | None) -> str:
    if not given:
        return ""
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(
            "TIMESTAMP_URL must be the address of a timestamp service, such as "
            "https://timestamps.example/tsa"
        )
    return given


def _secret_key(given: str | None) -> str | None:
    if not given:
        return None
    if len(given) < 32:
        raise SettingsError("SECRET_KEY must be at least 32 characters long")
    return given
