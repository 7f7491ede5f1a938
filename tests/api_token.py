"""A token that a test can write down before there is a database to make it in; it may do everything."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from lib.core.access import tokens
from lib.core.access.tokens import Scope
from lib.core.actor import shell_user
from lib.core.database import Database

#: The text of that token.
TOKEN = "ds_" + secrets.token_urlsafe(32)
_NAME = "api"


def keep_token(database: Database) -> None:
    """Let the API of a database know TOKEN."""
    with database.session(shell_user("operator")) as session, session.raw.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ops.api_tokens"
            " (name, beginning, token_digest, scopes, all_clients, a_minute, ends_at, made_by)"
            " VALUES (%s, 'ds_', %s, %s, true, 1000000, now() + interval '1 day', 'test') ON CONFLICT DO NOTHING",
            (_NAME, tokens.digest_of(TOKEN.encode()), [scope.value for scope in Scope]),
        )


def new_token(
    database: Database,
    name: str,
    *,
    scopes: Collection[Scope] = tuple(Scope),
    clients: Collection[str] | None = None,
    a_minute: int = 100_000,
) -> str:
    """Make a token as the page does, for an hour, and return its text."""
    now = datetime.now(UTC)
    _, text = tokens.make_token(
        database,
        shell_user("operator"),
        name=name,
        scopes=scopes,
        clients=clients,
        ends_at=now + timedelta(hours=1),
        now=now,
        a_minute=a_minute,
    )
    return text
