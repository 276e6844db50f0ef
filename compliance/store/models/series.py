"""Number series: references without holes or twins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from compliance.store.models.base import Base


class NumberSeries(Base):
    """The next number of one series. Taken with `store.series`, never by hand."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_number: Mapped[int]


class ReservedNumber(Base):
    """A number kept for somebody who is still making the thing that will bear it.

    Freed, or past its moment, it is the first that is given again: so nothing that failed leaves a hole.
    """

    __tablename__ = "reserved_numbers"

    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[str]
    until: Mapped[datetime]
