"""The check at the door of a service that changes something."""

from __future__ import annotations

from compliance.access import Actor, allows
from compliance.services.errors import Refused


def require(actor: Actor, permission: str) -> None:
    """Raise Refused unless `actor` holds `permission`."""
    if not allows(actor, permission):
        raise Refused("Your role does not allow this. Ask an administrator of your authority.")
