"""`keys` as a person at a terminal meets it."""

import re
from pathlib import Path

import pytest
import time_machine
from click.testing import Result
from cryptography import x509
from flask import Flask

from compliance.app import create_app
from compliance.config import Settings, SettingsError
from compliance.documents.keys import proof_keys, root_certificates
from tests.documents.test_keys import NOW, County


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return create_app(Settings.from_environment({"DATA_DIR": str(tmp_path / "data")}))


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["keys", *arguments])


def test_the_root_is_written_for_whoever_checks_a_certificate(app: Flask, tmp_path: Path) -> None:
    target = tmp_path / "root.pem"
    result = run(app, "export", str(target))
    assert result.exit_code == 0, result.output
    root = x509.load_pem_x509_certificate(target.read_bytes())
    folder = tmp_path / "data" / "keys"
    assert root == x509.load_der_x509_certificate(root_certificates(folder)[0])
    assert b"PRIVATE" not in target.read_bytes()
    (name,) = proof_keys(folder)
    assert re.search(rf"^proof key {name} [A-Za-z0-9+/]{{43}}=$", result.output, re.MULTILINE)
    assert re.search(r"^SHA-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$", result.output, re.MULTILINE)
    assert run(app, "export", str(tmp_path / "no" / "root.pem")).exit_code == 2


def test_a_new_key_is_made_and_the_root_stays(app: Flask, tmp_path: Path) -> None:
    empty = run(app, "rotate")
    assert (empty.exit_code, "no keys yet" in empty.output) == (2, True)
    run(app, "export", str(tmp_path / "first.pem"))
    assert run(app, "rotate").exit_code == 0
    after = run(app, "export", str(tmp_path / "second.pem"))
    assert after.output.count("proof key") == 2
    assert (tmp_path / "first.pem").read_bytes() == (tmp_path / "second.pem").read_bytes()


@time_machine.travel(NOW)  # the county's certificates do not hold for ever
def test_an_authority_brings_its_own(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    county, paths = County(), {}
    for name, content in county.files().items():
        paths[name] = tmp_path / name
        paths[name].write_bytes(content)
    given = ["--certificate", str(paths["signing_certificate"])]
    given += ["--root", str(paths["root_certificate"])]
    wrong = run(app, "use", "--key", str(paths["root_certificate"]), *given)
    assert (wrong.exit_code, "PEM" in wrong.output) == (2, True)
    missing = run(app, "use", "--key", str(tmp_path / "nothing"), *given)
    assert (missing.exit_code, "cannot be read" in missing.output) == (2, True)
    used = run(app, "use", "--key", str(paths["signing_key"]), *given)
    assert used.exit_code == 0, used.output
    assert "CN=Knife sales" in used.output
    target = tmp_path / "root.pem"
    assert "Norfolk County Council root" in run(app, "export", str(target)).output
    assert target.read_bytes() == county.files()["root_certificate"]


def test_the_address_of_timestamps_is_an_address() -> None:
    settings = Settings.from_environment({"TIMESTAMP_URL": "https://timestamps.example/tsa"})
    assert settings.timestamp_url == "https://timestamps.example/tsa"
    assert Settings.from_environment({}).timestamp_url == ""
    for given in ("timestamps.example", "file:///etc/passwd", "ftp://timestamps.example"):
        with pytest.raises(SettingsError, match="TIMESTAMP_URL"):
            Settings.from_environment({"TIMESTAMP_URL": given})
