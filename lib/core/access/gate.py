"""The gate of services: what an actor may not do raises, and the refusal is recorded."""

from __future__ import annotations

from lib.core import audit
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database
from lib.core.errors import DaysheetError


class Forbidden(DaysheetError):
    """The actor lacks a permission; nothing was done."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(
            f"Your roles do not allow this ({permission}).", fix="Ask an administrator for a role that does."
        )
        self.permission = permission


def must(database: Database, actor: Actor, permission: Permission) -> None:
    """Let pass who may; otherwise record the refusal in a transaction of its own and raise Forbidden.

    Raises SignedOut when the actor's session is over.
    """
    if actor.may(permission):
        return
    _note_refused(database, actor, permission)
    raise Forbidden(permission)


def must_for_office(database: Database, actor: Actor, permission: Permission) -> None:
    """The same for what concerns the whole office: the actor has to see every client as well.

    Who sees some clients could give others more than that, or take over somebody who has it.
    """
    must(database, actor, permission)
    must_not_be_widened(database, actor, permission)
    if actor.clients is not None:
        _note_refused(database, actor, permission)
        raise DaysheetError("This is for those who see every client.", fix="Ask an administrator who does.")


def must_not_be_widened(database: Database, actor: Actor, permission: Permission) -> None:
    """Refuse, and record, what would outlast an hour of wider access: nobody is given anything by it."""
    if actor.widened:
        _note_refused(database, actor, permission)
        raise DaysheetError("With wider access nobody is given anything.", fix="Give it back on the People page first.")


def _note_refused(database: Database, actor: Actor, permission: Permission) -> None:
    with database.session(actor) as session:
        audit.record(session, "access:permission:use:refused", f"permission:{permission}")
