"""One thing that stops a release."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that stops a release: where (``file:line``), and what, in plain words."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"
