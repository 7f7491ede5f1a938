"""Sealing: events are chained one after the other, each seal keyed and over the one before.

Writers never wait for it. Events are taken from ops.audit_waiting, where the database puts every one that is committed.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from lib.core.audit.events import recorded_from, written_time
from lib.core.audit.record import record
from lib.core.database import Session, named_queries
from lib.core.keys import data_key

_SQL = named_queries("audit")
_SEAL = "daysheet audit seal 1"
#: What the first seal has before it.
NOTHING_BEFORE = bytes(32)
#: Events of one transaction of the sealer.
MOST = 5000
#: The event that stands where a chain begins, after what was written before there was one.
BEGUN = "audit:chain:begin:done"
#: The event that says up to where retention has let events go, and the digest of the last.
CUT = "audit:chain:cut:done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The last seal of a chain: its number and digest; `sealed_at` is aware UTC."""

    number: int
    digest: bytes
    key_version: int
    sealed_at: datetime


def digest_of(key: bytes, before: bytes, number: int, event_id: str, digest: str, sealed_at: str) -> bytes:
    """A seal: HMAC-SHA-256 under the audit key over the seal before, the number, the event's id, the time, the event.

    `digest` is of the event, `sealed_at` as `written_time` writes it.
    """
    told = f"{_SEAL}\n{before.hex()}\n{number}\n{event_id}\n{sealed_at}\n{digest}"
    return hmac.digest(key, told.encode(), "sha256")


def head_of(session: Session) -> Head | None:
    """The last seal, or None before there is any."""
    row = _SQL.head(session.raw)
    if row is None:
        return None
    return Head(number=row.number, digest=bytes(row.digest), key_version=row.key_version, sealed_at=row.sealed_at)


def seal_waiting(session: Session, now: datetime, *, most: int = MOST) -> tuple[Head | None, int]:
    """Seal what waits, oldest first, and return the new head with how many events that was.

    The caller holds the sealer's lock, and its actor sees every client. What another sealer has sealed meanwhile
    is an error of the database (serialization_failure), and nothing is sealed twice.
    """
    head = head_of(session)
    if head is None:
        record(session, BEGUN, "chain:1", before=_SQL.count_without_mac(session.raw))
    events = [recorded_from(row) for row in _SQL.waiting(session.raw, most=most)]
    if not events:
        return head, 0
    key = data_key(session, "audit")
    number, digest = (head.number, head.digest) if head else (0, NOTHING_BEFORE)
    digests, at = [], written_time(now)
    for place, event in enumerate(events, start=1):
        digest = digest_of(key.secret, digest, number + place, event.id, event.digest(), at)
        digests.append(digest)
    _SQL.seal(
        session.raw,
        head=number,
        events=[int(event.id) for event in events],
        digests=digests,
        version=key.version,
        at=now,
    )
    new = Head(number=number + len(events), digest=digest, key_version=key.version, sealed_at=now)
    return new, len(events)


def digest_at(session: Session, number: int) -> bytes | None:
    """The digest of a seal, or None where there is none of that number."""
    row = _SQL.seal_at(session.raw, number=number)
    return None if row is None else bytes(row.digest)


def first_number(session: Session) -> int | None:
    """The number of the oldest seal, or None before there is any."""
    return _SQL.first_number(session.raw)
