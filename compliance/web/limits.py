"""How often one address may try: the outer wall against guessing and flooding.

The counts live in the memory of each worker unless RATELIMIT_STORAGE_URI names a shared store.
Guessing one person's password or one letter's code is counted by the services, in the database.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address, default_limits=[], strategy="moving-window")


def tries(amount: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Limit the POSTs of a view from one address to `amount`, such as `30 per 15 minutes`."""
    return limiter.limit(amount, methods=["POST"], error_message="too many tries")


def looks(amount: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Limit every request of a view from one address to `amount`."""
    return limiter.limit(amount)


def init_app(app: Flask) -> None:
    """Register the limiter."""
    app.config.setdefault(
        "RATELIMIT_STORAGE_URI", os.environ.get("RATELIMIT_STORAGE_URI", "memory://")
    )
    limiter.init_app(app)
