"""Our own certification authority: a root, a key that signs and a key for proofs, made at first use
in one private folder, so that a certificate can be checked without trusting anybody but us.

A folder is one generation of keys: `documents`, then `documents-2` and so on. The newest signs; every
one goes on being believed. An authority that has a certification authority of its own brings a
generation that its own root issued.
"""

import base64
import contextlib
import datetime
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_YEARS = 25
SIGNING_YEARS = 6
SERVICE = "Check knife sales"
_GENERATION = re.compile(r"documents(?:-([0-9]+))?")


class KeysRefused(ValueError):
    """Keys that cannot be used, or made; the message says why."""


@dataclass(frozen=True)
class Keys:
    """The key that signs (PKCS 8), its certificate and the root's (all DER), and the key of the
    offline proofs (32 bytes of Ed25519)."""

    signing_key: bytes
    signing_certificate: bytes
    root_certificate: bytes
    proof_key: bytes


def open_keys(folder: Path, now: datetime.datetime) -> Keys:
    """Read the newest keys below `folder` (DATA_DIR/keys); make the first when there are none.

    `now` (aware UTC) is the day new certificates begin. Two processes that start together end with
    the same keys: a set is made aside and moved into place in one step.
    """
    if not _generations(folder):
        # Another process may be faster, and its keys are as good.
        with contextlib.suppress(FileExistsError):
            _put(folder, "documents", lambda place: _make(place, now))
    return _read(_generations(folder)[-1])


def rotate(folder: Path, now: datetime.datetime) -> Keys:
    """Make a new key that signs, under the same root, and a new key for proofs; return them.

    What the older ones signed goes on being genuine. Raises KeysRefused when there is no key yet, or
    when the root is not ours to sign with.
    """
    generations = _generations(folder)
    if not generations:
        raise KeysRefused("There are no keys yet: they are made with the first certificate.")
    newest = generations[-1]
    if not (newest / "root.key").exists():
        raise KeysRefused(
            "The root in use is not our own. Have it issue a new signing certificate, "
            "and bring that with `keys use`."
        )
    return _add(folder, lambda place: _make(place, now, root_from=newest))


def use_given(
    folder: Path,
    *,
    signing_key: bytes,
    signing_certificate: bytes,
    root_certificate: bytes,
    now: datetime.datetime,
) -> Keys:
    """Take keys of an authority's own certification authority into use (each one PEM).

    Raises KeysRefused unless the key is P-256 and unencrypted, belongs to the certificate, and the
    certificate may sign documents, holds at `now` and was issued by the root itself, which holds too
    and may issue certificates.
    """
    try:
        key = serialization.load_pem_private_key(signing_key, password=None)
        certificate = x509.load_pem_x509_certificate(signing_certificate)
        root = x509.load_pem_x509_certificate(root_certificate)
    except (ValueError, TypeError) as error:
        raise KeysRefused(f"One of the files is not PEM without a password: {error}") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise KeysRefused("The signing key must be ECDSA on P-256.")
    if key.public_key() != certificate.public_key():
        raise KeysRefused("The signing key does not belong to the signing certificate.")
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError):
        raise KeysRefused("The root did not issue the signing certificate.") from None
    for what, each in (("signing certificate", certificate), ("root certificate", root)):
        if not each.not_valid_before_utc <= now <= each.not_valid_after_utc:
            raise KeysRefused(f"The {what} does not hold today.")
    if not _may_issue_certificates(root):
        raise KeysRefused(
            "The root certificate is not one of a certification authority: it may not issue others."
        )
    if not _may_sign_documents(certificate):
        raise KeysRefused(
            "The signing certificate must have the key usages digital signature and non-repudiation."
        )

    def write(place: Path) -> None:
        _write(place / "root.cer", root.public_bytes(serialization.Encoding.DER))
        _write(place / "signing.key", _private(key))
        _write(place / "signing.cer", certificate.public_bytes(serialization.Encoding.DER))
        _write(place / "proof.key", _new_proof_key())

    return _add(folder, write)


def root_certificates(folder: Path) -> list[bytes]:
    """The root certificates (DER) that signatures of ours lead to, the newest last; none before the
    first use."""
    roots = [(place / "root.cer").read_bytes() for place in _generations(folder)]
    return list(dict.fromkeys(roots))


def proof_keys(folder: Path) -> dict[str, bytes]:
    """The public keys (32 bytes of Ed25519) of every proof of ours, by their id, the newest last."""
    found = {}
    for place in _generations(folder):
        public = public_proof_key(_read(place).proof_key)
        found[proof_key_id(public)] = public
    return found


def public_proof_key(proof_key: bytes) -> bytes:
    """The public half of a proof key, 32 bytes."""
    private = ed25519.Ed25519PrivateKey.from_private_bytes(proof_key)
    return private.public_key().public_bytes_raw()


def proof_key_id(public: bytes) -> str:
    """What a proof calls the key that made it: eight characters of the public key's SHA-256."""
    return base64.urlsafe_b64encode(hashlib.sha256(public).digest()[:6]).decode()


def _generations(folder: Path) -> list[Path]:
    """The folders of keys, the oldest first."""
    found = []
    if folder.is_dir():
        for path in folder.iterdir():
            if named := _GENERATION.fullmatch(path.name):
                found.append((int(named.group(1) or 1), path))
    return [path for _, path in sorted(found)]


def _read(place: Path) -> Keys:
    proof = place / "proof.key"
    if not proof.exists():  # made before there were proofs
        _write_once(proof, _new_proof_key())
    return Keys(
        (place / "signing.key").read_bytes(),
        (place / "signing.cer").read_bytes(),
        (place / "root.cer").read_bytes(),
        proof.read_bytes(),
    )


def _add(folder: Path, write: Callable[[Path], None]) -> Keys:
    """Put a generation after the newest. Raises KeysRefused when somebody else just did."""
    generations = _generations(folder)
    number = 1
    if generations:
        named = _GENERATION.fullmatch(generations[-1].name)
        assert named
        number = int(named.group(1) or 1) + 1
    name = "documents" if number == 1 else f"documents-{number}"
    try:
        _put(folder, name, write)
    except FileExistsError:
        raise KeysRefused("Somebody else has just changed the keys. Look at them first.") from None
    return _read(folder / name)


def _put(folder: Path, name: str, write: Callable[[Path], None]) -> None:
    """Write a generation aside and move it into place whole. Raises FileExistsError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    try:
        write(aside)
        os.rename(aside, folder / name)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        if (folder / name).exists():
            raise FileExistsError(name) from None
        raise


def _may_issue_certificates(certificate: x509.Certificate) -> bool:
    """Whether it is marked as an authority's and, where it names its usages, signs certificates."""
    try:
        if not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound as missing:
        return missing.oid == x509.KeyUsage.oid


def _may_sign_documents(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.digital_signature and usage.content_commitment


def _new_proof_key() -> bytes:
    return ed25519.Ed25519PrivateKey.generate().private_bytes_raw()


def _make(place: Path, now: datetime.datetime, *, root_from: Path | None = None) -> None:
    root_key, root = _root_of(root_from) if root_from else _new_root(now)
    key = ec.generate_private_key(ec.SECP256R1())
    signing = (
        _builder(_name("documents"), root.subject, key, now, SIGNING_YEARS)
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
    _write(place / "proof.key", _new_proof_key())


def _new_root(now: datetime.datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("root for documents")
    return key, (
        _builder(name, name, key, now, ROOT_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _root_of(place: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = serialization.load_der_private_key((place / "root.key").read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key, x509.load_der_x509_certificate((place / "root.cer").read_bytes())


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


def _write_once(path: Path, content: bytes) -> None:
    """Write a file that another process may be writing too: the first one stays."""
    aside = path.with_name(f".{path.name}-{os.getpid()}-{os.urandom(4).hex()}")
    _write(aside, content)
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
