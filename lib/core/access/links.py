"""Links that work once: for the first person of a new office, and for anybody to choose a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lib.core import audit
from lib.core.access import gate, lockout, passwords, people, sessions
from lib.core.access.permissions import Permission, Role
from lib.core.access.visitor import DOORKEEPER, at_the_door
from lib.core.actor import Actor
from lib.core.database import Database, Session, named_queries
from lib.core.errors import BadInput, NotFound

_SQL = named_queries("sign_in")
#: How long a link works.
LASTS = timedelta(hours=24)
PATH = "/setup"


class LinkUsed(NotFound):
    """The link was used, is too old, or never was one."""

    def __init__(self) -> None:
        super().__init__(
            "This link does not work any more.",
            fix="Ask an administrator for another. The first one of an office is printed by: python -m jobs up.",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """What an open link is for."""

    #: None: the first person of the office, who chooses a login too.
    user_id: str | None
    login: str | None


def first_link(database: Database, actor: Actor, now: datetime) -> str | None:
    """The path of a link that makes the first administrator; None when there are people already."""
    with database.session(actor) as session:
        if people.anybody(session):
            return None
        return _make(session, actor, None, now)


def password_link(database: Database, actor: Actor, user_id: str, now: datetime) -> str:
    """The path of a link by which a person chooses a password; needs people.edit.

    Earlier links stop working, and the person's login is no longer locked out.
    """
    gate.must_for_office(database, actor, Permission.PEOPLE_EDIT)
    with database.session(actor) as session:
        person = people.found(session, user_id)
        lockout.forget(session, person.login)
        audit.record(session, "access:password:link:done", f"user:{user_id}")
        return _make(session, actor, user_id, now)


def look_up(database: Database, token: str, now: datetime) -> Link:
    """What a link is for; raises LinkUsed."""
    with database.session(DOORKEEPER) as session:
        return _open(session, token, now)


def set_up_office(database: Database, token: str, *, login: str, name: str, password: str, now: datetime) -> None:
    """Make the first person, an administrator for every client; raises LinkUsed and BadInput."""
    login = people.checked_login(login)
    passwords.check_new(password, login)
    hashed = passwords.hash_password(password)
    with database.session(at_the_door(login)) as session:
        if _open(session, token, now).user_id is not None or _SQL.use_link(session.raw, **_this(token, now)) is None:
            raise LinkUsed
        if people.anybody(session):
            raise LinkUsed
        user_id = people.insert(session, login=login, name=name, roles={Role.ADMINISTRATOR}, clients=None)
        _SQL.save_password(session.raw, user_id=user_id, hash=hashed)


def choose_password(database: Database, token: str, *, password: str, now: datetime) -> None:
    """Keep the password that the person of a link chose, and end the person's sessions; LinkUsed, BadInput."""
    link = look_up(database, token, now)
    if link.user_id is None or link.login is None:
        raise BadInput("This link sets up a new office.")
    passwords.check_new(password, link.login)
    hashed = passwords.hash_password(password)
    with database.session(at_the_door(link.login)) as session:
        if _SQL.use_link(session.raw, **_this(token, now)) is None:
            raise LinkUsed
        _SQL.save_password(session.raw, user_id=link.user_id, hash=hashed)
        sessions.end_all(session, link.user_id, why="password changed")
        audit.record(session, "access:password:change:done", f"user:{link.user_id}", by="link")


def _make(session: Session, actor: Actor, user_id: str | None, now: datetime) -> str:
    token = sessions.new_token()
    _SQL.void_links(session.raw, user_id=user_id, now=now)
    _SQL.add_link(
        session.raw, digest=sessions.digest_of(token), user_id=user_id, made_by=actor.label, ends_at=now + LASTS
    )
    return f"{PATH}?token={token}"


def _open(session: Session, token: str, now: datetime) -> Link:
    row = _SQL.open_link(session.raw, **_this(token, now))
    if row is None:
        raise LinkUsed
    return Link(user_id=str(row.user_id) if row.user_id else None, login=row.login)


def _this(token: str, now: datetime) -> dict[str, object]:
    return {"digest": sessions.digest_of(token), "now": now}
