"""The own password: changed, and asked for once more before what a stranger at an open browser must not do."""

from __future__ import annotations

from datetime import datetime

from lib.core import audit
from lib.core.access import lockout, passwords, sessions
from lib.core.access.visitor import DOORKEEPER, Visitor
from lib.core.database import Database, named_queries
from lib.core.errors import BadInput

_SQL = named_queries("sign_in")


def must_know(database: Database, person: sessions.SignedIn, password: str, visitor: Visitor, now: datetime) -> None:
    """Raise BadInput unless that is the present password; who comes by an identity provider alone has none to know.

    Counts as a try to sign in.
    """
    with database.session(DOORKEEPER) as session:
        allowed = lockout.take_try(session, person.login, visitor, now)
        known = _SQL.credentials(session.raw, login=person.login)
    if known.hash is not None and not (allowed and passwords.matches(known.hash, password)):
        with database.session(person.actor) as session:
            audit.record(session, "access:password:present:refused", f"user:{person.user_id}", address=visitor.address)
        raise BadInput("The present password is not right.", fix="After several wrong ones, wait a little.")
    with database.session(DOORKEEPER) as session:
        lockout.forget(session, person.login, visitor)


def change_password(
    database: Database, person: sessions.SignedIn, old: str, new: str, visitor: Visitor, now: datetime
) -> None:
    """Change the own password; every other session of the person ends. Raises BadInput."""
    passwords.check_new(new, person.login)
    must_know(database, person, old, visitor, now)
    hashed = passwords.hash_password(new)
    with database.session(person.actor) as session:
        _SQL.save_password(session.raw, user_id=person.user_id, hash=hashed)
        sessions.end_all(session, person.user_id, why="password changed", but=person.session_id)
        audit.record(session, "access:password:change:done", f"user:{person.user_id}")
