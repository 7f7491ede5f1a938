"""Data keys: random keys that the database keeps, each wrapped under the instance's key, which it never sees.

A data key stays as it is when the instance's key is changed: it is wrapped anew, and what it protects is not touched.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiosql
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from psycopg2.extensions import connection as RawConnection

from lib.core.errors import Misconfigured
from lib.core.settings import ROOT

if TYPE_CHECKING:
    from lib.core.database import Session

#: What there is a data key for.
NAMES = ("audit", "credentials", "files")
#: Keys that were the instance's before; what was made with one stays readable.
FORMER = "instance"
_SQL = aiosql.from_path(ROOT / "sql" / "queries" / "keys.sql", "psycopg2", mandatory_parameters=False)
_NONCE, _BYTES = 12, 32


@dataclass(frozen=True, kw_only=True, slots=True)
class DataKey:
    """A key of 32 bytes in clear; it goes into no log, and no further than who needs it."""

    name: str
    version: int
    secret: bytes = field(repr=False)


class KeyRing:
    """The data keys of one database, opened with the instance's key and then kept in this process."""

    def __init__(self, instance_key: str) -> None:
        self._instance_key = instance_key
        self._opened: dict[str, dict[int, DataKey]] = {}

    def versions(self, raw: RawConnection, name: str) -> dict[int, DataKey]:
        """Every version of a data key, read anew.

        Raises Misconfigured when there is none, or when it was wrapped under another key.
        """
        found = {}
        for version, wrapped in _SQL.versions_of_key(raw, name=name):
            secret = _unwrapped(self._instance_key, name, version, bytes(wrapped))
            found[version] = DataKey(name=name, version=version, secret=secret)
        if not found:
            raise Misconfigured(f"The database has no {name} key.", fix="Run python -m jobs migrate.")
        self._opened[name] = found
        return found

    def newest(self, raw: RawConnection, name: str) -> DataKey:
        """The version that is written with; raises like `versions`."""
        found = self._opened.get(name) or self.versions(raw, name)
        return found[max(found)]

    def version(self, raw: RawConnection, name: str, version: int) -> DataKey:
        """One version, to open what was written with it; raises Misconfigured where it is not here."""
        found = self._opened.get(name, {}).get(version) or self.versions(raw, name).get(version)
        if found is None:
            raise Misconfigured(f"The database has no version {version} of the {name} key.", fix="Restore its backup.")
        return found

    def instance_keys(self, raw: RawConnection) -> list[bytes]:
        """The instance's own key, and those that were it before, each of 32 bytes."""
        former = [
            _unwrapped(self._instance_key, FORMER, version, bytes(wrapped))
            for version, wrapped in _SQL.versions_of_key(raw, name=FORMER)
        ]
        return [base64.urlsafe_b64decode(self._instance_key), *former]


def data_key(session: Session, name: str) -> DataKey:
    """The newest version of a data key, kept in this process once it was read; raises Misconfigured without one."""
    return session.keys.newest(session.raw, name)


def data_keys(session: Session, name: str) -> dict[int, DataKey]:
    """Every version of a data key by its number, to open with what was written with any; raises like `data_key`."""
    return session.keys.versions(session.raw, name)


def ensure_keys(owner: RawConnection, instance_key: str) -> None:
    """Make the data keys that are missing; `owner` is a connection of the database's owner."""
    for name in NAMES:
        wrapped = _wrapped(instance_key, name, 1, os.urandom(_BYTES))
        _SQL.add_key(owner, name=name, version=1, wrapped=wrapped)


def rewrap(owner: RawConnection, old: str, new: str) -> int:
    """Wrap every data key under another instance key, in the caller's transaction, and return how many they were.

    What the data keys protect stays as it is. Raises Misconfigured when `old` does not open one of them.
    """
    kept = list(_SQL.all_keys(owner))
    for name, version, wrapped in kept:
        secret = _unwrapped(old, name, version, bytes(wrapped))
        _SQL.rewrap_key(owner, name=name, version=version, wrapped=_wrapped(new, name, version, secret))
    return len(kept)


def keep_former(owner: RawConnection, former: str, instance_key: str) -> None:
    """Keep a key that was the instance's, wrapped under the one that is."""
    version = 1 + max((version for version, _ in _SQL.versions_of_key(owner, name=FORMER)), default=0)
    wrapped = _wrapped(instance_key, FORMER, version, base64.urlsafe_b64decode(former))
    _SQL.add_key(owner, name=FORMER, version=version, wrapped=wrapped)


def renew(owner: RawConnection, name: str, instance_key: str) -> None:
    """Make a further version of a data key, which is written with from now on; what there is stays readable."""
    version = 1 + max(version for version, _ in _SQL.versions_of_key(owner, name=name))
    _SQL.add_key(owner, name=name, version=version, wrapped=_wrapped(instance_key, name, version, os.urandom(_BYTES)))


def opens(owner: RawConnection, instance_key: str) -> bool:
    """Whether the data keys are wrapped under this key; also where there are none yet."""
    try:
        for name, version, wrapped in _SQL.kept_keys(owner):
            _unwrapped(instance_key, name, version, bytes(wrapped))
    except Misconfigured:
        return False
    return True


def _wrapped(instance_key: str, name: str, version: int, secret: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(instance_key).encrypt(nonce, secret, _bound(name, version))


def _unwrapped(instance_key: str, name: str, version: int, wrapped: bytes) -> bytes:
    try:
        return _cipher(instance_key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound(name, version))
    except InvalidTag:
        raise Misconfigured(
            f"The {name} key in the database was wrapped under another key of the instance.",
            fix="Start with the DAYSHEET_SECRET_KEY that this database was set up with, or was changed to since.",
        ) from None


def _cipher(instance_key: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"daysheet data keys, wrapping")
    return AESGCM(derived.derive(base64.urlsafe_b64decode(instance_key)))


def _bound(name: str, version: int) -> bytes:
    return f"{name}:{version}".encode()
