"""Refused tries to sign in are counted by login and by address; too many lock either out, longer each time.

Where a login was let in of late it has a count of its own: strangers elsewhere lock nobody out of the own desk.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from lib.core.access.visitor import Visitor
from lib.core.database import Session, named_queries

_SQL = named_queries("sign_in")
#: Tries before the first wait; an office behind one address has several people.
LOGIN_TRIES, ADDRESS_TRIES = 5, 30
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=15)


def take_try(session: Session, login: str, visitor: Visitor, now: datetime) -> bool:
    """Count a try before it is looked at, in a transaction that is committed first; False when it is locked out.

    Counted first, so that tries made at the same moment cannot pass together.
    """
    allowed = True
    for subject, free in ((_login(session, login, visitor), LOGIN_TRIES), (_address(visitor), ADDRESS_TRIES)):
        row = _SQL.take_try(session.raw, subject=subject, now=now)
        if row.locked:
            allowed = False
        elif row.tries >= free:
            wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(row.tries - free, 10))
            _SQL.lock_until(session.raw, subject=subject, until=now + wait)
    return allowed


def take_back(session: Session, login: str, visitor: Visitor) -> None:
    """A try that was right is none of the refused ones; those before it still count."""
    for subject in (_login(session, login, visitor), _address(visitor)):
        _SQL.take_back_try(session.raw, subject=subject)


def forget(session: Session, login: str, visitor: Visitor | None = None) -> None:
    """The login begins anew: for a visitor who is about to be let in, or everywhere, after its password was reset."""
    if visitor:
        _SQL.forget_tries(session.raw, subject=_login(session, login, visitor))
        _SQL.take_back_try(session.raw, subject=_address(visitor))
        return
    for place in ("", *_known_addresses(session, login)):
        _SQL.forget_tries(session.raw, subject=_login_at(login, place))


def _login(session: Session, login: str, visitor: Visitor) -> bytes:
    known = visitor.address in _known_addresses(session, login)
    return _login_at(login, visitor.address if known else "")


def _known_addresses(session: Session, login: str) -> list[str]:
    return [row.address for row in _SQL.known_addresses(session.raw, login=login)]


def _login_at(login: str, address: str) -> bytes:
    # A digest, because people type passwords into the field of the login.
    return hashlib.sha256(f"login {login}\n{address}".encode()).digest()


def _address(visitor: Visitor) -> bytes:
    return hashlib.sha256(b"address " + visitor.address.encode()).digest()
