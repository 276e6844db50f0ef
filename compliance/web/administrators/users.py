"""The people of an authority: list, add, change role, close and open accounts, reset passwords."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.access import Role
from compliance.services import users
from compliance.services.errors import Refused
from compliance.store.engine import db
from compliance.store.models import User
from compliance.web import form_errors
from compliance.web.administrators.forms import PersonForm, ResetForm, RoleForm
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.signed_in import required_actor

bp = Blueprint("users", __name__, url_prefix="/users")


@bp.get("")
@permission("users.manage")
def index() -> str:
    """List everybody of the authority."""
    people = users.in_authority(db.session, required_actor())
    return render_template("administrators/users.html", people=people)


@bp.route("/new", methods=["GET", "POST"])
@permission("users.manage")
def add() -> ResponseReturnValue:
    """Take a colleague in."""
    form = PersonForm()
    if form.validate_on_submit():
        actor = required_actor()
        try:
            person = users.add(
                db.session,
                actor,
                utc_now(),
                authority_id=actor.authority_id,
                email=form.email.data or "",
                name=form.name.data or "",
                role=Role(form.role.data),
                password=form.password.data or "",
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash(f"{person.name} can now sign in", "success")
            return redirect(url_for("users.index"))
    return _page("administrators/add_user.html", form)


@bp.get("/<int:user_id>")
@permission("users.manage")
def show(user_id: int) -> str:
    """Show one colleague and what can be changed."""
    return render_template("administrators/user.html", person=_person(user_id))


@bp.route("/<int:user_id>/role", methods=["GET", "POST"])
@permission("users.manage")
def role(user_id: int) -> ResponseReturnValue:
    """Change what a colleague does."""
    person = _person(user_id)
    form = RoleForm(obj=person)
    if form.validate_on_submit():
        try:
            users.set_role(db.session, required_actor(), user_id=user_id, role=Role(form.role.data))
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash(f"{person.name} is now {Role(person.role).label.lower()}", "success")
            return redirect(url_for("users.show", user_id=user_id))
    return _page("administrators/role.html", form, person)


@bp.route("/<int:user_id>/password", methods=["GET", "POST"])
@permission("users.manage")
def reset_password(user_id: int) -> ResponseReturnValue:
    """Give a colleague a new password."""
    person = _person(user_id)
    form = ResetForm()
    if form.validate_on_submit():
        try:
            users.reset_password(
                db.session,
                required_actor(),
                utc_now(),
                user_id=user_id,
                new=form.password.data or "",
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash(f"{person.name} has a new password and is signed out everywhere", "success")
            return redirect(url_for("users.show", user_id=user_id))
    return _page("administrators/reset_password.html", form, person)


@bp.post("/<int:user_id>/close")
@permission("users.manage")
def close(user_id: int) -> ResponseReturnValue:
    """Close an account: the person can no longer sign in; what they recorded stays."""
    person = users.set_active(db.session, required_actor(), user_id=user_id, active=False)
    flash(f"{person.name} can no longer sign in", "success")
    return redirect(url_for("users.show", user_id=user_id))


@bp.post("/<int:user_id>/open")
@permission("users.manage")
def reopen(user_id: int) -> ResponseReturnValue:
    """Open a closed account again."""
    person = users.set_active(db.session, required_actor(), user_id=user_id, active=True)
    flash(f"{person.name} can sign in again", "success")
    return redirect(url_for("users.show", user_id=user_id))


def _person(user_id: int) -> User:
    return users.get(db.session, required_actor(), user_id)


def _page(
    template: str, form: PersonForm | RoleForm | ResetForm, person: User | None = None
) -> ResponseReturnValue:
    errors = form_errors.listed(form)
    page = render_template(template, form=form, person=person, errors=errors)
    return page, 422 if errors else 200
