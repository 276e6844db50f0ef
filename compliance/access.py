"""Who may do what: every permission on one page. A permission that is not named here means no."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person does in their authority."""

    OFFICER = "officer"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The role as people say it."""
        return {"officer": "Officer", "reviewer": "Reviewer", "administrator": "Administrator"}[
            self.value
        ]


@dataclass(frozen=True)
class Actor:
    """A signed-in person, as services see them."""

    user_id: int
    authority_id: int
    role: Role
    name: str


_EVERYONE = frozenset(Role)
_FIELD = frozenset({Role.OFFICER, Role.REVIEWER})
_REVIEW = frozenset({Role.REVIEWER})
_OFFICE = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})
_ADMINISTRATION = frozenset({Role.ADMINISTRATOR})

#: The one permission that needs nobody signed in.
PUBLIC = "public"

PERMISSIONS: dict[str, frozenset[Role]] = {
    PUBLIC: _EVERYONE,
    "account.own": _EVERYONE,
    "premises.read": _EVERYONE,
    "premises.edit": _EVERYONE,
    "premises.import": _OFFICE,
    "premises.resolve_duplicates": _OFFICE,
    "operation.read": _FIELD,
    "operation.edit": _FIELD,
    "visit.read": _FIELD,
    "visit.record": _FIELD,
    "visit.correct": _FIELD,
    "visit.review": _REVIEW,
    "visit.notify": _REVIEW,
    "visit.decide": _REVIEW,
    # The second person: a service refuses the one who made the decision.
    "visit.confirm": _REVIEW,
    "visit.follow_up": _FIELD,
    "visit.close": _REVIEW,
    "visit.share": _REVIEW,
    "visit.reassess": _REVIEW,
    # A photo that should not have been kept: its bytes go, who took it out and why stays.
    "visit.take_out_photo": _REVIEW,
    "document.read": _FIELD,
    "document.preview": _FIELD,
    "document.issue": _REVIEW,
    "document.replace_code": _FIELD,
    # The officers' own file of a visit; of their own authority, which the service sees to.
    "document.bundle": _FIELD,
    "batch.order": _REVIEW,
    "certificate.issue": _REVIEW,
    "lists.export": _EVERYONE,
    "rulebook.read": _EVERYONE,
    "rulebook.replay": _REVIEW,
    # The second person: a service refuses the one who asked.
    "rulebook.adopt": _OFFICE,
    "rulebook.switch": _ADMINISTRATION,
    # A named translator stands by the Welsh; an administrator writes that down.
    "translation.confirm": _ADMINISTRATION,
    # What every letter of the authority carries.
    "letterhead.change": _ADMINISTRATION,
    "policy.read": _EVERYONE,
    "policy.change": _ADMINISTRATION,
    "users.manage": _ADMINISTRATION,
}


def allows(actor: Actor | None, permission: str) -> bool:
    """Say whether `actor` (None: nobody signed in) holds `permission`. Unknown: no."""
    if permission == PUBLIC:
        return True
    return actor is not None and actor.role in PERMISSIONS.get(permission, frozenset())
