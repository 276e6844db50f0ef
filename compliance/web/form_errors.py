"""The errors of a form as the summary above the page lists them."""

from __future__ import annotations

from wtforms import Form

from compliance.services.errors import Refused


def listed(form: Form) -> list[tuple[str, str | None]]:
    """Return (text, field id) of each field's first error, in the order of the page."""
    errors: list[tuple[str, str | None]] = [
        (str(error), None) for error in (form.form_errors if hasattr(form, "form_errors") else [])
    ]
    errors.extend((str(field.errors[0]), str(field.id)) for field in form if field.errors)
    return errors


def put(form: Form, refused: Refused) -> None:
    """Put a service's refusal at the field it names, or above the form."""
    if refused.field and refused.field in form:
        field = form[refused.field]
        field.errors = [*field.errors, refused.message]
    else:
        form.form_errors.append(refused.message)
