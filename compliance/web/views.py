"""Finds the views: every module below `compliance.web` that holds a blueprint `bp` is served."""

from __future__ import annotations

import importlib
import pkgutil

from flask import Blueprint, Flask

from compliance import web


def register(app: Flask) -> None:
    """Register every `bp`, in the order of their modules' names.

    A new page is a view and its template; nothing else needs to know of it.
    """
    for found in pkgutil.walk_packages(web.__path__, f"{web.__name__}."):
        module = importlib.import_module(found.name)
        blueprint = getattr(module, "bp", None)
        if isinstance(blueprint, Blueprint):
            app.register_blueprint(blueprint)
