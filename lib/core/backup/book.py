"""The database's own account of itself: what it stands on, how many rows each table has, which roles it needs."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.extensions import connection as RawConnection

from lib.core.backup.manifest import AuditHead, KeptRole
from lib.core.database import connected_as_owner, named_queries
from lib.core.errors import Misconfigured

_SQL = named_queries("backup")


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """One moment of the database, held for as long as the block lasts; `name` is what pg_dump is given."""

    raw: RawConnection
    name: str
    at: datetime
    postgres: int
    owner: str


@contextlib.contextmanager
def snapshot_of(url: str) -> Generator[Snapshot]:
    """Hold one moment of the database, whatever others write meanwhile.

    Raises Misconfigured when row-level security would hide rows from the login, for then no backup could be whole.
    """
    with connected_as_owner(url) as raw:
        raw.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        if not _SQL.may_read_everything(raw):
            raise Misconfigured(
                "The login of DAYSHEET_DATABASE_URL is bound by the client scope and cannot read every row.",
                fix="Give it BYPASSRLS, or back the database up by its provider's own means.",
            )
        begun = _SQL.begin(raw)
        yield Snapshot(raw=raw, name=begun.snapshot, at=begun.at, postgres=begun.version, owner=begun.owner)


def lift_row_security(raw: RawConnection) -> None:
    """Let the tables' owner see every row of them until the transaction is rolled back, which the caller does.

    It locks the tables: for a database that nobody uses.
    """
    if _SQL.may_read_everything(raw):
        return
    for table in list(_SQL.forced_tables(raw)):
        with raw.cursor() as cursor:
            cursor.execute(table.lift)


def applied_migrations(raw: RawConnection) -> tuple[str, ...]:
    """The migrations that the database stands on, in their order."""
    return tuple(row.name for row in _SQL.applied_migrations(raw))


def count_rows(raw: RawConnection) -> dict[str, int]:
    """The rows of every table, by its full name."""
    counted = {}
    for table in list(_SQL.tables(raw)):
        with raw.cursor() as cursor:
            cursor.execute(table.count)
            counted[table.name] = cursor.fetchone()[0]
    return counted


def audit_head(raw: RawConnection) -> AuditHead | None:
    """The last seal of the audit, if there is one."""
    row = _SQL.head(raw)
    return AuditHead(number=row.number, digest=row.digest) if row else None


def needed_roles(raw: RawConnection) -> tuple[KeptRole, ...]:
    """The roles that the database needs besides its owner; verifiers where the login may read them."""
    rows = list(_SQL.roles(raw))
    known: dict[str, str] = {}
    if _SQL.is_superuser(raw):
        known = {row.name: row.verifier for row in _SQL.verifiers(raw, names=[row.name for row in rows])}
    return tuple(
        KeptRole(
            name=row.name,
            login=row.login,
            connections=row.connections,
            habits=tuple(row.habits),
            member_of=tuple(row.member_of),
            verifier=known.get(row.name),
        )
        for row in rows
    )


def named_files(raw: RawConnection) -> set[str]:
    """The files that the database names, as paths within the home."""
    return {row.path for row in _SQL.named_files(raw)}
