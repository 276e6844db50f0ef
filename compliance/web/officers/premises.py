"""Shops: find one, its history, and what is known of it and of who trades there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from compliance.access import allows
from compliance.services import (
    assessments,
    authorities,
    duplicates,
    history,
    premises,
    premises_fields,
    shop_kinds,
)
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import documents
from compliance.services.premises import Filters
from compliance.store.engine import db
from compliance.store.models import Authority, Operator, Premises
from compliance.store.models.premises import NATIONS, PREMISES_STATUSES, SELLS_KNIVES
from compliance.web import form_errors
from compliance.web.csv_export import csv_response
from compliance.web.dates import london_today, utc_now
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_in_use
from compliance.web.officers import visit_words
from compliance.web.officers.documents import STATUSES as DOCUMENT_STATUSES
from compliance.web.officers.premises_forms import (
    NationForm,
    OperatorForm,
    PremisesForm,
    StatusForm,
)
from compliance.web.officers.premises_words import MISSING, ORIGINS, SELLS, STATUSES
from compliance.web.paging import PAGE_SIZE, Page, page_number
from compliance.web.signed_in import required_actor

bp = Blueprint("premises", __name__, url_prefix="/premises")


COLUMNS = (
    "Shop",
    "Address line 1",
    "Address line 2",
    "Address line 3",
    "Address line 4",
    "Postcode",
    "Nation",
    "Kind of shop",
    "Sells knives",
    "Seen on",
    "Status",
    "Operator",
    "UPRN",
    "Source",
    "Id in the source",
)


@bp.get("")
@permission("premises.read")
def index() -> ResponseReturnValue:
    """List the shops of one's area, searched and narrowed."""
    actor, wanted = required_actor(), _wanted()
    if request.args.get("as") == "csv":
        if not allows(actor, "lists.export"):
            abort(403)
        every = premises.search(db.session, actor, wanted, limit=None)
        return csv_response("premises.csv", COLUMNS, _rows(every.items))
    number = page_number()
    found = premises.search(
        db.session, actor, wanted, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    as_csv: dict[str, Any] = {**request.args, "page": None, "as": "csv"}
    return render_template(
        "officers/premises/index.html",
        page=Page(found.items, number, found.total),
        wanted=wanted,
        nations=[(code, premises_fields.nation_label(code)) for code in NATIONS],
        statuses=STATUSES,
        status_choices=_choices(STATUSES),
        sells=SELLS,
        sells_choices=_choices(SELLS),
        missing_choices=list(MISSING.items()),
        doubted=premises.doubted,
        waiting=duplicates.count_waiting(db.session, actor)
        if allows(actor, "premises.resolve_duplicates")
        else 0,
        csv_href=url_for("premises.index", **as_csv),
        today=london_today(),
    )


@bp.get("/<int:premises_id>")
@permission("premises.read")
def show(premises_id: int) -> str:
    """Show one shop: what is known, who traded there, what was seen and sent."""
    actor, today = required_actor(), london_today()
    shop = premises.get(db.session, actor, premises_id)
    operator = shop.operator_on(today)
    may_read_visits = allows(actor, "visit.read")
    return render_template(
        "officers/premises/show.html",
        shop=shop,
        operator=operator,
        standing=_standing(shop, operator) if may_read_visits and operator else None,
        own=_in_area(shop),
        visits=premises.visits_at(db.session, actor, shop.id) if may_read_visits else [],
        documents=premises.documents_at(db.session, actor, shop.id)
        if allows(actor, "document.read")
        else [],
        document_title=documents.title_on_file,
        document_statuses=DOCUMENT_STATUSES,
        document_status=lambda each: documents.status_of(each, today),
        nation=premises_fields.nation_label(shop.nation),
        doubted=_doubted(shop),
        origin=ORIGINS[shop.nation_origin],
        shop_kind=shop_kinds.label(shop.shop_kind),
        channel_labels=premises_fields.channel_labels(rulebook_in_use()),
        statuses=STATUSES,
        sells=SELLS,
        seen_on=history.seen_on_told(db.session, actor.authority_id, shop),
        kind_label=visit_words.kind_label,
        visit_href=visit_words.href,
        visit_states=visit_words.STATES,
    )


@bp.route("/new", methods=["GET", "POST"])
@permission("premises.edit")
def new() -> ResponseReturnValue:
    """Take a shop in."""
    actor = required_actor()
    form = PremisesForm()
    _offer(form, with_nation=True)
    if form.validate_on_submit():
        try:
            shop = premises.create(
                db.session,
                actor,
                utc_now(),
                details=form.details(),
                nation=form.nation.data or None,
                partner_authority_id=form.partner_id,
                not_a_duplicate=bool(form.not_a_duplicate.data),
            )
        except Refused as refused:
            _put(form, refused)
        else:
            flash(f"{shop.trading_name} is on the list", "success")
            return redirect(url_for("premises.show", premises_id=shop.id))
    return _page("officers/premises/new.html", form)


@bp.route("/<int:premises_id>/edit", methods=["GET", "POST"])
@permission("premises.edit")
def edit(premises_id: int) -> ResponseReturnValue:
    """Change what is known of a shop."""
    actor = required_actor()
    shop = _own(premises_id)
    partner_id = shop.ts_authority_id if _authority().kind == "police" else shop.police_authority_id
    seen_on = history.seen_on_told(db.session, actor.authority_id, shop)
    form = PremisesForm(data=PremisesForm.as_kept(shop, partner_id, seen_on))
    _offer(form, with_nation=False)
    del form.not_a_duplicate
    if form.validate_on_submit():
        details = form.details()
        if details.sells_knives_seen_on is None and details.sells_knives == shop.sells_knives:
            # The day may be one that this authority is not told; what is kept stays.
            details = replace(details, sells_knives_seen_on=shop.sells_knives_seen_on)
        try:
            premises.edit(
                db.session,
                actor,
                utc_now(),
                premises_id=shop.id,
                details=details,
                partner_authority_id=form.partner_id,
            )
        except Refused as refused:
            _put(form, refused)
        else:
            return _changed(shop)
    return _page("officers/premises/edit.html", form, shop)


@bp.route("/<int:premises_id>/nation", methods=["GET", "POST"])
@permission("premises.edit")
def nation(premises_id: int) -> ResponseReturnValue:
    """Say which nation, and so which law, a shop is in."""
    shop = _own(premises_id)
    form = NationForm(obj=shop)
    if form.validate_on_submit():
        premises.confirm_nation(
            db.session,
            required_actor(),
            utc_now(),
            premises_id=shop.id,
            nation=form.nation.data,
        )
        flash(f"The nation is confirmed: {premises_fields.nation_label(shop.nation)}", "success")
        return redirect(url_for("premises.show", premises_id=shop.id))
    return _page(
        "officers/premises/nation.html",
        form,
        shop,
        origin=ORIGINS[shop.nation_origin],
        doubted=_doubted(shop),
    )


def _doubted(shop: Premises) -> str | None:
    """The name of the nation that the postcode speaks for, where the one on file is doubted."""
    nation = premises.doubted(shop)
    return premises_fields.nation_label(nation) if nation else None


@bp.route("/<int:premises_id>/operator", methods=["GET", "POST"])
@permission("premises.edit")
def operator(premises_id: int) -> ResponseReturnValue:
    """Record who trades at a shop from a day on."""
    shop = _own(premises_id)
    form = OperatorForm()
    if form.validate_on_submit():
        try:
            tenure = premises.change_operator(
                db.session,
                required_actor(),
                utc_now(),
                premises_id=shop.id,
                details=form.details(),
                from_date=form.day(),
            )
        except Refused as refused:
            _put(form, refused)
        else:
            flash(f"{tenure.operator.legal_name} trades here", "success")
            return redirect(url_for("premises.show", premises_id=shop.id))
    return _page("officers/premises/operator.html", form, shop)


@bp.route("/<int:premises_id>/operator/details", methods=["GET", "POST"])
@permission("premises.edit")
def operator_details(premises_id: int) -> ResponseReturnValue:
    """Correct what is known of who trades at a shop now."""
    shop = _own(premises_id)
    present = _present_operator(shop)
    began = shop.tenures[-1].from_date
    first_day = {"from_date": began.isoformat() if began else None}
    form = OperatorForm(data=OperatorForm.as_kept(present) | first_day)
    if form.validate_on_submit():
        try:
            premises.edit_operator(
                db.session,
                required_actor(),
                utc_now(),
                premises_id=shop.id,
                details=form.details(),
                from_date=form.day(),
            )
        except Refused as refused:
            _put(form, refused)
        else:
            return _changed(shop)
    return _page("officers/premises/operator_details.html", form, shop)


@bp.route("/<int:premises_id>/close", methods=["GET", "POST"])
@permission("premises.edit")
def close(premises_id: int) -> ResponseReturnValue:
    """Say that a shop closed or moved."""
    shop = _own(premises_id)
    form = StatusForm()
    if form.validate_on_submit():
        try:
            premises.close(
                db.session,
                required_actor(),
                utc_now(),
                premises_id=shop.id,
                status=form.status.data,
                since=form.day(),
            )
        except Refused as refused:
            _put(form, refused)
        else:
            return _changed(shop)
    return _page("officers/premises/close.html", form, shop)


@bp.post("/<int:premises_id>/reopen")
@permission("premises.edit")
def reopen(premises_id: int) -> ResponseReturnValue:
    """Say that a shop is open after all."""
    shop = _own(premises_id)
    premises.reopen(db.session, required_actor(), utc_now(), premises_id=shop.id)
    return _changed(shop)


def _page(
    template: str, form: FlaskForm, shop: Premises | None = None, **more: object
) -> ResponseReturnValue:
    errors = form_errors.listed(form)
    page = render_template(template, form=form, shop=shop, errors=errors, **more)
    return page, 422 if errors else 200


def _changed(shop: Premises) -> ResponseReturnValue:
    flash(f"What is known of {shop.trading_name} is changed", "success")
    return redirect(url_for("premises.show", premises_id=shop.id))


def _own(premises_id: int) -> Premises:
    """Return a shop of one's own area. Raises NotFound; Refused for one only seen."""
    shop = premises.get(db.session, required_actor(), premises_id)
    if not _in_area(shop):
        raise Refused("This shop is in another authority's area. Ask them to change its entry")
    return shop


def _standing(shop: Premises, operator: Operator) -> str | None:
    """How the operator stands here today by the visits that this authority may read."""
    actor = required_actor()
    if not allows(actor, "visit.read"):
        return None
    assessed = assessments.standing_on(
        db.session, shop, operator, london_today(), authority_id=actor.authority_id
    )
    if assessed is None or assessed["standing"] is None:
        return None
    return rulebook_in_use().value_label("standing", assessed["standing"])


def _in_area(shop: Premises) -> bool:
    return required_actor().authority_id in (shop.police_authority_id, shop.ts_authority_id)


def _present_operator(shop: Premises) -> Operator:
    if not shop.tenures or shop.tenures[-1].to_date is not None:
        raise NotFound
    return shop.tenures[-1].operator


def _authority() -> Authority:
    return authorities.get(db.session, required_actor().authority_id)


def _offer(form: PremisesForm, *, with_nation: bool) -> None:
    kind = "Trading Standards authority" if _authority().kind == "police" else "Police force"
    form.offer(premises.partners(db.session, required_actor()), kind, with_nation=with_nation)


def _put(form: FlaskForm, refused: Refused) -> None:
    # The form calls the partner by a shorter name than the service.
    field = "partner" if refused.field == "partner_authority_id" else refused.field
    form_errors.put(form, Refused(refused.message, field))


def _wanted() -> Filters:
    return Filters(
        text=request.args.get("q", "").strip()[:100],
        nation=_choice("nation", NATIONS),
        status=_choice("status", PREMISES_STATUSES),
        sells_knives=_choice("sells", SELLS_KNIVES),
        missing=_choice("missing", MISSING),
    )


def _choices(words: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    return [(code, text) for code, (text, _) in words.items()]


def _choice(name: str, allowed: Iterable[str]) -> str | None:
    given = request.args.get(name) or None
    if given is not None and given not in allowed:
        abort(404)
    return given


def _rows(shops: Iterable[Premises]) -> Iterable[Sequence[object]]:
    today, reader = london_today(), required_actor().authority_id
    for shop in shops:
        trading = shop.operator_on(today)
        seen_on = history.seen_on_told(db.session, reader, shop)
        yield (
            shop.trading_name,
            shop.address_line_1,
            shop.address_line_2,
            shop.address_line_3,
            shop.address_line_4,
            shop.postcode,
            premises_fields.nation_label(shop.nation),
            shop_kinds.label(shop.shop_kind),
            SELLS[shop.sells_knives][0],
            seen_on.isoformat() if seen_on else None,
            STATUSES[shop.status][0],
            trading.legal_name if trading else None,
            shop.uprn,
            shop.source,
            shop.external_id,
        )
