"""Chance that comes out the same each time: ids, codes and links of the demo, from a fixed seed.

Only the demo may do this. What is guessable here protects nothing: the codes are printed on letters about
shops that do not exist.
"""

from __future__ import annotations

import base64
import random
import uuid

from compliance.services.lifecycle import access_codes
from compliance.services.lifecycle.access_codes import LINK_BYTES


class Chance:
    """One run's supply, the same in the same order."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        #: The code given last, for the letter that is being issued.
        self.last_code = ""

    def visit_id(self) -> str:
        """Return a new id for a visit."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def code(self) -> str:
        """Return a new access code."""
        self.last_code = "".join(self._random.choices(access_codes.ALPHABET, k=access_codes.LENGTH))
        return self.last_code

    def link_token(self) -> str:
        """Return a new token for the public link of a certificate."""
        return base64.urlsafe_b64encode(self._random.randbytes(LINK_BYTES)).decode().rstrip("=")
