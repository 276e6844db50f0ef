"""Every route of the product and how tests reach it in the world of `tests/world.py`.

A new view needs a line here: from it follow the test of who may open it
(`tests/integration/test_routes.py`) and, for a page, the test of how it looks and whether it is
accessible (`tests/browser/test_pages.py`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from compliance.access import Role
from compliance.app import create_app
from compliance.config import Settings
from compliance.rulebook import shipped_pack
from compliance.rulebook.amended import provisions
from compliance.web.application import Application
from tests.world import World


def without_disk() -> Application:
    """Make an application only to read its map of routes.

    Its folder lies below a file, where none can be made: whatever tried to write there would fail.
    """
    return create_app(Settings.from_environment({"DATA_DIR": f"{os.devnull}/none"}))


def nothing(world: World) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Route:
    """How to reach a view in the test world."""

    #: The variable parts of its address, from the world: things of the home authority.
    args: Callable[[World], dict[str, Any]] = nothing
    #: It shows or changes something of one authority: another's people get 404.
    owned: bool = False
    #: A GET gives a file or data, not a page.
    file: bool = False


def _colleague(world: World) -> dict[str, Any]:
    return {"user_id": world.people[Role.OFFICER]}


def _visit(state: str, **more: Any) -> Route:
    """A page of the world's visit in that state."""
    return Route(lambda world: {"visit_id": world.visits[state], **more}, owned=True)


def _letter(world: World) -> dict[str, Any]:
    return {"reference": world.letter}


def _photo(world: World, state: str) -> dict[str, Any]:
    """The photo of the world's visit in that state."""
    return {"visit_id": world.visits[state], "photo_id": world.photos[state]}


def _premises(world: World) -> dict[str, Any]:
    return {"premises_id": world.premises}


def _certified(world: World) -> dict[str, Any]:
    return {"premises_id": world.certified}


def _batch(world: World) -> dict[str, Any]:
    return {"batch_id": world.batch}


def _operation(world: World) -> dict[str, Any]:
    return {"operation_id": world.operation}


def _certificate(world: World) -> dict[str, Any]:
    return {"reference": world.certificate_reference}


def _rulebook(world: World) -> dict[str, Any]:
    return {"sha256": shipped_pack().sha256}


def _proposal(world: World) -> dict[str, Any]:
    return {"proposal_id": world.proposal}


def _request(world: World) -> dict[str, Any]:
    return {"request_id": world.request}


def _provision(world: World) -> dict[str, Any]:
    return {"kind": "commencement", "key": provisions(shipped_pack())[0].key}


#: Endpoint to how it is reached. Add a line for each new view.
ROUTES: dict[str, Route] = {
    "static": Route(lambda world: {"filename": "icons/mark.svg"}, file=True),
    "public.start": Route(),
    "public.privacy": Route(),
    "public.accessibility": Route(),
    "public.health": Route(file=True),
    "law.show": Route(),
    "self_check.start": Route(),
    "self_check.questions": Route(),
    "self_check.printable": Route(),
    "released.data": Route(_rulebook, file=True),
    "rulebook.index": Route(),
    "rulebook.show": Route(_rulebook),
    "rulebook.part": Route(lambda world: {**_rulebook(world), "part": "values"}),
    "rulebook.rule": Route(
        lambda world: {**_rulebook(world), "rule_id": shipped_pack().entries("rule")[-1]["id"]}
    ),
    "replay.index": Route(),
    "replay.propose": Route(),
    "replay.show": Route(_proposal, owned=True),
    "replay.go_on": Route(_proposal, owned=True),
    "replay.prove": Route(_proposal, owned=True),
    "rulebook_timeline.show": Route(),
    "adoptions.ask": Route(_proposal, owned=True),
    # A rulebook is everybody's: every authority sees what is asked for it.
    "adoptions.show": Route(_request),
    "adoptions.agree": Route(_request),
    "adoptions.decline": Route(_request),
    "policy.show": Route(),
    "policy.change": Route(),
    "policy.words": Route(),
    "switches.index": Route(),
    "switches.show": Route(_provision),
    "switches.take_back": Route(_provision),
    "translations.index": Route(),
    "translations.show": Route(lambda world: {"group": "sentence"}),
    "translations.specimen": Route(lambda world: {"kind": "certificate"}, file=True),
    "auth.sign_in": Route(),
    "auth.sign_out": Route(),
    "auth.password": Route(),
    "letterhead.change": Route(),
    "users.index": Route(),
    "users.add": Route(),
    "users.show": Route(_colleague, owned=True),
    "users.role": Route(_colleague, owned=True),
    "users.reset_password": Route(_colleague, owned=True),
    "users.close": Route(_colleague, owned=True),
    "users.reopen": Route(_colleague, owned=True),
    "work.mine": Route(),
    "work.to_review": Route(),
    "work.to_decide": Route(),
    "work.due": Route(),
    "work.shared": Route(),
    "visits.new": Route(),
    "visits.begin": Route(lambda world: {"premises": world.premises}, owned=True),
    "visits.show": _visit("draft"),
    "screens.about": _visit("draft"),
    "screens.section": _visit("draft", slug="audit-display"),
    "screens.save": _visit("draft", slug="audit-display"),
    "check.show": _visit("draft"),
    "check.record": _visit("draft"),
    "visits.discard": _visit("draft"),
    "corrections.show": _visit("recorded"),
    "corrections.begin": _visit("recorded"),
    "corrections.record": _visit("recorded"),
    "corrections.drop": _visit("recorded"),
    "photos.show": _visit("recorded"),
    "photos.add": _visit("recorded", question="photos"),
    "photos.image": Route(
        lambda world: {**_photo(world, "recorded"), "size": "small"}, owned=True, file=True
    ),
    "photos.describe": Route(lambda world: _photo(world, "draft"), owned=True),
    "photos.remove": Route(lambda world: _photo(world, "draft"), owned=True),
    "photos.take_out": Route(lambda world: _photo(world, "recorded"), owned=True),
    "results.show": _visit("recorded"),
    "reassess.show": _visit("recorded"),
    "results.left_behind": _visit("audit"),
    "steps.show": _visit("recorded"),
    "preview.show": Route(
        lambda world: {"visit_id": world.visits["reviewed"]}, owned=True, file=True
    ),
    "review.show": _visit("recorded"),
    "supervise.show": _visit("held"),
    "notify.show": _visit("reviewed"),
    "decide.show": _visit("notified"),
    "decide.withdraw": _visit("proposed"),
    "decide.told_primary_authority": _visit("proposed"),
    "decide.primary_authority_answered": _visit("proposed", answer="consented"),
    "decision_letter.show": _visit("decided"),
    "decision_letter.preview": Route(
        lambda world: {"visit_id": world.visits["decided"]}, owned=True, file=True
    ),
    "certificate_letter.show": _visit("decided"),
    "certificate_letter.preview": Route(
        lambda world: {"visit_id": world.visits["decided"]}, owned=True, file=True
    ),
    "confirm.show": _visit("proposed"),
    "follow_up.show": _visit("decided"),
    "follow_up.finish": Route(
        lambda world: {"visit_id": world.visits["decided"], "follow_up_id": world.follow_up},
        owned=True,
    ),
    "close.show": _visit("decided"),
    "evidence.show": _visit("decided"),
    "share.show": _visit("reviewed"),
    "share.stop": Route(
        lambda world: {"visit_id": world.visits["reviewed"], "authority_id": world.partner},
        owned=True,
    ),
    "batches.index": Route(),
    "batches.new": Route(),
    "batches.show": Route(_batch, owned=True),
    "batches.change": Route(lambda world: {**_batch(world), "what": "pause"}, owned=True),
    "batches.print_run": Route(_batch, owned=True, file=True),
    "batches.certificates": Route(_batch, owned=True, file=True),
    "batches.manifest": Route(_batch, owned=True, file=True),
    "documents.index": Route(),
    "documents.show": Route(_letter, owned=True),
    "documents.file": Route(_letter, owned=True, file=True),
    "documents.html": Route(_letter, owned=True),
    "documents.replace_code": Route(_letter, owned=True),
    "documents.end": Route(_certificate, owned=True),
    "letter.enter": Route(),
    "letter.view": Route(),
    "letter.file": Route(_letter, file=True),
    "letter.page": Route(_letter, file=True),
    "letter.close": Route(),
    "certificate.show": Route(lambda world: {"token": world.certificate}),
    "check_document.upload": Route(),
    "proof.show": Route(),
    "for_shops.index": Route(),
    "for_shops.show": Route(lambda world: {"name": "refusals-log"}),
    "for_shops.file": Route(lambda world: {"name": "refusals-log"}, file=True),
    "premises.index": Route(),
    "premises.new": Route(),
    "premises.show": Route(_premises, owned=True),
    "premises.edit": Route(_premises, owned=True),
    "premises.nation": Route(_premises, owned=True),
    "premises.operator": Route(_premises, owned=True),
    "premises.operator_details": Route(_premises, owned=True),
    "premises.close": Route(_premises, owned=True),
    "premises.reopen": Route(_premises, owned=True),
    "operations.index": Route(),
    "operations.new": Route(),
    "operations.show": Route(_operation, owned=True),
    "operations.about": Route(_operation, owned=True),
    "operations.section": Route(
        lambda world: {"operation_id": world.operation, "slug": "operation-plan"}, owned=True
    ),
    "operations.checked": Route(_operation, owned=True),
    "duplicates.index": Route(),
    "duplicates.show": Route(lambda world: {"duplicate_id": world.duplicate}, owned=True),
    "certificates.show": Route(_certified, owned=True),
    "certificates.preview": Route(_certified, owned=True, file=True),
}
