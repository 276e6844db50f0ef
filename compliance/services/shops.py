"""A shop as a trial counts it: an operator at a premises."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Shop:
    """An operator at a premises; 0 where nobody was recorded as trading."""

    premises_id: int
    operator_id: int
