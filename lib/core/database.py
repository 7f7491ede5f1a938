"""The one door to the database: every connection is taken for an actor, with a client scope.

The scope lives in the transaction (`daysheet.clients`), and row-level security reads it; see
docs/decisions/0003_scope.md. Named SQL comes from sql/queries; only stores load it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import Generator, Sequence
from enum import IntEnum
from typing import Any
from urllib.parse import quote

import aiosql
import psycopg2
import psycopg2.extras
import sqlalchemy
import sqlalchemy.exc
from psycopg2 import sql
from psycopg2.extensions import connection as RawConnection
from psycopg2.extensions import encrypt_password
from sqlalchemy.engine import make_url

from lib.core.actor import Actor
from lib.core.errors import DaysheetError, Misconfigured, SignedOut, TokenOver
from lib.core.keys import KeyRing
from lib.core.postgres import EmbeddedPostgres
from lib.core.process_name import process_name
from lib.core.secrets import secret_key
from lib.core.settings import ROOT, Settings

APP_ROLE = "daysheet_app"
#: What a role that reads one client's reports belongs to.
READER_GROUP = "daysheet_reader"
_ENTER = "SELECT set_config('daysheet.actor', %s, true), set_config('daysheet.clients', %s, true)"
#: A person's session is looked up by the database, which refuses one that is over with this state.
_ENTER_SESSION = "SELECT ops.enter_session(%s::uuid, %s)"
_ENTER_TOKEN = "SELECT ops.enter_token(%s::bigint, %s)"
_OVER = "DS401"


class DatabaseUnavailable(DaysheetError):
    """PostgreSQL does not answer; nothing was changed by the act that failed."""

    def __init__(self) -> None:
        super().__init__(
            "The database does not answer.", fix="See that PostgreSQL runs, then try again; nothing is lost."
        )


class LockSpace(IntEnum):
    """The spaces of advisory locks; one number each, so that a run's lock is never taken for a lane's."""

    MIGRATION = 7300
    RUN = 7301
    LANE = 7302
    SCHEDULER = 7303
    SNAPSHOT = 7304
    AUDIT = 7305


class Session:
    """One transaction of one actor; `raw` is the driver's connection, for named queries and COPY.

    `keys` are the database's data keys, which lib.core.keys reads.
    """

    def __init__(self, actor: Actor, raw: RawConnection, keys: KeyRing) -> None:
        self.actor = actor
        self.raw = raw
        self.keys = keys

    def insert_many(self, statement: str, rows: Sequence[Sequence[Any]], *, template: str | None = None) -> list[Any]:
        """Run one INSERT … VALUES %s for many rows and return what it RETURNs, in no order that may be relied on."""
        with self.raw.cursor() as cursor:
            returning = "returning" in statement.lower()
            found = psycopg2.extras.execute_values(
                cursor, statement, rows, template=template, page_size=1000, fetch=returning
            )
            return found or []


class HeldLock:
    """A session advisory lock on a connection of its own; it is gone when that connection dies."""

    def __init__(self, raw: RawConnection) -> None:
        self._raw = raw

    def still_held(self) -> bool:
        """Whether the connection that holds the lock still answers."""
        try:
            with self._raw.cursor() as cursor:
                cursor.execute("SELECT 1")
            return True
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            return False


class Database:
    """The application's connections, under the role that row-level security binds."""

    def __init__(self, url: str, *, pool: int, keys: KeyRing) -> None:
        self.url = url
        self._keys = keys
        self._engine = sqlalchemy.create_engine(
            make_url(url).set(drivername="postgresql+psycopg2"),
            pool_size=pool,
            max_overflow=0,
            pool_timeout=60,
            connect_args={
                "cursor_factory": psycopg2.extras.NamedTupleCursor,
                "options": "-c timezone=UTC",
                "application_name": process_name(),
                "connect_timeout": 10,
            },
        )

    @contextlib.contextmanager
    def session(self, actor: Actor, *, lazy_commit: bool = False) -> Generator[Session]:
        """Open a transaction for the actor; committed at the end, rolled back when an exception passes.

        `lazy_commit` does not wait for the disk: for heartbeats and counts, never for an intent.
        Raises DatabaseUnavailable when the database cannot be reached, SignedOut when the actor's session is over,
        TokenOver when its token is.
        """
        pooled = self._entered(actor, lazy_commit)
        raw = pooled.driver_connection
        assert raw is not None
        try:
            yield Session(actor, raw, self._keys)
            raw.commit()
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            if raw.closed or isinstance(error, psycopg2.InterfaceError):
                pooled.invalidate()
                raise DatabaseUnavailable from error
            raise
        finally:
            pooled.close()

    def _entered(self, actor: Actor, lazy_commit: bool) -> Any:
        who, statement = _entrance(actor)
        statement += ", set_config('synchronous_commit', 'off', true)" if lazy_commit else ""
        for last_try in (False, True):
            try:
                pooled = self._engine.raw_connection()
            except (sqlalchemy.exc.OperationalError, psycopg2.OperationalError) as error:
                raise _not_let_in(error) from error
            try:
                cursor = pooled.cursor()
                cursor.execute(statement, (who, actor.scope))
                cursor.close()
                return pooled
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                # A pooled connection outlived its server; nothing has been asked of it yet, so a new one is safe.
                pooled.invalidate()
                pooled.close()
                self._engine.dispose()
                if last_try:
                    raise DatabaseUnavailable from error
            except psycopg2.Error as error:
                pooled.close()
                if error.pgcode == _OVER:
                    raise (TokenOver if actor.token else SignedOut) from None
                raise
        raise AssertionError("unreachable")

    @contextlib.contextmanager
    def lock(self, space: LockSpace, key: int | str) -> Generator[HeldLock | None]:
        """Try for a session advisory lock; None when another process holds it."""
        try:
            raw = psycopg2.connect(self.url, application_name=f"daysheet {space.name.lower()} lock", connect_timeout=10)
        except psycopg2.OperationalError as error:
            raise DatabaseUnavailable from error
        try:
            raw.autocommit = True
            with raw.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", (int(space), _lock_number(key)))
                taken = cursor.fetchone()[0]
            try:
                yield HeldLock(raw) if taken else None
            finally:
                # The server notices a closed connection only a moment later, and the next one may come before that.
                with contextlib.suppress(psycopg2.OperationalError, psycopg2.InterfaceError), raw.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock_all()")
        finally:
            raw.close()

    @property
    def in_use(self) -> int:
        """Pooled connections that somebody has taken right now."""
        return self._engine.pool.checkedout()  # ty: ignore[missing-attribute]

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()


def _entrance(actor: Actor) -> tuple[str, str]:
    """Who enters, and the statement by which."""
    if actor.session:
        return actor.session, _ENTER_SESSION
    return (actor.token, _ENTER_TOKEN) if actor.token else (actor.label, _ENTER)


def named_queries(name: str) -> Any:
    """Load sql/queries/<name>.sql; each named block becomes a callable that takes `session.raw` first."""
    return aiosql.from_path(ROOT / "sql" / "queries" / f"{name}.sql", "psycopg2", mandatory_parameters=False)


def as_json(value: Any) -> psycopg2.extras.Json:
    """A value for a jsonb column; Decimals, dates and the like become text."""
    return psycopg2.extras.Json(value, dumps=lambda v: json.dumps(v, default=str))


def owner_url(settings: Settings) -> str:
    """The URL of the database's owner; starts the embedded server when there is no other."""
    if settings.database_url:
        return settings.database_url.get_secret_value().replace("postgresql+psycopg2://", "postgresql://")
    return EmbeddedPostgres(settings).ensure_running().url()


@contextlib.contextmanager
def connected_as_owner(url: str) -> Generator[RawConnection]:
    """A connection to the database of an owner's URL, closed at the end; who takes it commits.

    Raises DatabaseUnavailable when nobody answers.
    """
    try:
        connection = psycopg2.connect(
            url,
            application_name="daysheet owner",
            connect_timeout=10,
            cursor_factory=psycopg2.extras.NamedTupleCursor,
        )
    except psycopg2.OperationalError as error:
        raise DatabaseUnavailable from error
    with contextlib.closing(connection):
        yield connection


@contextlib.contextmanager
def as_owner(settings: Settings) -> Generator[RawConnection]:
    """A connection of the database's owner, one transaction: for roles, which the application may not make.

    Raises DatabaseUnavailable when nobody answers.
    """
    with connected_as_owner(owner_url(settings)) as connection, connection:
        yield connection


def app_role_password(settings: Settings) -> str:
    """The application role's password: made from the secret key, so that no second secret has to be kept."""
    digest = hmac.new(secret_key(settings).encode(), b"database role daysheet_app", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def give_app_role_password(owner: RawConnection, settings: Settings) -> None:
    """Give the application's role the password that follows from the secret key; the server is told its hash alone."""
    hashed = encrypt_password(app_role_password(settings), APP_ROLE, scope=owner, algorithm="scram-sha-256")
    with owner.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(APP_ROLE), sql.Literal(hashed)))


def app_url(settings: Settings, owner: str) -> str:
    """The URL of the application's role in the same database."""
    if settings.database_app_url:
        return settings.database_app_url.get_secret_value().replace("postgresql+psycopg2://", "postgresql://")
    url = make_url(owner).set(username=APP_ROLE, password=quote(app_role_password(settings), safe=""))
    return url.render_as_string(hide_password=False)


def open_database(settings: Settings) -> Database:
    """Open the door; migrations must have been applied.

    Raises Misconfigured when the application's role cannot log in, DatabaseUnavailable when nobody answers.
    """
    url = app_url(settings, owner_url(settings))
    try:
        with contextlib.closing(psycopg2.connect(url, connect_timeout=10)) as connection:
            _refuse_unbound_role(connection)
    except psycopg2.OperationalError as error:
        raise _not_let_in(error) from None
    return Database(url, pool=settings.database_pool, keys=KeyRing(secret_key(settings)))


def _not_let_in(error: Exception) -> DaysheetError:
    """What a refused connection means: no server, or one that knows another password, as after a change of the key."""
    if "authentication failed" not in str(error) and "does not exist" not in str(error):
        return DatabaseUnavailable()
    return Misconfigured(
        f"The database does not let {APP_ROLE} in.",
        fix="Start with the DAYSHEET_SECRET_KEY that holds now, run python -m jobs migrate with it, or set "
        "DAYSHEET_DATABASE_APP_URL.",
    )


def _refuse_unbound_role(connection: RawConnection) -> None:
    """Raise Misconfigured when row-level security would not bind this login."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolname, r.rolsuper OR r.rolbypassrls OR coalesce(c.relowner = r.oid, false) FROM pg_roles r "
            "LEFT JOIN pg_class c ON c.oid = to_regclass('ops.runs') WHERE r.rolname = current_user"
        )
        name, unbound = cursor.fetchone()
    if unbound:
        raise Misconfigured(
            f"The login {name} of DAYSHEET_DATABASE_APP_URL is not bound by the client scope.",
            fix=f"Use {APP_ROLE}, or a role that owns nothing and may not bypass row-level security.",
        )


def _lock_number(key: int | str) -> int:
    if isinstance(key, int):
        return key
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big", signed=True)
