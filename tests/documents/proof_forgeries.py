"""Ways to forge a proof, tried on the server's reading of proofs and on the page's."""

import base64

from cryptography.hazmat.primitives.asymmetric import ed25519

OTHER_KEY = b"\x07" * 32


def forgeries(proof: str) -> dict[str, str]:
    """Every forgery of a proof, by name."""
    content, signature = proof.split(".")
    lines = _decoded(content).decode().split("\n")
    own_key = ".".join([content, _signed_by_another(lines)])

    def with_line(number: int, line: str) -> str:
        changed = [*lines[:number], line, *lines[number + 1 :]]
        return f"{_encoded(chr(10).join(changed).encode())}.{signature}"

    return {
        "nothing": "",
        "no signature": content,
        "an empty signature": f"{content}.",
        "a signature of zeroes": f"{content}.{_encoded(bytes(64))}",
        "half a signature": f"{content}.{signature[:43]}",
        "three parts": f"{proof}.{signature}",
        "a later last day": with_line(6, "2036-09-20"),
        "another operator": with_line(2, "Someone Else Limited"),
        "another postcode": with_line(3, "NR1 1AA"),
        "another day of the check": with_line(4, "2026-11-20"),
        "another result": with_line(5, "approved"),
        "another version": with_line(0, "CKS2"),
        "an unknown key": with_line(1, "AAAAAAAA"),
        "the name of a property": with_line(1, "__proto__"),
        "signed by another key": own_key,
        "padding": f"{content}==.{signature}",
        "ordinary base64": proof.replace("-", "+").replace("_", "/") + "+",
        "not text": f"{_encoded(bytes([255, 254, 10]) * 9)}.{signature}",
        "very long": f"{'A' * 2000}.{signature}",
        "something else": "https://www.example.org/",
    }


def _signed_by_another(lines: list[str]) -> str:
    """The signature of another key over the same lines, our key's id among them."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(OTHER_KEY)
    return _encoded(key.sign("\n".join(lines).encode()))


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
