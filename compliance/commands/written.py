"""How a command writes a file: in its place whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from compliance.commands.stopping import Unusable


def write_whole(target: Path, content: bytes) -> None:
    """Put `content` at `target`. Raises Unusable, naming the file, when it cannot be written."""
    try:
        handle, aside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(aside, 0o644)
            os.replace(aside, target)
        except OSError:
            os.unlink(aside)
            raise
    except OSError as error:
        raise Unusable(f"{target} cannot be written: {error.strerror}.") from None
