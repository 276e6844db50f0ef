"""A dictionary of a bounded size that keeps what was asked for lately."""

from typing import Any


class Kept:
    """Two generations: what was not asked for while one filled up is forgotten with the next."""

    def __init__(self, most: int) -> None:
        """Hold at most `most` entries."""
        self._half = most // 2
        self._young: dict[Any, Any] = {}
        self._old: dict[Any, Any] = {}

    def get(self, key: Any) -> Any:
        """Return what is kept under `key`, or None."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: Any, value: Any) -> None:
        """Keep `value`, which is not None."""
        if len(self._young) >= self._half:
            self._old = self._young
            self._young = {}
        self._young[key] = value

    def __len__(self) -> int:
        """How many entries are kept."""
        return len(self._young.keys() | self._old.keys())
