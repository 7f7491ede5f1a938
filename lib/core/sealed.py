"""Files encrypted under the data key for files, as a stream: memory stays flat however large the file is.

AES-GCM over parts of one MiB by the STREAM construction: the nonce of a part is a random prefix, the part's number and
whether it is the last, so that no part can be cut off, moved or repeated. Every file has a key of its own (HKDF of the
data key and a random salt). The header names the format and the key: a file stays as it is when keys are changed, and
one from before there were data keys is opened with the instance's key of its time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lib.core.database import Session
from lib.core.errors import DaysheetError, Misconfigured
from lib.core.keys import data_key, data_keys

_FORMAT = b"\x01"
_KEY_ID, _SALT, _PREFIX = 8, 16, 7
_HEADER = len(_FORMAT) + _KEY_ID + _SALT + _PREFIX
PART = 1 << 20
_TAG = 16


class SealBroken(DaysheetError):
    """A sealed file is not what was sealed: cut off, changed, put in another's place, or no sealed file at all."""

    def __init__(self, what: str) -> None:
        super().__init__(what, fix="Bring back the file from a backup, or ask for what it held again.")


@dataclass(frozen=True, kw_only=True, slots=True)
class SealKeys:
    """The key that files are sealed with, and every key by the id that stands in a sealed file."""

    newest: bytes = field(repr=False)
    by_id: Mapping[bytes, bytes] = field(repr=False)

    @classmethod
    def of(cls, newest: bytes, *older: bytes) -> SealKeys:
        """The keys for files, each of 32 bytes."""
        return cls(newest=newest, by_id={_key_id(key): key for key in (newest, *older)})


def seal_keys(session: Session) -> SealKeys:
    """The database's keys for files, and the instance's own, which older files were sealed with."""
    every = [key.secret for key in data_keys(session, "files").values()]
    return SealKeys.of(data_key(session, "files").secret, *every, *session.keys.instance_keys(session.raw))


def seal(keys: SealKeys, source: Path, target: Path, *, context: str) -> str:
    """Encrypt `source` into `target`, which appears whole or not at all, and return the SHA-256 of what was sealed.

    `context` says what the file is; it must be given again to open it. `source` stays.
    """
    digest = hashlib.sha256()
    header = _FORMAT + _key_id(keys.newest) + os.urandom(_SALT + _PREFIX)
    cipher = AESGCM(_file_key(keys.newest, header))
    new = target.with_name(target.name + ".new")
    try:
        with source.open("rb") as plain, _private(new) as sealed:
            sealed.write(header)
            for number, part, last in _parts(plain, PART):
                digest.update(part)
                sealed.write(cipher.encrypt(_nonce(header, number, last), part, _bound(header, context)))
            sealed.flush()
            os.fsync(sealed.fileno())
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
    return digest.hexdigest()


def unseal(keys: SealKeys, source: Path, target: Path, *, context: str) -> None:
    """Decrypt into `target`, readable by this OS user only; nothing is left of it when the file turns out broken.

    Raises SealBroken, and Misconfigured where the file was sealed with another key.
    """
    try:
        with source.open("rb") as sealed, _private(target) as plain:
            header = sealed.read(_HEADER)
            if len(header) < _HEADER or header[:1] != _FORMAT:
                raise SealBroken("A kept file is not one that Daysheet has sealed.")
            key = keys.by_id.get(header[1 : 1 + _KEY_ID])
            if key is None:
                raise Misconfigured(
                    "A kept file was sealed with another key.",
                    fix="Start with the DAYSHEET_SECRET_KEY that was set when it came.",
                )
            cipher = AESGCM(_file_key(key, header))
            for number, part, last in _parts(sealed, PART + _TAG):
                plain.write(cipher.decrypt(_nonce(header, number, last), part, _bound(header, context)))
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, InvalidTag):
            raise SealBroken("A kept file was cut off, changed, or put in the place of another.") from None
        raise


def _parts(stream: IO[bytes], size: int) -> Iterator[tuple[int, bytes, bool]]:
    """The parts of a stream, numbered, each with whether it is the last; an empty stream is one empty part."""
    number, part = 0, stream.read(size)
    while following := stream.read(size):
        yield number, part, False
        number, part = number + 1, following
    yield number, part, True


def _nonce(header: bytes, number: int, last: bool) -> bytes:
    return header[-_PREFIX:] + number.to_bytes(4, "big") + bytes([last])


def _bound(header: bytes, context: str) -> bytes:
    return header + context.encode()


def _key_id(key: bytes) -> bytes:
    return _derived(key, None, b"daysheet sealed file, key id")[:_KEY_ID]


def _file_key(key: bytes, header: bytes) -> bytes:
    salt = header[len(_FORMAT) + _KEY_ID : -_PREFIX]
    return _derived(key, salt, b"daysheet sealed file, format 1")


def _derived(key: bytes, salt: bytes | None, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose).derive(key)


def _private(path: Path) -> IO[bytes]:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
