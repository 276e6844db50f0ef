"""Signing in: passwords, guessing slowed without locking out the owner, sessions that end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.access import PERMISSIONS, Actor, Role, allows
from compliance.services import passwords, users
from compliance.services.errors import NotFound, Refused
from compliance.services.users import IDLE, LONGEST, SignIn
from compliance.store.models import Attempt, User, UserSession
from tests.integration.store import shop
from tests.integration.store.shop import NOW, World

EMAIL = shop.email(Role.OFFICER)
OFFICE, STRANGER = "192.0.2.1", "203.0.113.9"
NEW = "three random tablets"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as the service does, argon2id, without the cost that slows a thief."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture
def world(session: Session) -> World:
    """Two authorities and their people."""
    return shop.build(session)


def sign_in(
    session: Session,
    *,
    password: str = shop.PASSWORD,
    address: str = OFFICE,
    email: str = EMAIL,
    at: datetime = NOW,
) -> SignIn:
    return users.sign_in(session, at, email=email, password=password, address=address, key="k" * 32)


def token_of(result: SignIn) -> str:
    assert result.token, result.problem
    return result.token


@pytest.mark.usefixtures("world")
class TestSigningIn:
    """The door."""

    def test_right(self, session: Session) -> None:
        result = sign_in(session, email=f" {EMAIL.upper()} ")
        assert result.user
        assert result.user.email == EMAIL
        assert result.problem is None
        assert users.find_session(session, token_of(result), NOW)

    def test_each_sign_in_has_a_token_of_its_own_and_keeps_only_its_hash(
        self, session: Session
    ) -> None:
        tokens = {token_of(sign_in(session)) for _ in range(3)}
        assert len(tokens) == 3
        kept = set(session.scalars(select(UserSession.token_hash)))
        assert len(kept) == 3
        assert not kept & tokens

    @pytest.mark.parametrize(
        "wrong", [{"password": "wrong"}, {"email": "nobody@example.com"}, {"email": ""}]
    )
    def test_wrong_and_absent_look_the_same(self, session: Session, wrong: dict[str, str]) -> None:
        result = sign_in(session, **wrong)
        assert (result.user, result.token, result.problem) == (None, None, users.WRONG)

    def test_a_closed_account_does_not_open(self, session: Session, world: World) -> None:
        token = token_of(sign_in(session))
        session.get_one(User, world.people[Role.OFFICER]).active = False
        assert sign_in(session).problem == users.WRONG
        assert users.find_session(session, token, NOW) is None


@pytest.mark.usefixtures("world")
class TestGuessing:
    """Slow for whoever guesses, open for the owner."""

    def test_five_wrong_tries_from_one_address_shut_it_for_a_while(self, session: Session) -> None:
        for _ in range(5):
            assert sign_in(session, password="x", address=STRANGER).problem == users.WRONG
        assert sign_in(session, address=STRANGER).problem == users.WAIT
        later = NOW + timedelta(minutes=15)
        assert sign_in(session, address=STRANGER, at=later).token

    def test_strangers_from_everywhere_do_not_lock_out_the_owner(self, session: Session) -> None:
        assert sign_in(session).token
        for number in range(12):
            sign_in(session, password="x", address=f"203.0.113.{number}")
        assert sign_in(session, address="203.0.113.99").problem == users.WAIT
        assert sign_in(session).token

    def test_one_address_at_many_accounts_is_shut(self, session: Session) -> None:
        for number in range(20):
            sign_in(session, email=f"{number}@example.com", password="x", address=STRANGER)
        assert sign_in(session, address=STRANGER).problem == users.WAIT
        assert sign_in(session, address=OFFICE).token

    def test_accounts_that_do_not_exist_are_shut_too(self, session: Session) -> None:
        for _ in range(5):
            sign_in(session, email="nobody@example.com", password="x")
        assert sign_in(session, email="nobody@example.com", password="x").problem == users.WAIT

    def test_neither_email_nor_address_is_kept_with_a_try(self, session: Session) -> None:
        sign_in(session, password="x")
        kept = session.scalars(select(Attempt)).one()
        assert EMAIL not in repr(vars(kept))
        assert OFFICE not in repr(vars(kept))

    def test_old_tries_are_forgotten(self, session: Session) -> None:
        sign_in(session, password="x")
        sign_in(session, at=NOW + timedelta(days=31))
        assert session.scalars(select(Attempt.at)).all() == [NOW + timedelta(days=31)]


@pytest.mark.usefixtures("world")
class TestSessions:
    """A shared tablet is put down: soon nobody is signed in."""

    def test_fifteen_minutes_idle_end_it(self, session: Session) -> None:
        token = token_of(sign_in(session))
        almost = NOW + IDLE - timedelta(seconds=1)
        assert users.find_session(session, token, almost)
        assert users.find_session(session, token, NOW + IDLE) is None

    def test_use_keeps_it_but_not_beyond_twelve_hours(self, session: Session) -> None:
        token = token_of(sign_in(session))
        moment = NOW
        while moment < NOW + LONGEST - timedelta(minutes=10):
            moment += timedelta(minutes=10)
            found = users.find_session(session, token, moment)
            assert found
            assert users.needs_touch(found, moment)
            users.touch(session, found.id, moment)
            assert not users.needs_touch(found, moment + timedelta(seconds=1))
        assert users.find_session(session, token, NOW + LONGEST) is None

    def test_signing_out_ends_this_one_only(self, session: Session) -> None:
        here, there = token_of(sign_in(session)), token_of(sign_in(session))
        users.sign_out(session, here)
        assert users.find_session(session, here, NOW) is None
        assert users.find_session(session, there, NOW)

    def test_an_invented_token_opens_nothing(self, session: Session) -> None:
        assert users.find_session(session, "invented", NOW) is None


class TestPasswords:
    """Long enough, not on the list, kept by argon2id."""

    @pytest.mark.parametrize(
        "weak",
        [
            "short",
            "elevenchars",
            "x" * 129,
            "passwordpassword",
            "Password2026!",
            "!!LetMeIn1234567",
            "qwertyuiop123",
            "aaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "123456789012",
            "correct horse battery staple",
            "nora.officer12345",
        ],
    )
    def test_weak(self, weak: str) -> None:
        with pytest.raises(Refused) as refused:
            passwords.check_strength(weak, email="nora.officer@norfolk.example")
        assert refused.value.field == "password"

    @pytest.mark.parametrize(
        "strong", [shop.PASSWORD, NEW, "kettle-mossy-lantern", "päron och äpplen"]
    )
    def test_strong(self, strong: str) -> None:
        passwords.check_strength(strong, email="nora.officer@norfolk.example")

    def test_kept_by_argon2id(self) -> None:
        kept = passwords.hashed(NEW)
        assert kept.startswith("$argon2id$")
        assert passwords.is_right(NEW, kept)
        assert not passwords.is_right(NEW + "x", kept)
        assert not passwords.is_right(NEW, None)
        assert not passwords.is_right(NEW, "not a hash")

    def test_changing_it_ends_every_session_and_begins_one(
        self, session: Session, world: World
    ) -> None:
        old = token_of(sign_in(session))
        actor = session.get_one(User, world.people[Role.OFFICER]).actor

        def change(current: str, new: str) -> users.PasswordChange:
            return users.change_password(
                session, actor, NOW, current=current, new=new, address=OFFICE, key="k" * 32
            )

        assert change("wrong", NEW).field == "current"
        assert change(shop.PASSWORD, shop.PASSWORD).field == "new"
        assert change(shop.PASSWORD, "password1234").field == "new"
        changed = change(shop.PASSWORD, NEW)
        assert changed.token
        assert users.find_session(session, old, NOW) is None
        assert users.find_session(session, changed.token, NOW)
        assert sign_in(session).problem == users.WRONG
        assert sign_in(session, password=NEW).token

    def test_guessing_the_current_password_is_slowed_too(
        self, session: Session, world: World
    ) -> None:
        actor = session.get_one(User, world.people[Role.OFFICER]).actor
        problems = [
            users.change_password(
                session, actor, NOW, current="x", new=NEW, address=OFFICE, key="k" * 32
            ).problem
            for _ in range(6)
        ]
        assert problems[4] == "Current password is not right"
        assert problems[5] == users.WAIT


class TestManaging:
    """An administrator keeps the people of their own authority, and nobody else does."""

    @pytest.fixture
    def admin(self, session: Session, world: World) -> Actor:
        return session.get_one(User, world.people[Role.ADMINISTRATOR]).actor

    def test_their_own_authority_only(self, session: Session, world: World, admin: Actor) -> None:
        assert {user.id for user in users.in_authority(session, admin)} == set(
            world.people.values()
        )
        for person in world.foreign_people.values():
            with pytest.raises(NotFound):
                users.get(session, admin, person)
        with pytest.raises(NotFound):
            users.add(
                session,
                admin,
                NOW,
                authority_id=world.foreign,
                email="new@norfolk.example",
                name="New",
                role=Role.OFFICER,
                password=NEW,
            )

    def test_nobody_else(self, session: Session, world: World) -> None:
        for role in (Role.OFFICER, Role.REVIEWER):
            actor = session.get_one(User, world.people[role]).actor
            with pytest.raises(Refused):
                users.in_authority(session, actor)

    def test_closing_an_account_ends_its_sessions(
        self, session: Session, world: World, admin: Actor
    ) -> None:
        token = token_of(sign_in(session))
        users.set_active(session, admin, user_id=world.people[Role.OFFICER], active=False)
        assert users.find_session(session, token, NOW) is None
        users.set_active(session, admin, user_id=world.people[Role.OFFICER], active=True)
        assert users.find_session(session, token, NOW) is None
        assert sign_in(session).token

    def test_somebody_remains_an_administrator(
        self, session: Session, world: World, admin: Actor
    ) -> None:
        with pytest.raises(Refused, match="remain an administrator"):
            users.set_role(session, admin, user_id=admin.user_id, role=Role.OFFICER)
        with pytest.raises(Refused, match="your own account"):
            users.set_active(session, admin, user_id=admin.user_id, active=False)
        users.set_role(session, admin, user_id=world.people[Role.OFFICER], role=Role.ADMINISTRATOR)
        users.set_role(session, admin, user_id=admin.user_id, role=Role.OFFICER)

    @pytest.mark.parametrize(
        "change, field",
        [
            ({"email": "no"}, "email"),
            ({"email": EMAIL.upper()}, "email"),
            ({"name": " "}, "name"),
            ({"password": "short"}, "password"),
        ],
    )
    def test_a_mistake_is_named_by_its_field(
        self, session: Session, admin: Actor, change: dict[str, str], field: str
    ) -> None:
        given = {"email": "new@norfolk.example", "name": "New", "password": NEW} | change
        with pytest.raises(Refused) as refused:
            users.add(
                session,
                admin,
                NOW,
                authority_id=admin.authority_id,
                role=Role.OFFICER,
                **given,
            )
        assert refused.value.field == field


def test_an_unknown_permission_means_no() -> None:
    for role in Role:
        actor = Actor(1, 1, role, "Nora")
        assert not allows(actor, "visit.burn")
        assert allows(actor, "public")
        for name, roles in PERMISSIONS.items():
            assert allows(actor, name) is (role in roles)
    assert not allows(None, "account.own")
    assert allows(None, "public")
