"""Signing in with a password, and with the second factor where the person has one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lib.core import audit
from lib.core.access import lockout, passwords, second_factor, sessions
from lib.core.access.visitor import DOORKEEPER, Visitor, at_the_door
from lib.core.database import Database, Session, named_queries
from lib.core.errors import DaysheetError
from lib.core.notify.events import Event
from lib.core.notify.outbox import tell

_SQL = named_queries("sign_in")


class SignInRefused(DaysheetError):
    """Nobody was let in; the sentence does not tell which of the two was wrong, or whether the login exists."""

    def __init__(self) -> None:
        super().__init__(
            "Login and password do not match, or there were too many tries.",
            fix="Try again in a little while. An administrator can give you a link for a new password.",
        )


class CodeRefused(DaysheetError):
    """The second factor was not right; the sign-in may still be waiting for it."""

    def __init__(self) -> None:
        super().__init__(
            "That code is not right, or was used before.",
            fix="Wait for the next one, or use a recovery code. After five minutes begin again.",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Admitted:
    """A token for the browser's cookie."""

    token: str
    #: The password was right and the second factor is still to come.
    awaits_code: bool = False


def present_password(database: Database, login: str, password: str, visitor: Visitor, now: datetime) -> Admitted:
    """Begin a session, or a sign-in that waits for its code.

    Takes as long for a login that nobody has. Raises SignInRefused, the same whatever was wrong.
    """
    login = login.strip().lower()
    with database.session(DOORKEEPER) as session:
        allowed = lockout.take_try(session, login, visitor, now)
        known = _SQL.credentials(session.raw, login=login)
    # Whoever is locked out costs no hashing, for which others would wait; every login is locked out alike.
    right = allowed and passwords.matches(known.hash if known else None, password)
    if not right or known is None or known.disabled:
        with database.session(DOORKEEPER) as session:
            whom = f"user:{known.user_id}" if known else "user:unknown"
            why = "locked" if not allowed else "disabled" if right else "wrong"
            _note_refused(session, whom, why, visitor)
        raise SignInRefused
    with database.session(at_the_door(login)) as session:
        if passwords.is_outdated(known.hash):
            _SQL.save_password(session.raw, user_id=known.user_id, hash=passwords.hash_password(password))
        if known.secret is not None:
            lockout.take_back(session, login, visitor)
            token = sessions.begin(session, known.user_id, factor="password", visitor=visitor, awaits_code=True)
            return Admitted(token=token, awaits_code=True)
        lockout.forget(session, login, visitor)
        return admit(session, known.user_id, factor="password", visitor=visitor)


def present_code(database: Database, token: str, code: str, visitor: Visitor, now: datetime) -> Admitted:
    """Finish a sign-in with a code of the app or a recovery code; the token is exchanged for another.

    Raises CodeRefused; SignInRefused when there is no sign-in waiting.
    """
    with database.session(DOORKEEPER) as session:
        waiting = _SQL.awaiting_code(session.raw, token=sessions.digest_of(token))
        if waiting is None:
            raise SignInRefused
        allowed = lockout.take_try(session, waiting.login, visitor, now)
    with database.session(at_the_door(waiting.login)) as session:
        if allowed:
            who = {"user_id": waiting.user_id, "code": code}
            by_app = second_factor.use_code(session, secret=waiting.secret, now=now, **who)
            if by_app or second_factor.use_recovery_code(session, **who):
                factor = "code" if by_app else "recovery"
                return _exchange(session, waiting.session, waiting.login, factor=factor, visitor=visitor)
        why = "code" if allowed else "locked"
        _note_refused(session, f"user:{waiting.user_id}", why, visitor)
    raise CodeRefused


def admit(session: Session, user_id: str, *, factor: str, visitor: Visitor) -> Admitted:
    """Begin a session for somebody who has proved to be that person, in the caller's transaction."""
    token = sessions.begin(session, user_id, factor=factor, visitor=visitor)
    audit.record(session, "access:session:begin:done", f"user:{user_id}", factor=factor, address=visitor.address)
    return Admitted(token=token)


def _note_refused(session: Session, whom: str, why: str, visitor: Visitor) -> None:
    audit.record(session, "access:session:begin:refused", whom, why=why, address=visitor.address)
    if why == "locked":
        said = f"Sign-ins are refused time and again: {whom}, from {visitor.address}."
        tell(session, Event.SIGN_INS_REFUSED, said, subject="sign-ins", link="/people")


def _exchange(session: Session, session_id: str, login: str, *, factor: str, visitor: Visitor) -> Admitted:
    lockout.forget(session, login, visitor)
    token = sessions.new_token()
    _SQL.confirm_session(session.raw, session=session_id, digest=sessions.digest_of(token), factor=factor)
    audit.record(session, "access:session:begin:done", f"session:{session_id}", factor=factor, address=visitor.address)
    return Admitted(token=token)
