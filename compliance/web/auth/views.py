"""Sign in, sign out, change one's own password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.access import PUBLIC
from compliance.services import users
from compliance.store.engine import separate_session
from compliance.web import form_errors, limits, navigation, signed_in
from compliance.web.application import settings_in_use
from compliance.web.auth.forms import PasswordForm, SignInForm
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.local_path import local_path

bp = Blueprint("auth", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@permission(PUBLIC)
@limits.tries("60 per 15 minutes")
def sign_in() -> ResponseReturnValue:
    """Ask for address and password; a wrong and an unknown address look and take the same."""
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "GET":
        if signed_in.actor():
            return redirect(local_path(request.args.get("next")) or navigation.home())
        return _sign_in_page(form, 200)
    if not form.validate():
        return _sign_in_page(form, 422)
    # Apart from the request's own transaction: a wrong try counts although the page is refused.
    with separate_session() as session:
        done = users.sign_in(
            session,
            utc_now(),
            email=form.email.data or "",
            password=form.password.data or "",
            address=signed_in.network_address(),
            key=settings_in_use().secret_key,
        )
    if done.token is None:
        form.form_errors.append(done.problem)
        return _sign_in_page(form, 429 if done.problem == users.WAIT else 422)
    signed_in.begin(done.token)
    return redirect(local_path(form.next.data) or navigation.home())


def _sign_in_page(form: SignInForm, status: int) -> ResponseReturnValue:
    return render_template("auth/sign_in.html", form=form, errors=form_errors.listed(form)), status


@bp.post("/sign-out")
@permission(PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End the session here and on the server; nothing happens when there is none."""
    token = signed_in.end()
    if token:
        with separate_session() as session:
            users.sign_out(session, token)
    flash("You have signed out", "success")
    return redirect(url_for("auth.sign_in"))


@bp.route("/account/password", methods=["GET", "POST"])
@permission("account.own")
def password() -> ResponseReturnValue:
    """Change one's own password and sign out everywhere else."""
    form = PasswordForm()
    if request.method == "GET":
        return _password_page(form, 200)
    if not form.validate():
        return _password_page(form, 422)
    with separate_session() as session:
        done = users.change_password(
            session,
            signed_in.required_actor(),
            utc_now(),
            current=form.current.data or "",
            new=form.new.data or "",
            address=signed_in.network_address(),
            key=settings_in_use().secret_key,
        )
    if done.token is None:
        field = form[done.field or "current"]
        field.errors = [*field.errors, done.problem or ""]
        return _password_page(form, 422)
    signed_in.begin(done.token)
    flash("Your password is changed", "success")
    return redirect(navigation.home())


def _password_page(form: PasswordForm, status: int) -> ResponseReturnValue:
    return render_template("auth/password.html", form=form, errors=form_errors.listed(form)), status
