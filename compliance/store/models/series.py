"""Number series: references without holes or twins."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from compliance.store.models.base import Base


class NumberSeries(Base):
    """The next number of one series. Taken with `store.series.next_number`, never by hand."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_number: Mapped[int]
