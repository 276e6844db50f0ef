"""`keys`: what signs certificates, what others need to check them, and a new key when it is time."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import click
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from flask.cli import with_appcontext

from compliance.commands.stopping import Unusable
from compliance.commands.written import write_whole
from compliance.documents import keys as kept
from compliance.documents.keys import Keys, KeysRefused
from compliance.web.application import settings_in_use

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("keys")
def group() -> None:
    """The keys that sign certificates, kept in DATA_DIR/keys."""


@group.command("export")
@click.argument("target", metavar="FILE", type=_FILE)
@with_appcontext
def export(target: Path) -> None:
    """Write the root certificate (PEM), and print the public keys of the offline proofs.

    With the file any PDF reader can tell whether a certificate is signed by us; with the public keys
    (Ed25519, base64, by their id) anybody can check the large square code. The keys are made if there
    are none yet.

    Exit status: 0 written; 2 the file cannot be written.
    """
    folder = _folder()
    root = x509.load_der_x509_certificate(kept.open_keys(folder, _now()).root_certificate)
    write_whole(target, root.public_bytes(serialization.Encoding.PEM))
    click.echo(f"{target}: {_name(root)}, until {root.not_valid_after_utc:%Y-%m-%d}")
    click.echo(f"SHA-256 {root.fingerprint(hashes.SHA256()).hex(':').upper()}")
    for name, public in kept.proof_keys(folder).items():
        click.echo(f"proof key {name} {base64.b64encode(public).decode()}")


@group.command("rotate")
@with_appcontext
def rotate() -> None:
    """Make a new signing key and a new key for proofs, under the same root.

    What was signed before goes on being genuine. Running workers take the new keys at once.

    Exit status: 0 made; 2 not possible, and the message says why.
    """
    try:
        made = kept.rotate(_folder(), _now())
    except KeysRefused as refused:
        raise Unusable(str(refused)) from None
    _tell(made)


@group.command("use")
@click.option("--key", "key", required=True, type=_FILE, help="The signing key, P-256, PEM.")
@click.option("--certificate", required=True, type=_FILE, help="Its certificate, PEM.")
@click.option("--root", required=True, type=_FILE, help="The root that issued it, PEM.")
@with_appcontext
def use(key: Path, certificate: Path, root: Path) -> None:
    """Sign with a key of your own certification authority from now on; it is copied into DATA_DIR/keys.

    What was signed before goes on being genuine.

    Exit status: 0 in use; 2 a file cannot be used, and the message says why.
    """
    try:
        taken = kept.use_given(
            _folder(),
            signing_key=_content(key),
            signing_certificate=_content(certificate),
            root_certificate=_content(root),
            now=_now(),
        )
    except KeysRefused as refused:
        raise Unusable(str(refused)) from None
    _tell(taken)


def _tell(keys: Keys) -> None:
    signing = x509.load_der_x509_certificate(keys.signing_certificate)
    proof = kept.proof_key_id(kept.public_proof_key(keys.proof_key))
    click.echo(
        f"Certificates are now signed by {_name(signing)}, until "
        f"{signing.not_valid_after_utc:%Y-%m-%d}; proof key {proof}. Back up DATA_DIR/keys."
    )


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()


def _folder() -> Path:
    folder: Path = settings_in_use().ensure_data_dir() / "keys"
    return folder


def _now() -> datetime:
    return datetime.now(UTC)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from None
