"""Opening the seal that signs certificates. What signs is loaded only then: most processes never
sign, and the library is slow to start."""

import datetime

from compliance.documents.keys import Keys
from compliance.documents.render import Seal


def open_seal(
    keys: Keys, at: datetime.datetime, signer_name: str = "", *, timestamp_url: str = ""
) -> Seal:
    """A seal that states the moment `at` (aware) and the authority's name; with an address, a
    timestamp service (RFC 3161) vouches for the moment too."""
    from compliance.documents.pades import DocumentSeal
    from compliance.documents.timestamps import UrlTimeStamper

    timestamps = UrlTimeStamper(timestamp_url) if timestamp_url else None
    return DocumentSeal(keys, at=at, signer_name=signer_name, timestamps=timestamps)
