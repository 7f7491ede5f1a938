"""Brings the database to this version: roles, numbered plain SQL, the queue's own schema, then the views."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re

import psycopg2
from psycopg2 import sql
from psycopg2.errorcodes import DEPENDENT_OBJECTS_STILL_EXIST, INSUFFICIENT_PRIVILEGE, INVALID_TABLE_DEFINITION
from psycopg2.extensions import connection as RawConnection
from psycopg2.extensions import cursor as RawCursor
from yoyo import get_backend, read_migrations

from lib.core.database import APP_ROLE, READER_GROUP, LockSpace, give_app_role_password, owner_url
from lib.core.errors import Misconfigured
from lib.core.keys import ensure_keys, opens
from lib.core.queue import apply_queue_schema
from lib.core.secrets import secret_key
from lib.core.settings import ROOT, Settings

OLDEST_POSTGRES = 150000


def migrate(settings: Settings) -> int:
    """Apply what is missing and return how many migrations that was; safe to run from several processes at once.

    Raises Misconfigured when the server is older than PostgreSQL 15 or the login may not create roles.
    """
    url = owner_url(settings)
    with contextlib.closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        if connection.server_version < OLDEST_POSTGRES:
            raise Misconfigured("The database is older than PostgreSQL 15.", fix="Use PostgreSQL 15 or later.")
        with connection.cursor() as cursor:
            # Waits for a migration that another process is at; the lock goes with the connection, whatever happens.
            cursor.execute("SELECT pg_advisory_lock(%s, 0)", (int(LockSpace.MIGRATION),))
        _refuse_other_key(connection, secret_key(settings))
        _ensure_app_role(connection, settings)
        _ensure_reader_group(connection)
        applied = _apply_numbered(url)
        _let_migrations_be_read(connection)
        ensure_keys(connection, secret_key(settings))
        apply_queue_schema(connection)
        _apply_views(connection)
    return applied


def _refuse_other_key(connection: RawConnection, key: str) -> None:
    """Raise Misconfigured for a key that is not this database's, before the role's password is made from it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('ops.keys') IS NOT NULL")
        known = cursor.fetchone()[0]
    if known and not opens(connection, key):
        raise Misconfigured(
            "The database's keys are wrapped under another key than this instance's.",
            fix="Start with the DAYSHEET_SECRET_KEY that it was set up with, or was changed to by "
            "python -m jobs secrets rotate.",
        )


def _ensure_app_role(connection: RawConnection, settings: Settings) -> None:
    role = sql.Identifier(APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", (APP_ROLE,))
        known = cursor.fetchone()
        if known and known[0]:
            raise Misconfigured(
                f"The role {APP_ROLE} may bypass row-level security.",
                fix=f"ALTER ROLE {APP_ROLE} NOSUPERUSER NOBYPASSRLS.",
            )
        # A role given by DAYSHEET_DATABASE_APP_URL has a password that is not ours to set.
        if not known:
            _create_role(cursor, sql.SQL("CREATE ROLE {} LOGIN").format(role), APP_ROLE)
        if not settings.database_app_url:
            give_app_role_password(connection, settings)


def _ensure_reader_group(connection: RawConnection) -> None:
    """The group of the roles that read one client's reports; nobody logs in as it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (READER_GROUP,))
        if cursor.fetchone() is None:
            _create_role(cursor, sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(READER_GROUP)), READER_GROUP)


def _create_role(cursor: RawCursor, statement: sql.Composed, name: str) -> None:
    try:
        cursor.execute(statement)
    except psycopg2.Error as error:
        if error.pgcode != INSUFFICIENT_PRIVILEGE:
            raise
        raise Misconfigured(
            f"The login of DAYSHEET_DATABASE_URL may not create the role {name}.",
            fix="Grant it CREATEROLE, or create the role by hand"
            + (" and set DAYSHEET_DATABASE_APP_URL." if name == APP_ROLE else "."),
        ) from None


def _apply_numbered(url: str) -> int:
    # The library's messages name the database's address; ours say all that is needed.
    logging.getLogger("yoyo").setLevel(logging.WARNING)
    backend = get_backend(re.sub(r"^postgres(ql)?://", "postgresql://", url), "_migrations")
    try:
        # We hold the migration lock, so a row that the library left locked was left by a killed process.
        backend.break_lock()
        with backend.lock():
            missing = backend.to_apply(read_migrations(str(ROOT / "sql" / "migrations")))
            backend.apply_migrations(missing)
            return len(missing)
    finally:
        backend.connection.close()


def _let_migrations_be_read(connection: RawConnection) -> None:
    """Let the application see which migrations it stands on, to be ready only with all of its own."""
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT ON public._migrations TO {APP_ROLE}")


def _apply_views(connection: RawConnection) -> None:
    """Bring every view to this version in one transaction; readers have the old ones until then.

    Raises Misconfigured when a view of somebody else's stands on one that has to be made anew.
    """
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "sql" / "views").glob("*.sql"))]
    mark = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    if _applied_views(connection) == mark:
        # Views that are as they should be are left alone: to replace one locks out its readers.
        return
    connection.autocommit = False
    try:
        try:
            _create_views(connection, texts)
        except psycopg2.Error as error:
            if error.pgcode != INVALID_TABLE_DEFINITION:
                raise
            # A column went, or changed its type: no view can be replaced by such a one.
            connection.rollback()
            _drop_views(connection)
            _create_views(connection, texts)
        with connection.cursor() as cursor:
            cursor.execute("COMMENT ON SCHEMA reporting IS %s", (mark,))
        connection.commit()
    finally:
        connection.rollback()
        connection.autocommit = True


def _applied_views(connection: RawConnection) -> str | None:
    """The mark of the views that are in the database, as the comment on their schema keeps it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('reporting'::regnamespace, 'pg_namespace')")
        return cursor.fetchone()[0]


def _create_views(connection: RawConnection, texts: list[str]) -> None:
    with connection.cursor() as cursor:
        for text in texts:
            cursor.execute(text)


def _drop_views(connection: RawConnection) -> None:
    """Drop our views together, which needs no CASCADE; what others have built on them is never dropped."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'reporting'::regnamespace")
        names = [sql.Identifier("reporting", name) for (name,) in cursor.fetchall()]
        try:
            cursor.execute(sql.SQL("DROP VIEW {}").format(sql.SQL(", ").join(names)))
        except psycopg2.Error as error:
            if error.pgcode != DEPENDENT_OBJECTS_STILL_EXIST:
                raise
            raise Misconfigured(
                "A view of this version differs from the one in the database, and something of yours is built on it.",
                fix="Drop your own views on schema reporting, run python -m jobs migrate, and make them again.",
            ) from None
