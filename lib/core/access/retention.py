"""Letting old sessions go, with links and refused tries; the audit keeps who signed in when."""

from __future__ import annotations

from datetime import datetime

from lib.core.actor import Actor
from lib.core.database import Database, named_queries

_SQL = named_queries("sign_in")


def forget_sessions(database: Database, actor: Actor, before: datetime) -> int:
    """Forget sessions that were over before that moment (aware UTC), and return how many."""
    with database.session(actor) as session:
        _SQL.forget_links(session.raw, before=before)
        _SQL.forget_refused(session.raw, before=before)
        return _SQL.forget_sessions(session.raw, before=before)
