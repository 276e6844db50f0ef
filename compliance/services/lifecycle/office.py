"""The office of a running service: its address, and the seal in its data folder, for the web and for workers
alike."""

from __future__ import annotations

from datetime import datetime

from compliance.config import Settings
from compliance.documents.keys import open_keys
from compliance.documents.render import Seal
from compliance.documents.signing import open_seal
from compliance.services.lifecycle.issue import Office


def office_of(public_url: str, settings: Settings) -> Office:
    """Return the office of a service; its seal is opened when a certificate is made, not before.

    The newest keys are read each time, so that a rotation holds at once; the key itself is held open by
    the process.
    """

    def opens(now: datetime, signer_name: str) -> Seal:
        keys = open_keys(settings.ensure_data_dir() / "keys", now)
        return open_seal(keys, now, signer_name, timestamp_url=settings.timestamp_url)

    return Office(public_url, opens=opens)
