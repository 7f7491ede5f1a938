"""The audit: who did what to which record, when, from where, with what outcome. Appended to, never changed.

Every event has a mac of its own, and a sealer chains the events within seconds; docs/audit.md tells all of it.
"""

from __future__ import annotations

from lib.core.audit.events import Event
from lib.core.audit.record import hidden, record, record_many

__all__ = ["Event", "hidden", "record", "record_many"]
