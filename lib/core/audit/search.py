"""Searching the audit: who did what to which record, within the client scope of whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.audit.events import Recorded, recorded_from
from lib.core.database import Database, named_queries
from lib.core.errors import BadInput

_SQL = named_queries("audit")
MOST = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """What is looked for; every condition that is given must hold.

    `actor` is kind and name (person:amber), `action` an action or its beginning (analytics:rows), `outcome` its last
    word, `record` kind and id (run:17). Days are those of `zone`, the last included.
    """

    actor: str | None = None
    action: str | None = None
    outcome: str | None = None
    record: str | None = None
    client_id: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    zone: tzinfo = UTC


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An event with its client's name, if it is of one."""

    event: Recorded
    client_name: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Events, newest first; `next` is what `before` has to be for those that follow, None at the end."""

    events: Sequence[Found]
    next: str | None


def search(database: Database, actor: Actor, wanted: Search, *, before: str | None = None, most: int = 100) -> Page:
    """A page of events, newest first; needs audit.read. An actor of some clients sees their events only.

    Raises BadInput for ids that are no numbers, and for days in the wrong order.
    """
    gate.must(database, actor, Permission.AUDIT_READ)
    if any(given is not None and not given.isdecimal() for given in (before, wanted.client_id)):
        raise BadInput("The id of an event or a client is a number.")
    if wanted.first_day and wanted.last_day and wanted.first_day > wanted.last_day:
        raise BadInput("The first day is after the last.")
    most = max(1, min(most, MOST))
    with database.session(actor) as session:
        rows = list(
            _SQL.found(
                session.raw,
                before=before,
                actor=wanted.actor,
                action=wanted.action,
                outcome=wanted.outcome,
                record=wanted.record,
                client_id=wanted.client_id,
                since=_midnight(wanted.first_day, wanted.zone, days=0),
                until=_midnight(wanted.last_day, wanted.zone, days=1),
                most=most + 1,
            )
        )
    shown = rows[:most]
    return Page(
        events=[Found(event=recorded_from(row), client_name=row.client_name) for row in shown],
        next=str(shown[-1].id) if len(rows) > most else None,
    )


def _midnight(day: date | None, zone: tzinfo, *, days: int) -> datetime | None:
    return None if day is None else datetime.combine(day + timedelta(days=days), time(), zone)
