"""The menu of a signed-in person: the places their role may open, in the order of a day's work."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request, url_for

from compliance.web import guard

#: (words, endpoint, beginnings of the addresses that belong to it). One that a role may not open
#: is left out. The longest beginning wins: `/visits/new` is not a page of the work in hand.
PLACES = (
    ("Work", "work.mine", ("/work", "/visits")),
    ("Premises", "premises.index", ("/premises",)),
    ("Operations", "operations.index", ("/operations",)),
    ("New visit", "visits.new", ("/visits/new",)),
    ("Documents", "documents.index", ("/documents", "/batches")),
    ("Rulebook", "rulebook.index", ("/rulebook",)),
    ("People", "users.index", ("/users",)),
    ("Letterhead", "letterhead.change", ("/letterhead",)),
)


@dataclass(frozen=True)
class Item:
    """One entry of the menu."""

    text: str
    href: str
    #: We are in this place, or on a page below it.
    active: bool
    #: We are on exactly this page.
    current: bool


def navigation() -> list[Item]:
    """Return the menu of this request's person."""
    here = _place()
    return [
        Item(
            text,
            href=url_for(endpoint),
            active=endpoint == here,
            current=endpoint == request.endpoint,
        )
        for text, endpoint, _ in PLACES
        if guard.may_open(endpoint)
    ]


def _place() -> str | None:
    """Return the endpoint of the place this request's address belongs to."""
    found = [
        (len(beginning), endpoint)
        for _, endpoint, beginnings in PLACES
        for beginning in beginnings
        if request.path == beginning or request.path.startswith(f"{beginning}/")
    ]
    return max(found)[1] if found else None


def home() -> str:
    """Return the address a person starts at: the first place of their menu."""
    menu = navigation()
    return menu[0].href if menu else url_for("public.start")


def init_app(app: Flask) -> None:
    """Let the layouts ask for the menu."""
    app.jinja_env.globals["home"] = home
    app.jinja_env.globals["navigation"] = navigation
    app.jinja_env.globals["may_open"] = guard.may_open
