"""Our own certification authority: a root and a signing key, made at first use in one private
folder, so that a certificate can be checked without trusting anybody but us."""

import datetime
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_YEARS = 25
SIGNING_YEARS = 6
SERVICE = "Check knife sales"


@dataclass(frozen=True)
class Keys:
    """The key that signs (PKCS 8), its certificate and the root's (all DER)."""

    signing_key: bytes
    signing_certificate: bytes
    root_certificate: bytes


def open_keys(folder: Path, now: datetime.datetime) -> Keys:
    """Read the keys below `folder` (DATA_DIR/keys); make them when there are none.

    `now` (aware UTC) is the day new certificates begin. Two processes that start together end with
    the same keys: a set is made aside and moved into place in one step.
    """
    place = folder / "documents"
    if not place.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
        try:
            _make(aside, now)
            os.rename(aside, place)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)
            if not place.exists():
                raise
    return Keys(
        (place / "signing.key").read_bytes(),
        (place / "signing.cer").read_bytes(),
        (place / "root.cer").read_bytes(),
    )


def root_certificates(folder: Path) -> list[bytes]:
    """The root certificates (DER) that signatures of ours lead to; none before the first use."""
    path = folder / "documents" / "root.cer"
    return [path.read_bytes()] if path.exists() else []


def _make(place: Path, now: datetime.datetime) -> None:
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = _name("root for documents")
    root = (
        _builder(root_name, root_name, root_key, now, ROOT_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    key = ec.generate_private_key(ec.SECP256R1())
    signing = (
        _builder(_name("documents"), root_name, key, now, SIGNING_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
            critical=False,
        )
        .sign(root_key, hashes.SHA256())
    )
    _write(place / "root.key", _private(root_key))
    _write(place / "root.cer", root.public_bytes(serialization.Encoding.DER))
    _write(place / "signing.key", _private(key))
    _write(place / "signing.cer", signing.public_bytes(serialization.Encoding.DER))


def _name(what: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{SERVICE}, {what}")])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime.datetime,
    years: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
