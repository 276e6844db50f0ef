"""A timestamp of somebody else (RFC 3161) on our signature, where the operator of the service wants
one: it vouches that the signature was there at its moment. Nothing else ever needs it."""

import asyncio
import urllib.request

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

SECONDS = 5.0
MOST_BYTES = 64 * 1024


class UrlTimeStamper(TimeStamper):
    """Asks the service at an address, over HTTP."""

    def __init__(self, url: str) -> None:
        """`url` begins with http:// or https:// (the settings see to it)."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Send a request and return the answer. Raises TimestampRequestError without one."""
        return tsp.TimeStampResp.load(await asyncio.to_thread(self._answer, req.dump()))

    def _answer(self, request: bytes) -> bytes:
        asked = urllib.request.Request(  # noqa: S310
            self._url, request, {"Content-Type": "application/timestamp-query"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310
                if answer.headers.get_content_type() != "application/timestamp-reply":
                    raise TimestampRequestError("the service answered with something else")
                content: bytes = answer.read(MOST_BYTES)
        except OSError as error:
            raise TimestampRequestError(f"the service did not answer: {error}") from error
        return content
