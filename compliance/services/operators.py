"""Operators: the legal persons to whom letters, certificates and standing belong."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.services import postcodes
from compliance.services.errors import Refused
from compliance.store.models import Operator
from compliance.store.models.operators import LANGUAGES

_LONGEST_TEXT = 200
#: What the advice of a Primary Authority covers is a text, not a line.
LONGEST_SCOPE = 2_000
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_COMPANY_NUMBER = re.compile(r"[A-Z0-9]{8}")


@dataclass(frozen=True)
class OperatorDetails:
    """What is known of an operator; None: not known."""

    legal_name: str
    company_number: str | None = None
    chain_name: str | None = None
    registered_office_line_1: str | None = None
    registered_office_line_2: str | None = None
    registered_office_line_3: str | None = None
    registered_office_line_4: str | None = None
    registered_office_postcode: str | None = None
    primary_authority_name: str | None = None
    primary_authority_scope: str | None = None
    primary_authority_line_1: str | None = None
    primary_authority_line_2: str | None = None
    primary_authority_line_3: str | None = None
    primary_authority_line_4: str | None = None
    primary_authority_postcode: str | None = None
    primary_authority_email: str | None = None
    language_preference: str | None = None

    @classmethod
    def of(cls, operator: Operator) -> OperatorDetails:
        """Return the details of a kept operator."""
        return cls(**{each.name: getattr(operator, each.name) for each in fields(cls)})


def checked(details: OperatorDetails) -> OperatorDetails:
    """Return `details` tidied. Raises Refused, naming the field, for what cannot be kept."""
    tidied: dict[str, Any] = {name: _tidy(name, value) for name, value in asdict(details).items()}
    if not tidied["legal_name"]:
        raise Refused("Enter the name of the company or person who trades here", "legal_name")
    if tidied["company_number"]:
        number = tidied["company_number"].replace(" ", "").upper()
        number = number.zfill(8) if number.isdigit() else number
        if not _COMPANY_NUMBER.fullmatch(number):
            raise Refused(
                "Company number must be 8 letters and numbers, like 01234567", "company_number"
            )
        tidied["company_number"] = number
    for name in ("registered_office_postcode", "primary_authority_postcode"):
        written = tidied[name]
        if written:
            tidied[name] = postcodes.tidy(written)
            if tidied[name] is None:
                raise Refused("Enter a full UK postcode, like NR1 3DD", name)
    email = tidied["primary_authority_email"]
    if email and not _EMAIL.fullmatch(email):
        raise Refused(
            "Enter an email address in the correct format, like name@example.com",
            "primary_authority_email",
        )
    if tidied["primary_authority_scope"] and not tidied["primary_authority_name"]:
        raise Refused("Enter the name of the Primary Authority", "primary_authority_name")
    if tidied["language_preference"] not in (None, *LANGUAGES):
        raise Refused("Select a language", "language_preference")
    return replace(details, **tidied)


def taken_in(session: Session, now: datetime, details: OperatorDetails) -> Operator:
    """Return the operator with the company number given, or a new one. Raises Refused.

    A company that trades elsewhere already is the same legal person here; what is kept of it
    is not overwritten.
    """
    details = checked(details)
    if details.company_number:
        kept = session.scalar(
            select(Operator).where(Operator.company_number == details.company_number).limit(1)
        )
        if kept is not None:
            return kept
    operator = Operator(created_at=now)
    apply(operator, details)
    session.add(operator)
    session.flush()
    return operator


def apply(operator: Operator, details: OperatorDetails) -> None:
    """Write `details` (already checked) into a row."""
    for name, value in asdict(details).items():
        setattr(operator, name, value)


def _tidy(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    value = " ".join(value.split())
    if not value.isprintable():
        raise Refused("Remove the characters that cannot be printed", name)
    if len(value) > (LONGEST_SCOPE if name == "primary_authority_scope" else _LONGEST_TEXT):
        raise Refused("This is too long to keep. Shorten it", name)
    return value or None
