"""The entries of a backup, one after the other in a stream: a name, then contents of a length not known before.

A name and each piece of contents have their length before them, in four bytes; an empty piece ends the entry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from lib.core.backup.sealed_stream import BackupBroken

_LENGTH = 4
_LONGEST = 64 << 20


class _Written(Protocol):
    def write(self, content: bytes) -> None: ...


class _Read(Protocol):
    def read(self, size: int) -> bytes: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An entry that was written or read whole: its bytes and their SHA-256."""

    name: str
    bytes: int
    sha256: str


def write_entry(stream: _Written, name: str, contents: Iterable[bytes]) -> Entry:
    """Write one entry, and return what it held."""
    digest, size = hashlib.sha256(), 0
    _write_piece(stream, name.encode())
    for piece in contents:
        if piece:
            digest.update(piece)
            size += len(piece)
            _write_piece(stream, piece)
    _write_piece(stream, b"")
    return Entry(name=name, bytes=size, sha256=digest.hexdigest())


def read_entries(stream: _Read) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The entries in their order, each with its contents; what the caller leaves of them is read over."""
    while (name := _read_piece(stream, at_end=True)) is not None:
        contents = _contents(stream)
        yield name.decode(), contents
        for _ in contents:
            continue


def measured(name: str, contents: Iterable[bytes]) -> Entry:
    """Read contents to their end, and return what they held."""
    digest, size = hashlib.sha256(), 0
    for piece in contents:
        digest.update(piece)
        size += len(piece)
    return Entry(name=name, bytes=size, sha256=digest.hexdigest())


def _contents(stream: _Read) -> Iterator[bytes]:
    while piece := _read_piece(stream):
        yield piece


def _write_piece(stream: _Written, piece: bytes) -> None:
    stream.write(len(piece).to_bytes(_LENGTH, "big"))
    stream.write(piece)


def _read_piece(stream: _Read, *, at_end: bool = False) -> bytes | None:
    length = stream.read(_LENGTH)
    if not length and at_end:
        return None
    size = int.from_bytes(length, "big")
    piece = stream.read(size) if len(length) == _LENGTH and size <= _LONGEST else b""
    if len(length) < _LENGTH or len(piece) < size:
        raise BackupBroken("The backup ends in the middle of an entry.")
    return piece
