"""Anchors: heads of the chain, signed, kept where who can change the database cannot.

The instance keeps heads in its home as well: the last one, and one of every hour. That the tail of the chain was cut
off, or all of it written anew, shows against them.
"""

from __future__ import annotations

import hmac
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lib.core.audit.events import compact, written_time
from lib.core.audit.seals import Head
from lib.core.errors import BadInput
from lib.core.keys import DataKey

_ANCHOR = b"daysheet audit anchor 1\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """A signed head; `source` says where it was kept."""

    head: Head
    mac: bytes
    source: str = ""

    def line(self) -> str:
        """The anchor as one line of JSON."""
        return compact(_told(self.head) | {"mac": self.mac.hex()})


def sign(head: Head, key: DataKey) -> Anchor:
    """Sign a head with the audit key."""
    return Anchor(head=head, mac=_mac(head, key.secret))


def is_signed(anchor: Anchor, keys: Mapping[int, DataKey]) -> bool:
    """Whether the anchor was signed with the audit key, in one of its versions."""
    return any(hmac.compare_digest(_mac(anchor.head, key.secret), anchor.mac) for key in keys.values())


def read_anchors(path: Path) -> list[Anchor]:
    """The anchors of a file, one a line; raises BadInput when it cannot be read or holds anything else."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise BadInput(
            f"The anchors in {path.name} cannot be read.", fix="Give a file that `audit anchor` wrote."
        ) from None
    try:
        return [_anchor(json.loads(line), path.name) for line in lines if line.strip()]
    except (ValueError, KeyError, TypeError):
        raise BadInput(
            f"{path.name} holds something that is no anchor.", fix="Give a file that `audit anchor` wrote."
        ) from None


class KeptHeads:
    """The heads that this instance keeps in its home, outside the database."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "audit"
        self._last = self._folder / "head.json"
        self._hourly = self._folder / "heads.jsonl"

    def last(self) -> Anchor | None:
        """The head that was kept last."""
        found = read_anchors(self._last) if self._last.exists() else []
        return found[-1] if found else None

    def all(self) -> list[Anchor]:
        """Every head that is kept, oldest first."""
        earlier = read_anchors(self._hourly) if self._hourly.exists() else []
        last = self.last()
        return [*earlier, *([last] if last else [])]

    def keep(self, anchor: Anchor) -> None:
        """Keep a new head; the one before stays as well when it is of an earlier hour."""
        last = self.last()
        if last is not None and _hour(last.head.sealed_at) != _hour(anchor.head.sealed_at):
            self.set_aside(last)
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=self._folder, prefix="head.", delete=False, encoding="utf-8") as new:
            new.write(anchor.line() + "\n")
        os.replace(new.name, self._last)

    def set_aside(self, anchor: Anchor) -> None:
        """Keep a head for good, whatever becomes the last one."""
        append_anchors(self._hourly, [anchor])


def append_anchors(path: Path, anchors: Iterable[Anchor]) -> None:
    """Append anchors to a file, which only this OS user may read when it is made here."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        file.writelines(anchor.line() + "\n" for anchor in anchors)
        file.flush()
        os.fsync(file.fileno())


def _told(head: Head) -> dict[str, Any]:
    return {
        "digest": head.digest.hex(),
        "key": head.key_version,
        "number": head.number,
        "sealed_at": written_time(head.sealed_at),
    }


def _mac(head: Head, key: bytes) -> bytes:
    return hmac.digest(key, _ANCHOR + compact(_told(head)).encode(), "sha256")


def _anchor(told: Mapping[str, Any], source: str) -> Anchor:
    head = Head(
        number=int(told["number"]),
        digest=bytes.fromhex(told["digest"]),
        key_version=int(told["key"]),
        sealed_at=datetime.fromisoformat(told["sealed_at"]),
    )
    return Anchor(head=head, mac=bytes.fromhex(told["mac"]), source=source)


def _hour(at: datetime) -> tuple[int, ...]:
    return at.year, at.month, at.day, at.hour
