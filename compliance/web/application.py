"""What serves us: Flask with our settings, static files with compressed twins, and template names of our own."""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, current_app

from compliance.config import Settings
from compliance.web import built
from compliance.web.template_words import PageEnvironment


class Application(Flask):
    """Flask, with a secret key that is read (and, the first time, made) only when it is needed.

    So that a command without sessions, such as `assess`, needs no setting and touches no disk.
    """

    settings: Settings
    jinja_environment = PageEnvironment

    @property
    def secret_key(self) -> str:
        """The key that signs cookies and form tokens."""
        return self.settings.secret_key

    @secret_key.setter
    def secret_key(self, value: str | bytes | None) -> None:
        raise AttributeError("The secret key comes from the settings")

    def send_static_file(self, filename: str) -> Response:
        """Send a file of `static/`, its compressed twin where there is one and the browser can."""
        twin = built.compressed(str(self.static_folder), filename)
        if twin is None:
            return super().send_static_file(filename)
        return built.say_compressed(super().send_static_file(twin), filename)


def settings_in_use() -> Settings:
    """Return the settings of the application that serves this request or runs this command."""
    return cast(Application, current_app).settings
