"""An audit event, its canonical form, and the mac that shows the application wrote it.

The canonical form is JSON as RFC 8785 writes it: keys sorted, no white space, UTF-8; a number with a fraction is text.
docs/audit.md says it for whoever checks an export without this program.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lib.core.keys import DataKey

_COMPACT = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_DECODER = json.JSONDecoder(parse_float=str)
_MAC = b"daysheet audit event 1\n"
Detail = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """What is to be recorded: `action` is area:record:action:outcome, `record` the record's kind and id."""

    action: str
    record: str
    client_id: str | None = None
    detail: Detail = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """An event as it was recorded; `at` is aware UTC.

    `uid`, `mac` and `key_version` are None where it was written before there was a chain.
    """

    id: str
    at: datetime
    actor: str
    origin: str
    client_id: str | None
    action: str
    record: str
    detail: dict[str, Any]
    uid: str | None = None
    mac: bytes | None = None
    key_version: int | None = None

    def told(self) -> dict[str, Any]:
        """What mac and seal are made over; the id is not in it, for the database gives it."""
        return {
            "action": self.action,
            "actor": self.actor,
            "at": written_time(self.at),
            "client": self.client_id,
            "detail": self.detail,
            "key": self.key_version,
            "origin": self.origin,
            "record": self.record,
            "uid": self.uid,
        }

    def canonical(self) -> bytes:
        """The event in canonical form."""
        return compact(self.told()).encode()

    def digest(self) -> str:
        """What a seal holds of the event."""
        return event_digest(self.canonical(), self.mac)


def mac_of(key: bytes, canonical: bytes) -> bytes:
    """The mac of an event: HMAC-SHA-256 under the audit key."""
    return hmac.digest(key, _MAC + canonical, "sha256")


def event_digest(canonical: bytes, mac: bytes | None) -> str:
    """SHA-256 of an event's canonical form and its mac, in hexadecimal."""
    return hashlib.sha256(canonical + b"\n" + (mac or b"")).hexdigest()


def is_genuine(event: Recorded, canonical: bytes, keys: Mapping[int, DataKey]) -> bool:
    """Whether the event's mac was made with one of our keys over its canonical form."""
    key = keys.get(event.key_version or 0)
    return key is not None and hmac.compare_digest(mac_of(key.secret, canonical), event.mac or b"")


def written_time(at: datetime) -> str:
    """A time of UTC to the microsecond, as 2026-11-20T18:30:00.000001Z."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def plain(value: object) -> Any:
    """A value as the detail of an event keeps it: text, whole numbers, true and false, none, lists and tables."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return str(value)


def read_detail(text: str) -> dict[str, Any]:
    """The detail of an event from the text that the database has of it."""
    return _DECODER.decode(text)


def compact(value: Any) -> str:
    """Canonical JSON of a value that has no fractions."""
    return _COMPACT.encode(value)


def recorded_from(row: Any) -> Recorded:
    """An event from its database row, whose detail is the database's text of it."""
    return Recorded(
        id=str(row.id),
        at=row.at,
        actor=row.actor,
        origin=row.origin,
        client_id=None if row.client_id is None else str(row.client_id),
        action=row.action,
        record=row.record,
        detail=read_detail(row.detail),
        uid=row.uid,
        mac=None if row.mac is None else bytes(row.mac),
        key_version=row.key_version,
    )
