"""Keys are private and made once; a new one signs while the old ones are still believed; an authority
may bring its own; a timestamp is taken where there is one and never needed."""

import datetime
import stat
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

from compliance.documents import DocumentRefused, Rendered, kinds, render
from compliance.documents.conformance import nonconformities
from compliance.documents.keys import (
    Keys,
    KeysRefused,
    open_keys,
    proof_key_id,
    proof_keys,
    public_proof_key,
    root_certificates,
    rotate,
    use_given,
)
from compliance.documents.press import Press
from compliance.documents.signing import open_seal
from compliance.documents.verifying import Outcome, verify_certificate

NOW = datetime.datetime(2026, 10, 5, 9, 0, tzinfo=datetime.UTC)
YEAR = datetime.timedelta(days=365)


def certificate(keys: Keys, press: Press, at: datetime.datetime = NOW, **more: str) -> Rendered:
    seal = open_seal(keys, at, "Norfolk Trading Standards", **more)
    return render(kinds()["certificate"].sample_data(), seal=seal, using=press)


def test_keys_are_private_and_made_once(tmp_path: Path) -> None:
    """Processes that start together end with the same keys."""
    seen: list[Keys] = []
    threads = [Thread(target=lambda: seen.append(open_keys(tmp_path, NOW))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 1
    assert len(seen) == 8
    assert [path.name for path in tmp_path.iterdir()] == ["documents"]
    for path in (tmp_path / "documents").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "documents").stat().st_mode) == 0o700
    assert root_certificates(tmp_path) == [seen[0].root_certificate]
    assert root_certificates(tmp_path / "nowhere") == []
    assert proof_keys(tmp_path / "nowhere") == {}


def test_keys_made_before_there_were_proofs_get_one(tmp_path: Path) -> None:
    open_keys(tmp_path, NOW)
    (tmp_path / "documents" / "proof.key").unlink()
    seen: list[Keys] = []
    threads = [Thread(target=lambda: seen.append(open_keys(tmp_path, NOW))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({keys.proof_key for keys in seen}) == 1
    assert {path.name for path in (tmp_path / "documents").iterdir()} == {
        *("root.key", "root.cer", "signing.key", "signing.cer", "proof.key")
    }


def test_after_a_rotation_the_new_key_signs_and_the_old_one_is_still_believed(
    tmp_path: Path, press: Press
) -> None:
    first = open_keys(tmp_path, NOW)
    before = certificate(first, press)
    second = rotate(tmp_path, NOW)
    assert open_keys(tmp_path, NOW) == second
    assert second.signing_certificate != first.signing_certificate
    assert second.root_certificate == first.root_certificate
    after = certificate(second, press)
    roots = root_certificates(tmp_path)
    assert roots == [first.root_certificate]
    for made in (before, after):
        assert verify_certificate(made.pdf, roots).outcome is Outcome.GENUINE
    assert list(proof_keys(tmp_path)) == [
        proof_key_id(public_proof_key(keys.proof_key)) for keys in (first, second)
    ]
    for _ in range(9):
        newest = rotate(tmp_path, NOW)
    assert open_keys(tmp_path, NOW) == newest  # documents-11 comes after documents-9


def test_there_is_nothing_to_rotate_before_the_first_key(tmp_path: Path) -> None:
    with pytest.raises(KeysRefused, match="no keys yet"):
        rotate(tmp_path, NOW)


def test_a_signing_certificate_that_has_ended_signs_nothing(tmp_path: Path, press: Press) -> None:
    keys = open_keys(tmp_path, NOW)
    with pytest.raises(DocumentRefused, match="The key that signs certificates holds from"):
        certificate(keys, press, at=NOW + 7 * YEAR)
    renewed = rotate(tmp_path, NOW + 7 * YEAR)
    assert certificate(renewed, press, at=NOW + 7 * YEAR)


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def issued(
    name: str,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    signs: bool = True,
    usage: x509.ExtendedKeyUsage | None = None,
    authority: bool | None = None,
    until: datetime.datetime = NOW + 3 * YEAR,
) -> x509.Certificate:
    authority = issuer is None if authority is None else authority
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - YEAR)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=signs,
                key_cert_sign=authority,
                crl_sign=authority,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if usage:
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


class County:
    """A certification authority that a county already has."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = issued("Norfolk County Council root", self.key, None, self.key)
        self.signing_key = ec.generate_private_key(ec.SECP256R1())
        self.signing = issued("Knife sales", self.signing_key, self.root, self.key)

    def files(self, **instead: bytes) -> dict[str, bytes]:
        encoding = serialization.Encoding.PEM
        return {
            "signing_key": pem(self.signing_key),
            "signing_certificate": self.signing.public_bytes(encoding),
            "root_certificate": self.root.public_bytes(encoding),
            **instead,
        }


def test_an_authority_brings_its_own_keys(tmp_path: Path, press: Press) -> None:
    ours = open_keys(tmp_path, NOW)
    before = certificate(ours, press)
    county = County()
    theirs = use_given(tmp_path, **county.files(), now=NOW)
    assert open_keys(tmp_path, NOW) == theirs
    after = certificate(theirs, press)
    roots = root_certificates(tmp_path)
    assert roots == [ours.root_certificate, theirs.root_certificate]
    for made in (before, after):
        assert verify_certificate(made.pdf, roots).outcome is Outcome.GENUINE
    assert verify_certificate(after.pdf, roots[:1]).outcome is Outcome.NOT_OURS
    with pytest.raises(KeysRefused, match="not our own"):
        rotate(tmp_path, NOW)


def test_keys_that_would_not_do_are_refused(tmp_path: Path) -> None:
    county, encoding = County(), serialization.Encoding.PEM
    other = ec.generate_private_key(ec.SECP256R1())
    rsa_key = rsa.generate_private_key(65537, 2048)
    impostor = issued("Norfolk County Council root", other, None, other)
    no_documents = issued("Web server", county.signing_key, county.root, county.key, signs=False)
    for instead, why in (
        ({"signing_key": pem(rsa_key)}, "P-256"),
        ({"signing_key": pem(other)}, "does not belong"),
        ({"signing_key": b"nothing"}, "not PEM"),
        ({"root_certificate": impostor.public_bytes(encoding)}, "did not issue"),
        ({"signing_certificate": no_documents.public_bytes(encoding)}, "non-repudiation"),
    ):
        with pytest.raises(KeysRefused, match=why):
            use_given(tmp_path, **county.files(**instead), now=NOW)
    with pytest.raises(KeysRefused, match="signing certificate does not hold today"):
        use_given(tmp_path, **county.files(), now=NOW + 4 * YEAR)
    for changes, why in (
        ({"until": NOW - YEAR / 2}, "root certificate does not hold today"),
        ({"authority": False}, "not one of a certification authority"),
    ):
        root = issued("Norfolk County Council root", county.key, None, county.key, **changes)
        files = county.files(root_certificate=root.public_bytes(encoding))
        with pytest.raises(KeysRefused, match=why):
            use_given(tmp_path, **files, now=NOW)
    assert not any(tmp_path.iterdir())


@pytest.fixture
def timestamp_url() -> Iterator[str]:
    """The address of a timestamp service on this machine."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    key = rsa.generate_private_key(65537, 2048)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    root = issued("Timestamps root", root_key, None, root_key)
    own = issued("Timestamps", key, root, root_key, usage=usage)
    encoding = serialization.Encoding.DER
    service = DummyTimeStamper(
        asn1_x509.Certificate.load(own.public_bytes(encoding)),
        asn1_keys.PrivateKeyInfo.load(
            key.private_bytes(
                encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        ),
        fixed_dt=NOW,
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = service.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/tsa"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_timestamp_is_taken_where_there_is_a_service(
    tmp_path: Path, press: Press, timestamp_url: str
) -> None:
    keys = open_keys(tmp_path, NOW)
    plain, made = certificate(keys, press), certificate(keys, press, timestamp_url=timestamp_url)
    assert len(made.pdf) > len(plain.pdf) + 10_000
    token = b"060B2A864886F70D010910020E"  # id-aa-signatureTimeStampToken
    assert token in made.pdf
    assert token not in plain.pdf
    assert nonconformities(made.pdf) == []
    roots = [keys.root_certificate]
    assert verify_certificate(made.pdf, roots).outcome is Outcome.GENUINE
    first = made.pdf.index(token)
    for at in range(first, first + 1200, 40):  # within the timestamp itself
        changed = made.pdf[:at] + bytes([made.pdf[at] ^ 1]) + made.pdf[at + 1 :]
        assert verify_certificate(changed, roots).outcome is not Outcome.GENUINE, at


def test_a_service_that_does_not_answer_is_done_without(
    tmp_path: Path, press: Press, caplog: pytest.LogCaptureFixture
) -> None:
    keys = open_keys(tmp_path, NOW)
    made = certificate(keys, press, timestamp_url="http://127.0.0.1:9/tsa")
    assert verify_certificate(made.pdf, [keys.root_certificate]).outcome is Outcome.GENUINE
    assert "Signed without a timestamp" in caplog.text
