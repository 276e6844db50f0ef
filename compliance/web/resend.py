"""A form that came too late is shown again as it was typed, so that one press sends it."""

from __future__ import annotations

from flask import Response, current_app, make_response, request

from compliance.web import languages

#: Never written back into a page.
SECRET_WORDS = ("password", "csrf_token")


def typed_fields() -> list[tuple[str, str]]:
    """Return what was typed, as name and value, secrets left out.

    Empty when the form did not come from our own pages: a stranger's words must not end in a
    page of ours with a button under them.
    """
    if not _from_our_pages():
        return []
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not any(word in name.lower() for word in SECRET_WORDS)
    ]


def page(template: str, status: int) -> Response:
    """Render `template` with the typed fields; it may offer to send them again."""
    fields = typed_fields()
    page = languages.trouble(
        template,
        status=status,
        # The other language would be asked for without what was typed.
        switch=not fields,
        fields=fields,
        target=request.full_path.rstrip("?"),
    )
    return make_response(page, status)


def _from_our_pages() -> bool:
    origin = request.headers.get("Origin")
    if origin:
        # Behind a proxy that ends https, only the public address carries the right scheme.
        return origin in (request.host_url.rstrip("/"), current_app.config["PUBLIC_URL"])
    return request.headers.get("Sec-Fetch-Site") == "same-origin"
