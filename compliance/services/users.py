"""People with an account: taking them in, signing in and out, passwords."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from compliance.access import Actor, Role
from compliance.services import authorities, passwords
from compliance.services.errors import NotFound, Refused
from compliance.services.permission import require
from compliance.services.throttle import SIGN_IN, Door
from compliance.store.models import User, UserSession

#: A shared tablet is put down: nobody who picks it up later is signed in.
IDLE = timedelta(minutes=15)
#: However busy, a sign-in ends.
LONGEST = timedelta(hours=12)
#: The last use is written at most this often, so that reading pages seldom write.
TOUCH_EVERY = timedelta(seconds=30)

WRONG = "Email address or password is not right"
WAIT = "Too many wrong tries. Wait 15 minutes, then try again"

#: The longest address that mail can be sent to (RFC 5321), and a name that fits a page.
LONGEST_EMAIL = 254
LONGEST_NAME = 120

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@dataclass(frozen=True)
class SignIn:
    """What a try to sign in came to. `token` goes into the cookie and is kept nowhere."""

    user: User | None
    token: str | None
    #: Plain English for the form when `user` is None.
    problem: str | None


@dataclass(frozen=True)
class PasswordChange:
    """What a try to change one's password came to: a new token, or a problem at a field."""

    token: str | None
    field: str | None
    problem: str | None


def add(
    session: Session,
    actor: Actor | None,
    now: datetime,
    *,
    authority_id: int,
    email: str,
    name: str,
    role: Role,
    password: str,
) -> User:
    """Take a person in. `actor` None is the command line, which adds the first administrator.

    Raises Refused for an address that is taken or not one, a weak password or an empty name;
    NotFound for another authority.
    """
    if actor is not None:
        require(actor, "users.manage")
        if actor.authority_id != authority_id:
            raise NotFound
    authorities.get(session, authority_id)
    email = email.strip().lower()
    name = " ".join(name.split())
    if not _EMAIL.fullmatch(email) or len(email) > LONGEST_EMAIL:
        raise Refused(
            "Enter an email address in the correct format, like name@example.com", "email"
        )
    if not name:
        raise Refused("Enter a name", "name")
    if session.scalar(select(User.id).where(User.email == email)):
        raise Refused("There is an account with this email address already", "email")
    passwords.check_strength(password, email=email)
    user = User(
        authority_id=authority_id,
        email=email,
        name=name,
        role=Role(role).value,
        password_hash=passwords.hashed(password),
        active=True,
        created_at=now,
        password_changed_at=now,
    )
    session.add(user)
    session.flush()
    return user


def sign_in(
    session: Session, now: datetime, *, email: str, password: str, address: str, key: str
) -> SignIn:
    """Try to sign in from the network address `address`; `key` is the service's secret key.

    Returns a SignIn and raises nothing, so that the try itself is kept: call it in
    `store.engine.separate_session()`. Each sign-in has a new token.
    """
    door = Door.at(SIGN_IN, email, address, key)
    if door.is_shut(session, now):
        return SignIn(None, None, WAIT)
    user = session.scalar(select(User).where(User.email == email.strip().lower()))
    right = passwords.is_right(password, user.password_hash if user else None)
    if user is None or not right or not user.active:
        door.record(session, now, succeeded=False)
        return SignIn(None, None, WRONG)
    door.record(session, now, succeeded=True)
    if passwords.is_out_of_date(user.password_hash):
        user.password_hash = passwords.hashed(password)
    session.execute(delete(UserSession).where(UserSession.expires_at <= now))
    user.last_signed_in_at = now
    return SignIn(user, begin_session(session, user, now), None)


def begin_session(session: Session, user: User, now: datetime) -> str:
    """Begin a signed-in session and return its token; only the token's hash is kept."""
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_hash=_hash(token),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LONGEST,
        )
    )
    session.flush()
    return token


def find_session(session: Session, token: str, now: datetime) -> UserSession | None:
    """Return the live session of `token`, None when there is none, it is over or idle too long."""
    found = session.scalar(
        select(UserSession)
        .where(UserSession.token_hash == _hash(token))
        # Asked on every request: the person and their authority in one question.
        .options(joinedload(UserSession.user).joinedload(User.authority))
    )
    if found is None or not found.user.active:
        return None
    if now >= found.expires_at or now - found.last_seen_at >= IDLE:
        return None
    return found


def needs_touch(found: UserSession, now: datetime) -> bool:
    """Say whether the session's last use should be written again."""
    return now - found.last_seen_at >= TOUCH_EVERY


def touch(session: Session, session_id: int, now: datetime) -> None:
    """Write that a session was used just now."""
    kept = session.get(UserSession, session_id)
    if kept is not None and kept.last_seen_at < now:
        kept.last_seen_at = now
        session.flush()


def sign_out(session: Session, token: str) -> None:
    """End the session of `token`; no matter if it is over already."""
    session.execute(delete(UserSession).where(UserSession.token_hash == _hash(token)))


def change_password(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    current: str,
    new: str,
    address: str,
    key: str,
) -> PasswordChange:
    """Change one's own password, end every session of one's own, and begin a new one.

    Wrong tries at the current password count like wrong sign-ins, so like `sign_in` this raises
    nothing and is called in `store.engine.separate_session()`.
    """
    user = session.get(User, actor.user_id)
    if user is None:
        return PasswordChange(None, "current", WRONG)
    door = Door.at(SIGN_IN, user.email, address, key)
    if door.is_shut(session, now):
        return PasswordChange(None, "current", WAIT)
    if not passwords.is_right(current, user.password_hash):
        door.record(session, now, succeeded=False)
        return PasswordChange(None, "current", "Current password is not right")
    if current == new:
        return PasswordChange(None, "new", "New password must differ from the current one")
    try:
        passwords.check_strength(new, email=user.email, field="new")
    except Refused as refused:
        return PasswordChange(None, refused.field, refused.message)
    _set_password(session, user, now, new)
    return PasswordChange(begin_session(session, user, now), None, None)


def reset_password(
    session: Session, actor: Actor, now: datetime, *, user_id: int, new: str
) -> User:
    """Give a colleague a new password and end their sessions. Raises NotFound, Refused."""
    user = get(session, actor, user_id)
    passwords.check_strength(new, email=user.email, field="password")
    _set_password(session, user, now, new)
    return user


def set_active(session: Session, actor: Actor, *, user_id: int, active: bool) -> User:
    """Open or close a colleague's account; closing ends their sessions. Raises NotFound, Refused."""
    user = get(session, actor, user_id)
    if user.id == actor.user_id and not active:
        raise Refused("You cannot close your own account. Ask another administrator")
    user.active = active
    if not active:
        _end_sessions(session, user)
    session.flush()
    return user


def set_role(session: Session, actor: Actor, *, user_id: int, role: Role) -> User:
    """Change what a colleague does. Raises Refused for the last administrator, NotFound."""
    user = get(session, actor, user_id)
    if user.role == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR:
        others = select(func.count()).where(
            User.authority_id == user.authority_id,
            User.role == Role.ADMINISTRATOR.value,
            User.active,
            User.id != user.id,
        )
        if not session.scalar(others):
            raise Refused("Somebody must remain an administrator", "role")
    user.role = Role(role).value
    session.flush()
    return user


def get(session: Session, actor: Actor, user_id: int) -> User:
    """Return a colleague for an administrator. Raises NotFound, Refused."""
    require(actor, "users.manage")
    user = session.get(User, user_id)
    if user is None or user.authority_id != actor.authority_id:
        raise NotFound
    return user


def in_authority(session: Session, actor: Actor) -> list[User]:
    """Return everybody of the administrator's authority by name. Raises Refused."""
    require(actor, "users.manage")
    query = select(User).where(User.authority_id == actor.authority_id)
    return list(session.scalars(query.order_by(User.active.desc(), User.name, User.id)))


def _set_password(session: Session, user: User, now: datetime, new: str) -> None:
    user.password_hash = passwords.hashed(new)
    user.password_changed_at = now
    _end_sessions(session, user)


def _end_sessions(session: Session, user: User) -> None:
    session.execute(delete(UserSession).where(UserSession.user_id == user.id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
