"""The database that a backup is restored into: empty, or one beside the one that is there, until it is whole."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from datetime import datetime

import psycopg2
from psycopg2 import sql
from psycopg2.errorcodes import INSUFFICIENT_PRIVILEGE, OBJECT_IN_USE
from psycopg2.extensions import connection as RawConnection
from psycopg2.extensions import parse_dsn
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from lib.core.backup.manifest import KeptRole, Manifest
from lib.core.database import connected_as_owner, named_queries
from lib.core.errors import Conflict, Misconfigured
from lib.core.settings import Settings

_SQL = named_queries("backup")


def name_of(url: str) -> str:
    """The database that a URL leads to."""
    return parse_dsn(url)["dbname"]


def settings_for(settings: Settings, url: str, key: str | None) -> Settings:
    """The settings of an instance in the database of that owner's URL, with `key` where its own is not the one."""
    changes = {"database_url": SecretStr(url)} | ({"secret_key": SecretStr(key)} if key is not None else {})
    if settings.database_app_url:
        changes["database_app_url"] = SecretStr(_in(settings.database_app_url.get_secret_value(), name_of(url)))
    return settings.model_copy(update=changes)


def look(url: str) -> tuple[int, bool]:
    """The server's version, and whether the database is empty."""
    with connected_as_owner(url) as raw:
        return _SQL.server_version(raw), _SQL.is_empty(raw)


def add_beside(url: str, now: datetime) -> str:
    """Make an empty database on the same server, and return its URL; raises Misconfigured without the right to."""
    name = f"{name_of(url)}_restored_{now:%Y%m%dt%H%M%S}"
    with connected_as_owner(url) as raw:
        _alone(raw, sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    return _in(url, name)


def drop(url: str, *, beside: str) -> None:
    """Delete the database that `add_beside` made."""
    with connected_as_owner(url) as raw:
        _alone(raw, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name_of(beside))))


def take_place(url: str, *, beside: str, now: datetime) -> str:
    """Give the database beside the name of the one that is there, which is renamed; returns its new name.

    Raises Conflict while anybody is connected to it: then both are as they were.
    """
    name, kept = name_of(url), f"{name_of(url)}_before_{now:%Y%m%dt%H%M%S}"
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with connected_as_owner(_in(url, "postgres")) as raw, raw, raw.cursor() as cursor, _told("rename databases", name):
        cursor.execute(rename.format(sql.Identifier(name), sql.Identifier(kept)))
        cursor.execute(rename.format(sql.Identifier(name_of(beside)), sql.Identifier(name)))
    return kept


def refuse_company(url: str) -> None:
    """Raise Conflict while anybody else is connected to the database."""
    with connected_as_owner(url) as raw:
        others = _SQL.others_connected(raw, database=name_of(url))
    if others:
        raise _in_use(name_of(url))


def ensure_roles(url: str, manifest: Manifest) -> list[str]:
    """Make the roles that the database needs and the server lacks; returns those that can not log in for now.

    Roles that are there stay as they are. Raises Misconfigured when the login may not make roles.
    """
    without_password = []
    with connected_as_owner(url) as raw, raw, raw.cursor() as cursor, _told("make roles", name_of(url)):
        there = {row.name for row in _SQL.role_names(raw)}
        missing = [role for role in manifest.roles if role.name not in there]
        if manifest.owner not in there:
            # Policies and grants speak of the owner by name; who restores is its heir.
            cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(manifest.owner)))
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(manifest.owner)))
        for role in missing:
            cursor.execute(_made(role))
            for habit in role.habits:
                cursor.execute(_habit(role, habit))
        for role in missing:
            for group in role.member_of:
                cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(role.name)))
            if role.login and role.verifier is None:
                without_password.append(role.name)
    return without_password


def _made(role: KeptRole) -> sql.Composed:
    made = sql.SQL("CREATE ROLE {} {} CONNECTION LIMIT {}").format(
        sql.Identifier(role.name), sql.SQL("LOGIN" if role.login else "NOLOGIN"), sql.Literal(role.connections)
    )
    return made if role.verifier is None else made + sql.SQL(" PASSWORD {}").format(sql.Literal(role.verifier))


def _habit(role: KeptRole, habit: str) -> sql.Composed:
    name, _, value = habit.partition("=")
    return sql.SQL("ALTER ROLE {} SET {} = {}").format(
        sql.Identifier(role.name), sql.Identifier(name), sql.Literal(value)
    )


def _alone(raw: RawConnection, statement: sql.Composed) -> None:
    """Run a statement that may not stand in a transaction."""
    raw.autocommit = True
    with raw.cursor() as cursor, _told("make databases", raw.info.dbname):
        cursor.execute(statement)


@contextlib.contextmanager
def _told(act: str, name: str) -> Generator[None]:
    """Say in our words what the server refuses."""
    try:
        yield
    except psycopg2.Error as error:
        if error.pgcode == OBJECT_IN_USE:
            raise _in_use(name) from None
        if error.pgcode == INSUFFICIENT_PRIVILEGE:
            raise Misconfigured(
                f"The login of DAYSHEET_DATABASE_URL may not {act}.",
                fix="Grant it CREATEROLE and CREATEDB, or restore into an empty database by another login.",
            ) from None
        raise


def _in_use(name: str) -> Conflict:
    return Conflict(
        f"Somebody is connected to the database {name}.",
        fix="Stop every process of Daysheet and every other reader, then restore again.",
    )


def _in(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
