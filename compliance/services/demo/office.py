"""The demo's letter office: the same as everybody's, but its codes and links can be foretold, so that a
reader of the demo can be told one to try."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from compliance.documents.keys import Keys, open_keys
from compliance.documents.signing import open_seal
from compliance.services.demo.chance import Chance
from compliance.services.lifecycle import access_codes
from compliance.services.lifecycle.issue import Office
from compliance.store.models import Document


@dataclass
class DemoOffice:
    """Issues what the demo issues, each at its own time in the past."""

    public_url: str
    keys: Keys
    chance: Chance
    #: Letters in the order they went out, with the code printed on each.
    codes: list[tuple[Document, str]] = field(default_factory=list)

    def at(self, now: datetime, signer_name: str) -> Office:
        """Return the office as it is at a moment, signing for an authority."""
        return Office(
            public_url=self.public_url,
            seal=open_seal(self.keys, max(now, self._keys_begin), signer_name),
            new_code=self.chance.code,
            new_link=self.chance.link_token,
        )

    def note_code(self, document: Document) -> None:
        """Remember the code that was printed on a letter just issued."""
        self.codes.append((document, access_codes.spaced(self.chance.last_code)))

    @property
    def _keys_begin(self) -> datetime:
        # A signature dated before its own key would prove nothing.
        certificate = x509.load_der_x509_certificate(self.keys.signing_certificate)
        return certificate.not_valid_before_utc + timedelta(hours=1)


def open_office(public_url: str, keys_folder: Path, beginning: datetime, seed: str) -> DemoOffice:
    """Open the office; keys that are not there yet are made as of the demo's first day."""
    return DemoOffice(public_url, open_keys(keys_folder, beginning), Chance(seed))
