"""Bringing the database to this version."""

from __future__ import annotations

from jobs.commands.telling import Json, tell
from lib.core.migrations import migrate
from lib.core.settings import read_settings


def migrate_command(as_json: Json = False) -> None:
    """Bring the database to this version: roles, tables, queue, views. Safe to run at any time, and more than once."""
    applied = migrate(read_settings())
    tell(as_json, {"applied": applied}, f"{applied} migrations applied." if applied else "The database is up to date.")
