"""A stream sealed under a passphrase, written and read once from beginning to end; memory stays flat.

As in lib.core.sealed: AES-GCM over parts of one MiB by the STREAM construction, so that no part can be changed, moved,
repeated or cut off. The key is made from the passphrase by Argon2id and a random salt, both within the header.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from typing import IO

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lib.core.errors import BadInput, DaysheetError

_FORMAT = b"DAYSHEET BACKUP 1\n"
_SALT, _PREFIX, _MARK, _TAG = 16, 7, 8, 16
_HEADER = len(_FORMAT) + _SALT + _PREFIX + _MARK
_PART = 1 << 20
#: Argon2id: passes, KiB of memory, lanes. They belong to the format.
_PASSES, _KIB, _LANES = 3, 64 * 1024, 4


class BackupBroken(DaysheetError):
    """A backup is not what was written: cut off, changed, or no backup at all. Nothing was touched."""

    def __init__(self, what: str) -> None:
        super().__init__(what, fix="Take an earlier backup, or another copy of this one; nothing was touched.")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Keys:
    """What a passphrase and the salt of a header come to: the cipher, and a mark that tells a wrong passphrase."""

    cipher: AESGCM
    mark: bytes


class SealingWriter:
    """Writes into `target` what is sealed; without `finish` it can never be opened again."""

    def __init__(self, target: IO[bytes], passphrase: str) -> None:
        self._target = target
        start = _FORMAT + os.urandom(_SALT + _PREFIX)
        keys = _keys(passphrase, start)
        self._cipher, self._header = keys.cipher, start + keys.mark
        self._held = bytearray()
        self._number = 0
        target.write(self._header)

    def write(self, content: bytes) -> None:
        """Seal more."""
        self._held += content
        # One part is always held back, for only the end of the stream says which is the last.
        while len(self._held) > _PART:
            self._seal(bytes(self._held[:_PART]), last=False)
            del self._held[:_PART]

    def finish(self) -> None:
        """Seal the end."""
        self._seal(bytes(self._held), last=True)

    def _seal(self, part: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._header, self._number, last), part, self._header))
        self._number += 1


class OpeningReader:
    """Reads what a SealingWriter wrote into `source`; every byte that it returns was sealed so, in this order.

    Raises BackupBroken, here or at any read, and BadInput for a passphrase that is not the one.
    """

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        self._source = source
        self._header = source.read(_HEADER)
        if len(self._header) < _HEADER or not self._header.startswith(_FORMAT):
            raise BackupBroken("This is no backup of Daysheet.")
        keys = _keys(passphrase, self._header[:-_MARK])
        if not hmac.compare_digest(keys.mark, self._header[-_MARK:]):
            raise BadInput(
                "The passphrase is not the one of this backup.",
                fix="Set DAYSHEET_BACKUP_PASSPHRASE to the one that it was made with; nothing was touched.",
            )
        self._cipher = keys.cipher
        self._held = bytearray()
        self._number = 0
        self._next = source.read(_PART + _TAG)

    def read(self, size: int) -> bytes:
        """The next `size` bytes; fewer at the end."""
        while len(self._held) < size and self._next:
            self._open()
        found = bytes(self._held[:size])
        del self._held[:size]
        return found

    def _open(self) -> None:
        part, self._next = self._next, self._source.read(_PART + _TAG)
        try:
            nonce = _nonce(self._header, self._number, not self._next)
            self._held += self._cipher.decrypt(nonce, part, self._header)
        except InvalidTag:
            raise BackupBroken(f"The backup was cut off or changed, in its MiB {self._number + 1:,}.") from None
        self._number += 1


def _keys(passphrase: str, start: bytes) -> _Keys:
    made = hash_secret_raw(
        passphrase.encode(),
        start[len(_FORMAT) : len(_FORMAT) + _SALT],
        time_cost=_PASSES,
        memory_cost=_KIB,
        parallelism=_LANES,
        hash_len=32 + _MARK,
        type=Type.ID,
    )
    return _Keys(cipher=AESGCM(made[:32]), mark=made[32:])


def _nonce(header: bytes, number: int, last: bool) -> bytes:
    prefix = header[len(_FORMAT) + _SALT : -_MARK]
    return prefix + number.to_bytes(4, "big") + bytes([last])
