"""The objects of a finished PDF, written once and put into other PDFs as they are."""

from typing import Any

import pydyf  # type: ignore[import-untyped]


class Frozen(pydyf.Object):
    """An object that is written as it was."""

    def __init__(self, written: Any) -> None:
        """Write `written` now, for good."""
        super().__init__()
        self.number, self.generation = written.number, written.generation
        self.content: bytes = written.data
        self.may_be_packed: bool = written.compressible

    @property
    def data(self) -> bytes:
        """What is between the number of the object and its end."""
        return self.content

    @property
    def compressible(self) -> bool:
        """Whether it may be packed with others."""
        return self.may_be_packed
