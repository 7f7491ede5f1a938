"""The second factor: codes of an authenticator app by time, and recovery codes on paper; each works once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp

from lib.core import audit
from lib.core.access import gate, lockout, own_password
from lib.core.access.permissions import Permission
from lib.core.access.sessions import SignedIn
from lib.core.access.visitor import DOORKEEPER, Visitor
from lib.core.actor import Actor
from lib.core.database import Database, Session, named_queries
from lib.core.errors import BadInput
from lib.core.secrets import decrypt, encrypt

_SQL = named_queries("sign_in")
_ISSUER = "Daysheet"
_STEP_SECONDS = 30
_RECOVERY_CODES = 10
#: No letter or digit that is mistaken for another.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, kw_only=True, slots=True)
class Factor:
    """What a person is told of the own second factor."""

    since: datetime
    recovery_codes_left: int


def of_person(database: Database, person: SignedIn) -> Factor | None:
    """The confirmed second factor of whoever is signed in."""
    with database.session(person.actor) as session:
        row = _SQL.factor_of(session.raw, user_id=person.user_id)
    return Factor(since=row.confirmed_at, recovery_codes_left=row.codes_left) if row else None


def start(database: Database, person: SignedIn, password: str, visitor: Visitor, now: datetime) -> str:
    """Begin to set a second factor up and return the address that an authenticator app reads from a QR code.

    Raises BadInput without the present password: else a stranger at an open browser could lock the person out.
    """
    own_password.must_know(database, person, password, visitor, now)
    secret = pyotp.random_base32()
    with database.session(person.actor) as session:
        _SQL.start_factor(session.raw, user_id=person.user_id, secret=encrypt(session, secret))
    return pyotp.TOTP(secret).provisioning_uri(name=person.login, issuer_name=_ISSUER)


def confirm(database: Database, person: SignedIn, code: str, now: datetime) -> list[str]:
    """Take the first code and return recovery codes, which are shown this once; raises BadInput for a wrong code."""
    with database.session(person.actor) as session:
        kept = _SQL.unconfirmed_factor(session.raw, user_id=person.user_id)
        step = step_of(decrypt(session, kept), code, now) if kept else None
        if step is None:
            raise BadInput("That code is not right.", fix="Type the code that the app shows now.")
        _SQL.confirm_factor(session.raw, user_id=person.user_id, now=now, step=step)
        _SQL.drop_recovery_codes(session.raw, user_id=person.user_id)
        codes = [_recovery_code() for _ in range(_RECOVERY_CODES)]
        for each in codes:
            _SQL.add_recovery_code(session.raw, user_id=person.user_id, digest=_digest(each))
        audit.record(session, "access:second_factor:add:done", f"user:{person.user_id}")
    return codes


def remove(database: Database, actor: Actor, user_id: str) -> None:
    """Take somebody's second factor away, after the telephone was lost; needs people.edit."""
    gate.must_for_office(database, actor, Permission.PEOPLE_EDIT)
    with database.session(actor) as session:
        _drop(session, user_id)


def remove_own(database: Database, person: SignedIn, code: str, visitor: Visitor, now: datetime) -> None:
    """Take the own second factor away, by a code of the app or a recovery code; raises BadInput for a wrong one.

    Else whoever finds a browser open could.
    """
    with database.session(DOORKEEPER) as session:
        allowed = lockout.take_try(session, person.login, visitor, now)
        secret = _SQL.credentials(session.raw, login=person.login).secret
    with database.session(person.actor) as session:
        who = {"user_id": person.user_id, "code": code}
        if (
            allowed
            and secret
            and (use_code(session, secret=secret, now=now, **who) or use_recovery_code(session, **who))
        ):
            lockout.take_back(session, person.login, visitor)
            _drop(session, person.user_id)
            return
    raise BadInput("That code is not right, or was used before.", fix="Wait for the next one, or use a recovery code.")


def use_code(session: Session, *, user_id: str, secret: bytes, code: str, now: datetime) -> bool:
    """Whether a code of the app is right and not used before; it is used up."""
    step = step_of(decrypt(session, secret), code, now)
    return step is not None and _SQL.use_step(session.raw, user_id=user_id, step=step) == 1


def use_recovery_code(session: Session, *, user_id: str, code: str) -> bool:
    """Whether a recovery code is one of the person's and not used before; it is used up."""
    return _SQL.use_recovery_code(session.raw, user_id=user_id, digest=_digest(code)) == 1


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step of time that a code belongs to, or None; the telephone's clock may be 30 seconds off."""
    totp = pyotp.TOTP(secret)
    code = "".join(code.split())
    current = int(now.timestamp()) // _STEP_SECONDS
    for step in (current, current - 1, current + 1):
        if secrets.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def _drop(session: Session, user_id: str) -> None:
    _SQL.drop_factor(session.raw, user_id=user_id)
    _SQL.drop_recovery_codes(session.raw, user_id=user_id)
    audit.record(session, "access:second_factor:remove:done", f"user:{user_id}")


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def _digest(code: str) -> bytes:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).digest()
