"""The courier: hands waiting notices to the channels that want them, and sends what is due, again where it failed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from lib.core.actor import Actor
from lib.core.database import Database, named_queries
from lib.core.errors import Misconfigured
from lib.core.notify.addresses import outgoing
from lib.core.notify.events import Event
from lib.core.notify.sending import Message, send
from lib.core.secrets import decrypt
from lib.core.settings import Settings

_SQL = named_queries("notifications")
_LOG = logging.getLogger(__name__)
#: A channel hears of one subject once in this time.
QUIET = timedelta(minutes=15)
#: How long one sender has a delivery to itself: longer than a service is waited for.
_HELD = timedelta(minutes=2)
#: Time until a delivery that failed is tried again, by how often it was; after the last it is given up.
_AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60))
_AT_ONCE = 100


def deliver(
    database: Database,
    settings: Settings,
    actor: Actor,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Hand out what waits and send what is due, and return how many arrived; any number of couriers may be at it.

    A notice arrives at least once: one that a courier died over is sent again. Stops between two when it should.
    """
    with database.session(actor) as session:
        _SQL.hand_out(session.raw, most=_AT_ONCE, quiet=QUIET.total_seconds(), now=clock())
    arrived = 0
    for _ in range(_AT_ONCE):
        if should_stop():
            break
        now = clock()
        with database.session(actor) as session:
            row = _SQL.take_delivery(session.raw, now=now, again=now + _HELD)
            spared = 0
            if row is not None:
                spared = _SQL.kept_quiet(session.raw, channel_id=row.channel_id, event=row.event, subject=row.subject)
        if row is None:
            break
        arrived += _deliver_one(database, settings, actor, row, spared, now)
    return arrived


def forget_notices(database: Database, actor: Actor, before: datetime) -> int:
    """Forget notices from before then; returns how many."""
    with database.session(actor) as session:
        return _SQL.forget_notices(session.raw, before=before)


def _deliver_one(database: Database, settings: Settings, actor: Actor, row: Any, spared: int, now: datetime) -> bool:
    place = {"notification_id": row.notification_id, "channel_id": row.channel_id}
    sent = not row.paused and _send(database, settings, actor, row, spared)
    with database.session(actor) as session:
        if sent:
            _SQL.settle_delivery(session.raw, **place, state="sent")
            _SQL.channel_works(session.raw, channel_id=row.channel_id, now=now)
        elif row.paused or row.attempts > len(_AGAIN):
            _SQL.settle_delivery(session.raw, **place, state="failed")
        else:
            _SQL.put_off_delivery(session.raw, **place, next_at=now + _AGAIN[row.attempts - 1])
        if not sent and not row.paused:
            _SQL.channel_fails(session.raw, channel_id=row.channel_id, now=now)
    if not sent:
        _LOG.warning("a notice did not arrive", extra={"channel": row.channel_id, "attempts": row.attempts})
    return sent


def _send(database: Database, settings: Settings, actor: Actor, row: Any, spared: int) -> bool:
    try:
        with database.session(actor) as session:
            url = outgoing(settings, decrypt(session, row.address))
    except Misconfigured:
        _LOG.error("a channel has no mail server, or another key", extra={"channel": row.channel_id})
        return False
    return send(url, _message(settings, row, spared))


def _message(settings: Settings, row: Any, spared: int) -> Message:
    title = Event(row.event).label if row.event in set(Event) else "Something happened"
    lines = [row.said, f"{settings.web_url}{row.link}"]
    if spared:
        lines.insert(1, f"{spared} more of the same before it.")
    lines.append(f"{row.at:%Y-%m-%d %H:%M} UTC")
    return Message(title=f"Daysheet: {title}", text="\n".join(lines))
