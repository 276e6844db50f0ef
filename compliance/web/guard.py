"""Every view stands under exactly one permission, written beside it; without one the app does not start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from compliance.access import PERMISSIONS, PUBLIC, allows
from compliance.web import resend, signed_in

View = TypeVar("View", bound=Callable[..., Any])


class UnguardedView(RuntimeError):
    """A view was registered without a permission."""


def permission(name: str) -> Callable[[View], View]:
    """Put a view under the permission `name` of `compliance/access.py`.

    Raises ValueError at import for a name that is not on that page.
    """
    if name not in PERMISSIONS:
        raise ValueError(f"{name!r} is not a permission of compliance/access.py")

    def mark(view: View) -> View:
        if getattr(view, "permission", name) != name:
            raise ValueError(f"{view.__name__} already stands under another permission")
        vars(view)["permission"] = name
        return view

    return mark


def permission_of(app: Flask, endpoint: str) -> str:
    """Return the permission of the view behind `endpoint`. Raises KeyError without one."""
    name: str = vars(app.view_functions[endpoint])["permission"]
    return name


def may_open(endpoint: str) -> bool:
    """Say whether the person of this request may open `endpoint`."""
    return allows(signed_in.actor(), permission_of(current_app, endpoint))


def init_app(app: Flask) -> None:
    """Check the permission of each request before its view is reached."""
    # Flask's own view of files that hold nothing about anybody.
    permission(PUBLIC)(app.view_functions["static"])
    app.before_request(_check)


def require_permissions(app: Flask) -> None:
    """Refuse to go on when a view has no permission: open by accident is the costly mistake."""
    open_views = sorted(
        endpoint for endpoint, view in app.view_functions.items() if not hasattr(view, "permission")
    )
    if open_views:
        raise UnguardedView(
            "These views have no permission; write @permission(...) beside each: "
            + ", ".join(open_views)
        )


def _check() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    needed = permission_of(current_app, request.endpoint)
    if needed == PUBLIC:
        return None
    actor = signed_in.actor()
    if actor is None:
        if request.method in ("GET", "HEAD"):
            return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
        return resend.page("errors/signed_out.html", 401)
    if not allows(actor, needed):
        abort(403)
    return None
