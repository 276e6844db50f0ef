"""What every answer tells the browser: which scripts may run, what may be kept, where we may be framed."""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, g, request

#: One year; sent only where the service is reached by https.
HSTS = "max-age=31536000; includeSubDomains"
#: The only pages a search engine may list.
LISTED = frozenset(
    {
        "public.start",
        "public.privacy",
        "public.accessibility",
        "law.show",
        "self_check.start",
        "for_shops.index",
    }
)

_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def csp_nonce() -> str:
    """Return this answer's nonce: an inline script that carries it may run, no other."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def init_app(app: Flask) -> None:
    """Put the headers on every answer, errors included."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=csp_nonce()))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    # A certificate's link is a secret of its holder: no other site learns where a reader was.
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault(
        "Permissions-Policy",
        "camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), browsing-topics=()",
    )
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", HSTS)
    if request.endpoint == "static":
        # The address carries a hash of the content (see `web/built.py`): it never changes.
        if response.status_code == 200 and "v" in request.args:
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
    headers.setdefault("Cache-Control", "no-store")
    if request.endpoint not in LISTED:
        headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    return response
