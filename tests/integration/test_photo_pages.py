"""The pages of photos: several at once, what is no photo told at its field, and a flipped byte never served."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from compliance.access import Role
from compliance.store.engine import separate_session
from compliance.store.models import PhotoFile
from compliance.web.application import Application
from tests.integration.conftest import SignIn
from tests.integration.conftest import send as send_screen
from tests.photographed import jpeg
from tests.world import World


def flip(session: Session, photo_id: int) -> None:
    """Change a byte of a photo as a bad disk would, where the database itself would refuse to."""
    session.execute(text("DROP TRIGGER photo_files_no_update"))
    file = session.get_one(PhotoFile, photo_id)
    file.content = file.content[:-20] + bytes([file.content[-20] ^ 1]) + file.content[-19:]
    session.flush()


def test_the_database_refuses_to_change_a_photo(app: Application, world: World) -> None:
    with (
        app.app_context(),
        pytest.raises(DatabaseError, match="written once"),
        separate_session() as session,
    ):
        session.get_one(PhotoFile, world.photos["recorded"]).content = b"other"


def test_a_flipped_byte_is_named_and_never_served(
    signed_in: SignIn, app: Application, world: World
) -> None:
    client = signed_in(Role.OFFICER)
    page = f"/visits/{world.visits['recorded']}/photos"
    image = f"{page}/{world.photos['recorded']}/full.jpg"
    answer = client.get(image)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert image in client.get(page).text
    with app.app_context(), separate_session() as session:
        flip(session, world.photos["recorded"])
    broken = client.get(image)
    assert broken.status_code == 409
    assert "Photo 1 of this visit no longer has the bytes that were kept" in broken.text
    shown = client.get(page).text
    assert image not in shown
    assert "no longer those that were kept" in shown


def send(
    client: FlaskClient, world: World, *files: tuple[bytes, str], state: str = "draft"
) -> TestResponse:
    """Send files as the page does without a script."""
    return client.post(
        f"/visits/{world.visits[state]}/photos/photos",
        data={
            "files": [(BytesIO(content), name) for content, name in files],
            "caption": 'Shelf "A" <b>',
        },
    )


def test_several_at_once_and_what_is_no_photo_keeps_none_of_them_away(
    signed_in: SignIn, world: World
) -> None:
    client = signed_in(Role.OFFICER)
    photo = jpeg(300, 200)
    answer = send(
        client,
        world,
        (photo, "one.jpg"),
        (photo, "one again.jpg"),
        (b"<script>alert(1)</script>", "<img src=x>.heic"),
    )
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "1 photo is added." in page
    assert "1 photo was here already." in page
    assert "Not added: &lt;img src=x&gt;.heic is not a JPEG or PNG photo." in page
    assert "Shelf &#34;A&#34; &lt;b&gt;" in page
    assert "14:05:09 (UTC+01:00), by the camera" in page
    visit = f"/visits/{world.visits['draft']}"
    assert "2 photos" in client.get(f"{visit}/check").text
    assert "2 photos so far" in client.get(f"{visit}/notes").text


def test_what_was_typed_is_saved_on_the_way_to_the_photos(signed_in: SignIn, world: World) -> None:
    client = signed_in(Role.OFFICER)
    notes = f"/visits/{world.visits['draft']}/notes"
    typed = {"officer_notes": "Three knives within reach", "then": "photos"}
    answer = send_screen(client, notes, typed)
    assert answer.status_code == 302
    assert answer.location.endswith("/photos")
    assert "Three knives within reach" in client.get(notes).text


def test_nothing_chosen_too_many_and_none_that_is_a_photo_are_told_at_the_field(
    signed_in: SignIn, world: World
) -> None:
    client = signed_in(Role.OFFICER)
    for files, words in (
        ((), "Choose a photo"),
        (((b"x", "x.txt"),), "x.txt is not a JPEG or PNG photo."),
        (((b"x", "x.txt"),) * 11, "Choose at most 10 photos at a time"),
    ):
        answer = send(client, world, *files)
        assert answer.status_code == 422
        assert words in answer.text
        assert 'href="#files-photos"' in answer.text


def test_photos_may_weigh_more_than_any_other_form(
    signed_in: SignIn, world: World, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(Role.OFFICER)
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 5_000)
    heavy = bytes(9_000)
    assert send(client, world, (heavy, "heavy.jpg")).status_code == 422
    typed = {"officer_notes": heavy.decode()}
    assert client.post(f"/visits/{world.visits['draft']}/notes", data=typed).status_code == 413
