"""The application: wires the rooms together and checks, before it serves, that every door has a lock."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from compliance import cli, jobs
from compliance.config import Settings
from compliance.store import engine
from compliance.web import (
    built,
    commit,
    dates,
    errors,
    guard,
    headers,
    languages,
    limits,
    navigation,
    row_ids,
    signed_in,
    uploads,
    views,
)
from compliance.web.application import Application

SERVICE_NAME = "Check knife sales"
ROOT = Path(__file__).resolve().parent.parent

#: The largest request: an import of some ten thousand premises, or a letter to be checked.
MAX_REQUEST_BYTES = 8 * 1024 * 1024

csrf = CSRFProtect()


def create_app(settings: Settings | None = None) -> Application:
    """Make the application for `settings` (default: those of the environment).

    Raises UnguardedView when a view has no permission, SettingsError for an unusable setting.
    """
    settings = settings or Settings.from_environment()
    app = Application(
        "compliance",
        root_path=str(ROOT / "compliance"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(settings.data_dir),
    )
    app.settings = settings
    _configure(app, settings)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]

    engine.init_app(app, settings)
    headers.init_app(app)
    # The last registered after_request runs first: the commit comes before any other word.
    commit.init_app(app)
    limits.init_app(app)
    # Who may come in is settled before the form's token is looked at.
    guard.init_app(app)
    uploads.init_app(app)
    csrf.init_app(app)
    signed_in.init_app(app)
    errors.init_app(app)
    dates.init_app(app)
    languages.init_app(app)
    navigation.init_app(app)
    row_ids.init_app(app)
    jobs.init_app(app, settings)
    views.register(app)
    cli.register(app)
    guard.require_permissions(app)
    return app


def _configure(app: Application, settings: Settings) -> None:
    public = urlsplit(settings.public_url)
    secure = public.scheme == "https"
    app.config.update(
        PUBLIC_URL=settings.public_url,
        TRUSTED_HOSTS=sorted({public.hostname or "localhost", "localhost", "127.0.0.1"}),
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        # A visit is one form of some hundred fields with two free texts.
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=2000,
        # The __Host- prefix binds the cookie to this host and to https; on http://localhost a
        # browser would refuse it, so there the plain name is used.
        SESSION_COOKIE_NAME="__Host-check-knife-sales" if secure else "check-knife-sales",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        # A form stays good as long as the session it belongs to: an officer on a round may take
        # hours over one. A new session makes a new token.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(built=built.built, service_name=SERVICE_NAME)
