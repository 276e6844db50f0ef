"""Photos on both databases: the bytes cannot be changed, only deleted with what took them out."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError

from compliance.access import Actor, Role
from compliance.rulebook import shipped_pack
from compliance.services import photos
from compliance.store.engine import db, separate_session
from compliance.store.models import PhotoFile, Visit
from tests.integration.store import shop
from tests.photographed import some_photo


def test_the_bytes_cannot_be_changed_and_go_when_the_photo_is_taken_out(app: Flask) -> None:
    with separate_session() as session:
        world = shop.build(session)
        visit = session.get_one(Visit, world.visits["recorded"])
        officer = Actor(world.people[Role.OFFICER], world.home, Role.OFFICER, "Olive")
        reviewer = Actor(world.people[Role.REVIEWER], world.home, Role.REVIEWER, "Ravi")
        photo, new = photos.add(
            session, officer, shop.NOW, visit.id, "photos", some_photo(), pack=shipped_pack()
        )
        assert new
        visit_id, photo_id = visit.id, photo.id
    with pytest.raises(DatabaseError, match="written once"), db.engine.begin() as connection:
        connection.execute(update(PhotoFile.__table__).values(content=b"other"))
    with separate_session() as session:
        photos.take_out(session, reviewer, shop.NOW, visit_id, photo_id, "A face")
    with separate_session() as session:
        assert session.scalar(select(func.count()).select_from(PhotoFile)) == 0
