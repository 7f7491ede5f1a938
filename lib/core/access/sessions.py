"""Sessions of people's browsers: idle for 15 minutes at most, 12 hours long at most, ended by anybody entitled."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission, Role
from lib.core.access.visitor import DOORKEEPER, Visitor
from lib.core.actor import Actor, ActorKind
from lib.core.database import Database, Session, named_queries
from lib.core.errors import SignedOut

_SQL = named_queries("sign_in")
#: The database holds to these two in ops.open_sessions; a test compares.
IDLE, LONGEST = timedelta(minutes=15), timedelta(hours=12)
#: A person is warned so long before the idle time is over.
WARNED_BEFORE = timedelta(minutes=2)
_KNOWN = frozenset(Permission)


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """Who is behind a session's token, as the tables have it now; every time is the database's."""

    session_id: str
    user_id: str
    login: str
    name: str
    time_zone: str | None
    landing_page: str | None
    #: None: every client.
    clients: frozenset[str] | None
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    ends_at: datetime
    asked_at: datetime
    wider_until: datetime | None

    @property
    def actor(self) -> Actor:
        """The person as an actor at a page."""
        return Actor(
            kind=ActorKind.PERSON,
            name=self.login,
            clients=self.clients,
            origin="page",
            permissions=self.permissions,
            session=self.session_id,
            widened=self.wider_until is not None,
        )

    @property
    def left(self) -> timedelta:
        """Until the session ends when nothing is done."""
        return self.ends_at - self.asked_at


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSession:
    """A session as its person is shown it."""

    id: str
    factor: str
    began_at: datetime
    seen_at: datetime
    address: str
    browser: str


def begin(session: Session, user_id: str, *, factor: str, visitor: Visitor, awaits_code: bool = False) -> str:
    """Begin a session and return its token, which is kept nowhere; with `awaits_code` nobody acts through it yet."""
    token = new_token()
    _SQL.begin_session(
        session.raw,
        user_id=user_id,
        digest=digest_of(token),
        awaits_code=awaits_code,
        factor=factor,
        address=visitor.address,
        browser=visitor.browser_shown,
    )
    return token


def attend(database: Database, token: str, *, active: bool) -> SignedIn:
    """Who is behind a token; with `active` the idle time begins anew. Raises SignedOut."""
    with database.session(DOORKEEPER, lazy_commit=True) as session:
        row = _SQL.attend(session.raw, token=digest_of(token), active=active)
    if row is None:
        raise SignedOut
    return SignedIn(
        session_id=str(row.session),
        user_id=str(row.user_id),
        login=row.login,
        name=row.name,
        time_zone=row.time_zone,
        landing_page=row.landing_page,
        clients=None if row.all_clients else frozenset(str(client) for client in row.clients),
        roles=frozenset(Role(role) for role in row.roles),
        # A later version's permission means nothing to this one.
        permissions=frozenset(Permission(each) for each in row.permissions if each in _KNOWN),
        ends_at=min((row.asked_at if active else row.seen_at) + IDLE, row.began_at + LONGEST),
        asked_at=row.asked_at,
        wider_until=row.wider_until,
    )


def list_open(database: Database, signed_in: SignedIn) -> list[OpenSession]:
    """The open sessions of whoever is signed in, latest first."""
    with database.session(signed_in.actor) as session:
        return [_shown(row) for row in _SQL.open_sessions(session.raw, user_id=signed_in.user_id)]


def end(database: Database, signed_in: SignedIn, *, why: str = "signed out") -> None:
    """End the session of whoever is signed in."""
    with database.session(signed_in.actor) as session:
        _SQL.end_session(session.raw, session=signed_in.session_id, user_id=signed_in.user_id, why=why)
        audit.record(session, "access:session:end:done", f"session:{signed_in.session_id}", why=why)


def end_own(database: Database, signed_in: SignedIn, *, session_id: str | None = None) -> None:
    """End one other session of one's own, or all others."""
    with database.session(signed_in.actor) as session:
        if session_id:
            _SQL.end_session(session.raw, session=session_id, user_id=signed_in.user_id, why="ended by its person")
        else:
            end_all(session, signed_in.user_id, why="ended by its person", but=signed_in.session_id)
        audit.record(session, "access:session:end:done", f"user:{signed_in.user_id}", which=session_id or "others")


def end_of(database: Database, actor: Actor, user_id: str) -> None:
    """Sign somebody out everywhere; needs people.edit."""
    gate.must_for_office(database, actor, Permission.PEOPLE_EDIT)
    with database.session(actor) as session:
        end_all(session, user_id, why="ended by an administrator")
        audit.record(session, "access:session:end:done", f"user:{user_id}", which="all")


def end_all(session: Session, user_id: str, *, why: str, but: str | None = None) -> None:
    """End every session of a person but one, in the caller's transaction."""
    _SQL.end_sessions(session.raw, user_id=user_id, why=why, but=but)


def new_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def _shown(row: Any) -> OpenSession:
    return OpenSession(
        id=str(row.id),
        factor=row.factor,
        began_at=row.began_at,
        seen_at=row.seen_at,
        address=row.address,
        browser=row.browser,
    )
