"""Built files: their addresses carry a hash of the content, so a browser keeps them for good; they travel compressed."""

from __future__ import annotations

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from flask import Response, current_app, request, url_for
from werkzeug.security import safe_join


def built(name: str) -> str:
    """Return the address of `static/dist/<name>`, without a hash while it is not built."""
    path = Path(current_app.static_folder or "") / "dist" / name
    version = _hash(path, path.stat().st_mtime_ns) if path.is_file() else None
    return url_for("static", filename=f"dist/{name}", v=version)


def compressed(folder: str, filename: str) -> str | None:
    """Return the name of the gzip twin of a built file, None where there is none or it is not wanted.

    `filename` is as asked for, below `folder`; what the browser accepts is read from the request.
    """
    twin = f"{filename}.gz"
    path = safe_join(folder, twin) if filename.startswith("dist/") else None
    wanted = request.accept_encodings["gzip"] > 0
    return twin if wanted and path and Path(path).is_file() else None


def say_compressed(response: Response, filename: str) -> Response:
    """Tell the browser what the twin of `filename` holds."""
    response.mimetype = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


@cache
def _hash(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
