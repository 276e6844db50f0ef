"""Addresses of built files, with a hash of their content, so that a browser keeps them for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import current_app, url_for


def built(name: str) -> str:
    """Return the address of `static/dist/<name>`, without a hash while it is not built."""
    path = Path(current_app.static_folder or "") / "dist" / name
    version = _hash(path, path.stat().st_mtime_ns) if path.is_file() else None
    return url_for("static", filename=f"dist/{name}", v=version)


@cache
def _hash(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
