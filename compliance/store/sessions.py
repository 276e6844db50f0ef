"""What gives work its transactions, one for each of its parts, so that nobody waits for the whole of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

#: Gives a session of its own transaction; `writes=False` for one that only reads.
Sessions = Callable[..., AbstractContextManager[Session]]
