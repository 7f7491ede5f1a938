"""Telling a reordered chain from one that was edited: the right partner of a seal is looked for around it."""

from __future__ import annotations

from typing import Any

from lib.core.audit.events import recorded_from, written_time
from lib.core.audit.seals import digest_of
from lib.core.database import Session, named_queries

_SQL = named_queries("audit")
#: How far around a number its partner is looked for.
_AROUND = 500


def misplaced(session: Session, key: bytes, before: bytes, row: Any) -> bool:
    """Whether the seal of this number goes with an event nearby, or this number's right seal stands nearby."""
    near = [
        each
        for each in _SQL.sealed(session.raw, after=max(0, row.number - _AROUND), most=2 * _AROUND)
        if each.number != row.number and each.id is not None
    ]
    stored, at = bytes(row.digest), written_time(row.sealed_at)
    for each in near:
        digest = recorded_from(each).digest()
        ids = (str(each.event_id), str(row.event_id))
        if any(stored == digest_of(key, before, row.number, event_id, digest, at) for event_id in ids):
            return True
        theirs = written_time(each.sealed_at)
        if bytes(each.digest) == digest_of(key, before, row.number, str(each.event_id), digest, theirs):
            return True
    return False
