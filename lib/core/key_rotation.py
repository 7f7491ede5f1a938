"""Changing the instance's key: all of it in one transaction of the database's owner, so that a kill changes nothing.

docs/decisions/0018_secrets.md says what each process sees meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

from lib.core import audit, keys
from lib.core.actor import Actor
from lib.core.database import APP_ROLE, LockSpace, Session, as_owner, give_app_role_password, named_queries
from lib.core.errors import Misconfigured
from lib.core.keys import KeyRing
from lib.core.secrets import checked_key, decrypt, encrypt, is_current, kept_key_file, secret_key
from lib.core.settings import Settings

_SQL = named_queries("key_rotation")
_RENEWED = ("credentials", "files")
#: The tables in which credentials are kept.
_CREDENTIALS = ("connections", "runs", "second_factors", "notification_channels")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rotated:
    """What a rotation did; nothing where it had been done `before`. `others`: connections of processes at work."""

    before: bool
    data_keys: int
    credentials: int
    others: int


def rotate(settings: Settings, actor: Actor) -> Rotated:
    """Wrap the data keys under DAYSHEET_SECRET_KEY instead of DAYSHEET_SECRET_KEY_BEFORE.

    Credentials and files get a further data key. Credentials are encrypted anew under it, files stay as they are; the
    application's role gets the password that follows from the new key. Without DAYSHEET_SECRET_KEY_BEFORE the key kept
    in the home is meant. Raises Misconfigured where a key is missing, or is not the one that the database was set up
    with.
    """
    if settings.secret_key is None:
        raise Misconfigured(
            "There is no new key.", fix="Set DAYSHEET_SECRET_KEY to one made by python -m jobs secrets new."
        )
    new = secret_key(settings)
    with as_owner(settings) as owner:
        _SQL.wait_for_migrations(owner, space=int(LockSpace.MIGRATION))
        others = _SQL.others(owner, role=APP_ROLE)
        if keys.opens(owner, new):
            return Rotated(before=True, data_keys=0, credentials=0, others=others)
        old = _key_before(settings)
        rewrapped = keys.rewrap(owner, old, new)
        keys.keep_former(owner, old, new)
        # Who has the old key and an old copy of the database has the data keys too: nothing new is written with them.
        for name in _RENEWED:
            keys.renew(owner, name, new)
        _SQL.enter(owner, actor=actor.label)
        session = Session(actor, owner, KeyRing(new))
        credentials = sum(_encrypt_anew(session, table) for table in _CREDENTIALS)
        if settings.database_app_url is None:
            give_app_role_password(owner, settings)
        audit.record(session, "office:secret_key:rotate:done", "secret_key", keys=rewrapped, credentials=credentials)
    return Rotated(before=False, data_keys=rewrapped, credentials=credentials, others=others)


def _key_before(settings: Settings) -> str:
    if settings.secret_key_before is not None:
        return checked_key(settings.secret_key_before.get_secret_value(), setting="DAYSHEET_SECRET_KEY_BEFORE")
    kept = kept_key_file(settings)
    if not kept.exists():
        raise Misconfigured(
            "The key before is missing.", fix="Set DAYSHEET_SECRET_KEY_BEFORE to the key that was used until now."
        )
    return checked_key(kept.read_text(encoding="utf-8"), setting="The key in the home")


def _encrypt_anew(session: Session, table: str) -> int:
    """Encrypt what a table holds under the newest data key; returns how many it were."""
    read, write = getattr(_SQL, f"secrets_of_{table}"), getattr(_SQL, f"keep_secret_of_{table}")
    changed = 0
    for row_id, secret in list(read(session.raw)):
        if not is_current(session, secret):
            changed += write(session.raw, id=row_id, secret=encrypt(session, decrypt(session, secret)))
    return changed
