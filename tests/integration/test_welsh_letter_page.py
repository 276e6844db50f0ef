"""A shop in Wales reads its letter in the language it asks for; the choice is a cookie of the session."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from compliance.store.engine import separate_session
from compliance.store.models import Document
from compliance.web.application import Application
from tests.world import World


@pytest.fixture
def client(app: Application) -> FlaskClient:
    return app.test_client()


def opened(client: FlaskClient, world: World) -> str:
    page = client.get("/letter").text
    token = re.search(r'name="csrf_token" value="([^"]*)"', page)
    assert token
    sent = {"csrf_token": token[1], "reference": world.letter, "code": world.code}
    assert client.post("/letter", data=sent).status_code == 302
    return client.get("/letter/view").text


def in_welsh(app: Application, world: World, *, also: bool) -> None:
    """Give the world's letter in Welsh as well, or instead."""
    with app.app_context(), separate_session() as session:
        letter = session.query(Document).filter_by(reference=world.letter).one()
        said = {**letter.inputs, "data": {**letter.inputs["data"], "language": "cy"}}
        if not also:
            letter.language, letter.inputs = "cy", said
            return
        columns = {
            column.name: getattr(letter, column.name)
            for column in Document.__table__.columns
            if column.name != "id"
        }
        twin = Document(**{**columns, "language": "cy", "inputs": said})
        twin.file = type(letter.file)(content=letter.file.content)
        session.add(twin)


def test_a_letter_in_both_languages_is_shown_in_the_one_asked_for(
    app: Application, client: FlaskClient, world: World
) -> None:
    in_welsh(app, world, also=True)
    english = opened(client, world)
    assert '<html lang="en"' in english
    assert "Whom to call" in english
    assert 'hreflang="cy"' in english
    answer = client.get("/letter/view?lang=cy")
    assert '<html lang="cy"' in answer.text
    assert "Pwy i&#39;w ffonio" in answer.text or "Pwy i'w ffonio" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "(Saesneg)" in answer.text
    # The same letter in the other language is no later letter.
    assert "We have written to you again" not in english
    assert "Rydym wedi ysgrifennu atoch eto" not in answer.text
    assert '<html lang="cy"' in client.get("/letter/view").text


def test_a_letter_in_one_language_is_shown_in_that_one(
    app: Application, client: FlaskClient, world: World
) -> None:
    english = opened(client, world)
    assert "hreflang" not in english
    assert '<html lang="en"' in client.get("/letter/view?lang=cy").text
    in_welsh(app, world, also=False)
    assert '<html lang="cy"' in client.get("/letter/view?lang=en").text


def test_the_choice_is_a_cookie_that_tells_nothing_else(client: FlaskClient) -> None:
    answer = client.get("/?lang=cy")
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if "language=" in each)
    assert cookie.startswith("language=cy;")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie
    assert "Cookie" in answer.headers["Vary"]
    assert '<html lang="cy"' in client.get("/privacy").text
    assert '<html lang="en"' in client.get("/privacy?lang=en").text
    assert '<html lang="en"' in client.get("/?lang=zz").text


def test_what_was_typed_wrong_is_told_in_welsh(client: FlaskClient) -> None:
    client.set_cookie("language", "cy")
    page = client.get("/law?on=soon").text
    assert "Rhowch ddyddiad, fel 2026-10-13" in page
    assert "<title>Gwall: Y gyfraith ar ddiwrnod" in page
