"""Take the next number of a series, in the transaction of the thing that bears it."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

_TAKE = text(
    "INSERT INTO number_series (name, next_number) VALUES (:name, 2) "
    "ON CONFLICT (name) DO UPDATE SET next_number = number_series.next_number + 1 "
    "RETURNING next_number - 1"
)


def next_number(session: Session, name: str) -> int:
    """Return the next number of the series `name`, from 1.

    The row stays locked until the transaction ends: rolled back, the number is given again, so
    a series has no hole; committed, nobody else can have it. Call it late in a transaction, for
    others wait.
    """
    session.flush()
    number: int = session.execute(_TAKE, {"name": name}).scalar_one()
    return number
