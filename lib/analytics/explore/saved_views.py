"""Saved views: what a page was narrowed to, under a name; one client's, its owner's own or shared with the client's.

What is shared may be changed by everybody who sees the client. A change says which version it was made from, so that
nobody writes over what somebody else has changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg2

from lib.analytics.explore.exploration import Exploration
from lib.analytics.reading.filters import Filters
from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database, Session, as_json, named_queries
from lib.core.errors import BadInput, Conflict, NotFound

_SQL = named_queries("saved_views")
_MOST_LETTERS = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewSettings:
    """What a view holds: the filters of its page, and on Explore what was looked at."""

    filters: Filters
    exploration: Exploration | None = None

    def to_json(self) -> dict[str, Any]:
        """The settings as they are kept. Raises BadInput where they would hold something of a patient."""
        kept: dict[str, Any] = {"filters": self.filters.to_address()}
        if self.exploration is not None:
            self.exploration.refuse_personal_filters()
            kept["exploration"] = self.exploration.to_json()
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ViewSettings:
        """Settings as they were kept. Raises BadInput or NotFound where they name what there is no more."""
        exploration = kept.get("exploration")
        return cls(
            filters=Filters.from_address(kept.get("filters", {})),
            exploration=Exploration.from_json(exploration) if exploration else None,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedView:
    """A view under its name; `owner` and `changed_by` are labels of actors, `changed_at` aware UTC."""

    id: str
    client_id: str
    owner: str
    page: str
    name: str
    shared: bool
    #: As it is kept; what it means is read when it is opened.
    kept: Mapping[str, Any]
    version: int
    changed_at: datetime
    changed_by: str

    @property
    def settings(self) -> ViewSettings:
        """What it holds. Raises BadInput or NotFound where that names what there is no more."""
        return ViewSettings.from_json(self.kept)

    def is_of(self, actor: Actor) -> bool:
        """Whether it is the actor's own."""
        return self.owner == actor.label


def list_views(database: Database, actor: Actor, page: str, client_ids: Collection[str]) -> list[SavedView]:
    """The views of a page that the actor may open, by name: its own and what is shared, of these clients."""
    gate.must(database, actor, Permission.ANALYTICS_VIEW)
    with database.session(actor) as session:
        rows = _SQL.of_page(session.raw, page=page, clients=[int(client_id) for client_id in client_ids])
        return [_view(row) for row in rows]


def get_view(database: Database, actor: Actor, view_id: str) -> SavedView:
    """One view; raises NotFound for what the actor may not open."""
    gate.must(database, actor, Permission.ANALYTICS_VIEW)
    with database.session(actor) as session:
        return _found(session, view_id)


def save_view(
    database: Database,
    actor: Actor,
    *,
    client_id: str,
    page: str,
    name: str,
    settings: ViewSettings,
    shared: bool = False,
) -> SavedView:
    """Keep a new view of the actor's.

    Raises BadInput for a poor name or settings with something of a patient, Conflict when the name is taken.
    """
    gate.must(database, actor, Permission.ANALYTICS_VIEW)
    if shared:
        gate.must(database, actor, Permission.VIEWS_SHARE)
    kept = as_json(settings.to_json())
    name = _checked(name)
    with database.session(actor) as session:
        row = _SQL.add(
            session.raw, client_id=client_id, owner=actor.label, page=page, name=name, shared=shared, settings=kept
        )
        if row is None:
            raise Conflict(
                f"You have a view “{name}” here already.", fix="Take another name, or open it and change it."
            )
        _record(session, "add", row)
    return _view(row)


def change_view(
    database: Database,
    actor: Actor,
    seen: SavedView,
    *,
    name: str | None = None,
    shared: bool | None = None,
    settings: ViewSettings | None = None,
) -> SavedView:
    """Change a view as it was seen: its name, who sees it, or what it holds.

    Raises Conflict when somebody else has changed it meanwhile or the name is taken, NotFound when it is gone,
    BadInput as save_view does and when somebody else's view would be taken back.
    """
    gate.must(database, actor, Permission.ANALYTICS_VIEW)
    if shared is False and seen.shared and not seen.is_of(actor):
        raise BadInput(f"“{seen.name}” is somebody else's.", fix="Save it under a name of your own.")
    if shared is not None and shared != seen.shared:
        gate.must(database, actor, Permission.VIEWS_SHARE)
    kept = as_json(seen.kept if settings is None else settings.to_json())
    name = seen.name if name is None else _checked(name)
    with database.session(actor) as session:
        try:
            row = _SQL.change(
                session.raw,
                id=seen.id,
                version=seen.version,
                name=name,
                shared=seen.shared if shared is None else shared,
                settings=kept,
                who=actor.label,
            )
        except psycopg2.IntegrityError:
            raise Conflict(f"There is a view “{name}” here already.", fix="Take another name.") from None
        if row is None:
            raise _overtaken(_found(session, seen.id))
        _record(session, "change", row)
    return _view(row)


def delete_view(database: Database, actor: Actor, seen: SavedView) -> None:
    """Delete a view of the actor's own, as it was seen; raises as change_view does."""
    gate.must(database, actor, Permission.ANALYTICS_VIEW)
    if not seen.is_of(actor):
        raise BadInput(f"“{seen.name}” is somebody else's.", fix="Ask whoever made it to delete it.")
    with database.session(actor) as session:
        row = _SQL.remove(session.raw, id=seen.id, version=seen.version)
        if row is None:
            raise _overtaken(_found(session, seen.id))
        audit.record(session, "analytics:saved_view:delete:done", f"saved_view:{seen.id}", client_id=seen.client_id)


def _found(session: Session, view_id: str) -> SavedView:
    row = _SQL.one(session.raw, id=int(view_id)) if view_id.isascii() and view_id.isdecimal() else None
    if row is None:
        raise NotFound(f"There is no saved view {view_id} here.", fix="It may have been deleted, or is not shared.")
    return _view(row)


def _overtaken(now: SavedView) -> Conflict:
    who = now.changed_by.partition(":")[2]
    return Conflict(
        f"“{now.name}” was changed meanwhile by {who}.", fix="Open it again, or save yours under another name."
    )


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > _MOST_LETTERS:
        raise BadInput(f"A view needs a name of 1 to {_MOST_LETTERS} letters.")
    return name


def _record(session: Session, verb: str, row: Any) -> None:
    audit.record(
        session,
        f"analytics:saved_view:{verb}:done",
        f"saved_view:{row.id}",
        client_id=str(row.client_id),
        page=row.page,
        shared=row.shared,
    )


def _view(row: Any) -> SavedView:
    return SavedView(
        id=str(row.id),
        client_id=str(row.client_id),
        owner=row.owner,
        page=row.page,
        name=row.name,
        shared=row.shared,
        kept=row.settings,
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
