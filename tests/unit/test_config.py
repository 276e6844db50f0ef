"""Settings: safe defaults that touch no disk until used, and clear words for what cannot be used."""

from __future__ import annotations

import runpy
import stat
from pathlib import Path

import pytest

from compliance.app import ROOT
from compliance.config import Settings, SettingsError


def read(folder: Path, **given: str) -> Settings:
    """Read settings with `folder` for the service's own files."""
    return Settings.from_environment({"DATA_DIR": str(folder), **given})


def test_reading_settings_touches_no_disk(tmp_path: Path) -> None:
    settings = read(tmp_path / "data")
    assert settings.database_url == f"sqlite:///{tmp_path}/data/check-knife-sales.db"
    assert settings.public_url == "http://localhost:8000"
    assert not (tmp_path / "data").exists()


def test_a_secret_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = read(tmp_path / "data")
    key = settings.secret_key
    assert len(key) == 64
    assert read(tmp_path / "data").secret_key == key
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_key_given_is_used_and_none_is_made(tmp_path: Path) -> None:
    assert read(tmp_path / "data", SECRET_KEY="k" * 32).secret_key == "k" * 32
    assert not (tmp_path / "data").exists()


def test_half_a_key_file_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("half")
    with pytest.raises(SettingsError, match="whole key"):
        _ = read(tmp_path).secret_key


@pytest.mark.parametrize(
    "given, url",
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////srv/knives.db", "sqlite:////srv/knives.db"),
        ("sqlite:///knives.db", f"sqlite:///{Path.cwd()}/knives.db"),
        ("sqlite://", "sqlite:///:memory:"),
    ],
)
def test_a_database_url_as_people_write_it(tmp_path: Path, given: str, url: str) -> None:
    assert read(tmp_path, DATABASE_URL=given).database_url == url


@pytest.mark.parametrize(
    "given, words",
    [
        ({"DATABASE_URL": "mysql://u:secret@h/d"}, "DATABASE_URL must begin with"),
        ({"PUBLIC_URL": "knives.example"}, "PUBLIC_URL must be"),
        ({"PUBLIC_URL": "ftp://knives.example"}, "PUBLIC_URL must be"),
        ({"PORT": "http"}, "PORT must be a whole number"),
        ({"PORT": "70000"}, "PORT must be a whole number"),
        ({"SECRET_KEY": "short"}, "at least 32 characters"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, given: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        read(tmp_path, **given)
    assert "secret" not in str(caught.value)


def test_a_setting_that_cannot_be_used_ends_the_start_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://u:secret@h/d")
    with pytest.raises(SystemExit, match="cannot start: DATABASE_URL must begin with"):
        runpy.run_path(str(ROOT / "wsgi.py"))
