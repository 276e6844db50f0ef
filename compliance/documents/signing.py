"""Opening the seal that signs certificates. What signs is loaded only then: most processes never
sign, and the library is slow to start."""

import datetime

from compliance.documents.keys import Keys
from compliance.documents.render import Seal


def open_seal(keys: Keys, at: datetime.datetime, signer_name: str = "") -> Seal:
    """A seal that states the moment `at` (aware) and the authority's name."""
    from compliance.documents.pades import DocumentSeal

    return DocumentSeal(keys, at=at, signer_name=signer_name)
