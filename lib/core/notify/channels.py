"""Channels: who is told of which events, and where. What is typed of an address is kept encrypted and never shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lib.core import audit
from lib.core.access.gate import must
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database, Session, named_queries
from lib.core.errors import BadInput, Conflict, NotFound
from lib.core.notify.addresses import Address, Medium, outgoing
from lib.core.notify.events import Event
from lib.core.notify.sending import Message, send
from lib.core.secrets import decrypt, encrypt
from lib.core.settings import Settings

_SQL = named_queries("notifications")
#: What people on their own may have; the office alone sends to programs.
PERSONAL = (Medium.EMAIL, Medium.SMS, Medium.TEAMS, Medium.SLACK)


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """One way to somebody, without its address; times in UTC. `owner` is None for the office's.

    `failing_since` is when the first of the tries was that failed since something arrived.
    """

    id: str
    owner: str | None
    medium: Medium
    name: str
    shown: str
    events: frozenset[Event]
    paused: bool
    last_sent_at: datetime | None
    failing_since: datetime | None
    version: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something that was told, and what became of it: (channel, state) for each that it went to."""

    at: datetime
    event: Event | None
    said: str
    link: str
    went_to: tuple[tuple[str, str], ...]


def office_channels(database: Database, actor: Actor) -> list[Channel]:
    """The channels of the office; raises Forbidden."""
    must(database, actor, Permission.NOTIFICATIONS_EDIT)
    return _channels(database, actor, None)


def own_channels(database: Database, actor: Actor) -> list[Channel]:
    """The channels of the person who acts."""
    return _channels(database, actor, actor.label)


def add_channel(
    database: Database,
    actor: Actor,
    *,
    owner: str | None,
    name: str,
    address: Address,
    events: Collection[Event],
) -> Channel:
    """Add a channel of the office, or with `owner` (the actor's own label) of the actor.

    Raises Forbidden, and BadInput for a poor name, for no event, and for a medium that is the office's alone.
    """
    _may(database, actor, owner)
    name = _named(name)
    if owner is not None and address.medium not in PERSONAL:
        raise BadInput(f"{address.medium.label} is for the office's channels.", fix="Choose another way.")
    with database.session(actor) as session:
        channel_id = _SQL.add_channel(
            session.raw,
            owner=owner,
            medium=str(address.medium),
            name=name,
            address=encrypt(session, address.url),
            shown=address.shown,
            events=_events(events),
            who=actor.label,
        )
        _record(session, str(channel_id), "add", medium=address.medium, events=_events(events), own=owner is not None)
        return _get(session, str(channel_id))


def change_channel(
    database: Database,
    actor: Actor,
    channel: Channel,
    *,
    name: str,
    events: Collection[Event],
    paused: bool,
    address: Address | None = None,
) -> Channel:
    """Change a channel as it was seen; without an address the one that is kept stays.

    Raises Forbidden, BadInput, and Conflict when somebody was faster.
    """
    _may(database, actor, channel.owner)
    if address is not None and address.medium is not channel.medium:
        raise BadInput("A channel keeps its medium.", fix="Add another channel.")
    with database.session(actor) as session:
        _saved(
            _SQL.change_channel(
                session.raw,
                channel_id=channel.id,
                version=channel.version,
                name=_named(name),
                address=encrypt(session, address.url) if address else None,
                shown=address.shown if address else None,
                events=_events(events),
                paused=paused,
                who=actor.label,
            )
        )
        _record(session, channel.id, "change", events=_events(events), paused=paused, address=address is not None)
        return _get(session, channel.id)


def remove_channel(database: Database, actor: Actor, channel: Channel) -> None:
    """Take a channel away; raises Forbidden, and Conflict when somebody was faster."""
    _may(database, actor, channel.owner)
    with database.session(actor) as session:
        _saved(_SQL.remove_channel(session.raw, channel_id=channel.id, version=channel.version))
        _record(session, channel.id, "remove")


def try_channel(database: Database, settings: Settings, actor: Actor, channel: Channel) -> bool:
    """Send a test to the channel now, and say whether it the service took it.

    Raises Forbidden, NotFound, and Misconfigured where no mail server is set.
    """
    _may(database, actor, channel.owner)
    with database.session(actor) as session:
        row = _SQL.channel(session.raw, channel_id=channel.id)
        if row is None:
            raise NotFound(f"There is no channel {channel.id}.")
        url = outgoing(settings, decrypt(session, row.address))
    arrived = send(
        url,
        Message(
            title="Daysheet: a test",
            text=f"This is how Daysheet tells you of what happens. The channel is “{channel.name}”.",
        ),
    )
    with database.session(actor) as session:
        change = _SQL.channel_works if arrived else _SQL.channel_fails
        change(session.raw, channel_id=channel.id, now=datetime.now(UTC))
        _record(session, channel.id, "try", arrived=arrived)
    return arrived


def latest_notices(database: Database, actor: Actor, *, most: int = 50) -> list[Notice]:
    """The newest notices in the actor's scope, with the channels that the actor may see; raises Forbidden."""
    must(database, actor, Permission.NOTIFICATIONS_EDIT)
    found: dict[int, Notice] = {}
    went: dict[int, list[tuple[str, str]]] = {}
    with database.session(actor) as session:
        for row in _SQL.latest(session.raw, most=most):
            event = Event(row.event) if row.event in set(Event) else None
            found[row.id] = Notice(at=row.at, event=event, said=row.said, link=row.link, went_to=())
            if row.channel is not None:
                went.setdefault(row.id, []).append((row.channel, row.state))
    return [
        Notice(at=n.at, event=n.event, said=n.said, link=n.link, went_to=tuple(went.get(key, ())))
        for key, n in found.items()
    ]


def _channels(database: Database, actor: Actor, owner: str | None) -> list[Channel]:
    with database.session(actor) as session:
        return [_channel(row) for row in _SQL.channels(session.raw, every=False, owner=owner)]


def _may(database: Database, actor: Actor, owner: str | None) -> None:
    if owner is None or owner != actor.label:
        must(database, actor, Permission.NOTIFICATIONS_EDIT)
    if owner is not None and owner != actor.label:
        raise NotFound("That channel is somebody else's.")


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise BadInput("A channel needs a name of 1 to 80 letters.")
    return name


def _events(events: Collection[Event]) -> list[str]:
    if not events:
        raise BadInput("The channel would be told of nothing.", fix="Choose at least one event.")
    return sorted(str(event) for event in events)


def _saved(changed: int) -> None:
    if not changed:
        raise Conflict("Somebody else has just changed this channel.", fix="Look at it again, then save.")


def _record(session: Session, channel_id: str, verb: str, **detail: object) -> None:
    audit.record(session, f"notifications:channel:{verb}:done", f"channel:{channel_id}", client_id=None, **detail)


def _get(session: Session, channel_id: str) -> Channel:
    return _channel(_SQL.channel(session.raw, channel_id=channel_id))


def _channel(row: Any) -> Channel:
    return Channel(
        id=str(row.id),
        owner=row.owner,
        medium=Medium(row.medium),
        name=row.name,
        shown=row.shown,
        events=frozenset(Event(event) for event in row.events if event in set(Event)),
        paused=row.paused,
        last_sent_at=row.last_sent_at,
        failing_since=row.failing_since,
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
