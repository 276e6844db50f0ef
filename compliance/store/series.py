"""Take the next number of a series: in the transaction of the thing that bears it, or reserved before
that thing is made."""

from __future__ import annotations

from datetime import datetime
from enum import Enum, auto

from sqlalchemy import ColumnElement, delete, or_, select, text, update
from sqlalchemy.orm import Session

from compliance.store.models.series import ReservedNumber

_TAKE = text(
    "INSERT INTO number_series (name, next_number) VALUES (:name, 2) "
    "ON CONFLICT (name) DO UPDATE SET next_number = number_series.next_number + 1 "
    "RETURNING next_number - 1"
)

#: Holds what was given back. Its moment alone would not do: who read the clock before it was given back,
#: and then waited for the database, would take the next number instead.
_NOBODY = ""


class Lower(Enum):
    """What there is below a number of a series that is not used up."""

    NONE = auto()
    HELD = auto()
    FREE = auto()


def next_number(session: Session, name: str, now: datetime) -> int:
    """Return the next number of the series `name`, from 1: first one that was reserved in vain.

    The row stays locked until the transaction ends: rolled back, the number is given again, so
    a series has no hole; committed, nobody else can have it. Call it late in a transaction, for
    others wait.
    """
    session.flush()
    free = _free(session, name, now)
    if free is not None:
        session.execute(
            delete(ReservedNumber).where(ReservedNumber.name == name, ReservedNumber.number == free)
        )
        return free
    number: int = session.execute(_TAKE, {"name": name}).scalar_one()
    return number


def reserve(session: Session, name: str, holder: str, now: datetime, until: datetime) -> int:
    """Keep a number for `holder` until a moment; commit at once, then make the thing in peace.

    A holder that asks again gets its number again.
    """
    session.flush()
    held = session.scalar(
        select(ReservedNumber.number).where(
            ReservedNumber.name == name, ReservedNumber.holder == holder
        )
    )
    free = held if held is not None else _free(session, name, now)
    if free is not None:
        session.execute(
            update(ReservedNumber)
            .where(ReservedNumber.name == name, ReservedNumber.number == free)
            .values(holder=holder, until=until)
        )
        return free
    number: int = session.execute(_TAKE, {"name": name}).scalar_one()
    session.add(ReservedNumber(name=name, number=number, holder=holder, until=until))
    session.flush()
    return number


def use(session: Session, name: str, number: int, holder: str) -> bool:
    """Use a reserved number up, in the transaction of the thing that bears it.

    Says False, and uses nothing, when it is no longer the holder's.
    """
    used = session.scalar(
        delete(ReservedNumber)
        .where(
            ReservedNumber.name == name,
            ReservedNumber.number == number,
            ReservedNumber.holder == holder,
        )
        .returning(ReservedNumber.number)
    )
    return used is not None


def free(session: Session, holder: str, now: datetime) -> None:
    """Give back what is reserved for a holder: the thing will not be made."""
    session.execute(
        update(ReservedNumber)
        .where(ReservedNumber.holder == holder)
        .values(until=now, holder=_NOBODY)
    )


def lower(session: Session, name: str, number: int, now: datetime) -> Lower:
    """Return what is reserved below `number`: nothing, numbers that are held, or one that is free too."""
    below = select(_is_free(now)).where(ReservedNumber.name == name, ReservedNumber.number < number)
    found = session.scalars(below).all()
    if any(found):
        return Lower.FREE
    return Lower.HELD if found else Lower.NONE


def _free(session: Session, name: str, now: datetime) -> int | None:
    """The lowest number that nobody holds any more, locked."""
    return session.scalar(
        select(ReservedNumber.number)
        .where(ReservedNumber.name == name, _is_free(now))
        .order_by(ReservedNumber.number)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(ReservedNumber.holder == _NOBODY, ReservedNumber.until <= now)
