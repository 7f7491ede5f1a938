"""The people of the office: their roles, the clients they see, and what they prefer."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from lib.core import audit
from lib.core.access import gate, passwords, sessions
from lib.core.access.permissions import Permission, Role
from lib.core.actor import Actor
from lib.core.database import Database, Session, named_queries
from lib.core.errors import BadInput, Conflict, NotFound

_SQL = named_queries("people")
_SIGN_IN = named_queries("sign_in")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,79}")
_BY_HAND, _BY_GROUP = "hand", "group"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who may sign in."""

    id: str
    login: str
    name: str
    roles: frozenset[Role]
    #: Of these, what a group of the identity provider gives and takes.
    group_roles: frozenset[Role]
    #: None: every client. Of the others those that are in the scope of whoever asks.
    clients: frozenset[str] | None
    disabled_at: datetime | None
    has_password: bool
    has_second_factor: bool
    last_sign_in: datetime | None
    time_zone: str | None
    landing_page: str | None
    version: int


def list_people(database: Database, actor: Actor) -> list[Person]:
    """Everybody, those who may sign in first; needs people.edit."""
    gate.must(database, actor, Permission.PEOPLE_EDIT)
    with database.session(actor) as session:
        return [_person(row) for row in _SQL.people(session.raw, user_id=None)]


def person_named(database: Database, actor: Actor, login: str) -> Person:
    """The person of a login; needs people.edit. Raises NotFound."""
    gate.must(database, actor, Permission.PEOPLE_EDIT)
    with database.session(actor) as session:
        user_id = id_of(session, login.strip().lower())
        if user_id is None:
            raise NotFound("Nobody has that login.", fix="See who there is with: python -m jobs people list.")
        return found(session, user_id)


def add_person(
    database: Database,
    actor: Actor,
    *,
    login: str,
    name: str,
    roles: Collection[Role],
    clients: Collection[str] | None,
    password: str | None = None,
) -> Person:
    """Add a person, who sees the clients with these ids, or with None all; needs people.edit.

    Without a password nobody can sign in as the person until one was chosen by a link. Raises BadInput, and Conflict
    when the login is taken.
    """
    gate.must_for_office(database, actor, Permission.PEOPLE_EDIT)
    login = checked_login(login)
    hashed = None
    if password is not None:
        passwords.check_new(password, login)
        hashed = passwords.hash_password(password)
    with database.session(actor) as session:
        user_id = insert(session, login=login, name=name, roles=roles, clients=clients)
        if hashed:
            _SIGN_IN.save_password(session.raw, user_id=user_id, hash=hashed)
        return found(session, user_id)


def change_person(
    database: Database,
    actor: Actor,
    seen: Person,
    *,
    name: str,
    roles: Collection[Role],
    clients: Collection[str] | None,
) -> Person:
    """Change a person's name, roles by hand, and clients; needs people.edit.

    Raises Conflict when somebody changed the person since it was seen, when it is oneself, and when nobody would be
    left who administrates.
    """
    gate.must_for_office(database, actor, Permission.PEOPLE_EDIT)
    _not_oneself(actor, seen)
    with database.session(actor) as session:
        if Role.ADMINISTRATOR not in {*roles, *seen.group_roles}:
            _keep_an_administrator(session, seen)
        changed = _SQL.change_person(
            session.raw,
            user_id=seen.id,
            version=seen.version,
            name=_checked_name(name),
            all_clients=clients is None,
            who=actor.label,
        )
        if changed == 0:
            raise Conflict("Somebody else has just changed this person.", fix="Look at the latest, and save again.")
        set_roles(session, seen.id, roles, given=_BY_HAND)
        _set_clients(session, seen.id, clients or ())
        audit.record(
            session,
            "access:person:change:done",
            f"user:{seen.id}",
            roles=sorted(roles),
            clients="all" if clients is None else sorted(clients),
        )
        return found(session, seen.id)


def disable(database: Database, actor: Actor, person: Person) -> None:
    """Let a person in no more; the sessions end at once. Needs people.edit; Conflict for oneself or the last one."""
    gate.must_for_office(database, actor, Permission.PEOPLE_EDIT)
    _not_oneself(actor, person)
    with database.session(actor) as session:
        _keep_an_administrator(session, person)
        _SQL.set_disabled(session.raw, user_id=person.id, disabled=True, who=actor.label)
        sessions.end_all(session, person.id, why="disabled")
        audit.record(session, "access:person:disable:done", f"user:{person.id}")


def enable(database: Database, actor: Actor, person: Person) -> None:
    """Let a person in again; needs people.edit."""
    gate.must_for_office(database, actor, Permission.PEOPLE_EDIT)
    with database.session(actor) as session:
        _SQL.set_disabled(session.raw, user_id=person.id, disabled=False, who=actor.label)
        audit.record(session, "access:person:enable:done", f"user:{person.id}")


def save_preferences(
    database: Database, person: sessions.SignedIn, *, time_zone: str | None, landing_page: str | None
) -> None:
    """Keep what somebody prefers for the own pages; None is the office's way. Raises BadInput."""
    if time_zone is not None and time_zone not in available_timezones():
        raise BadInput(f"“{time_zone}” is not a time zone.", fix="Use a name such as America/New_York.")
    with database.session(person.actor) as session:
        _SQL.save_preferences(
            session.raw, user_id=person.user_id, time_zone=time_zone, landing_page=landing_page, who=person.actor.label
        )
        audit.record(session, "access:preferences:save:done", f"user:{person.user_id}")


def anybody(session: Session) -> bool:
    """Whether there is any person yet."""
    return _SQL.anybody(session.raw)


def id_of(session: Session, login: str) -> str | None:
    """The id of the person of a login, if there is one."""
    user_id = _SQL.person_id(session.raw, login=login)
    return str(user_id) if user_id is not None else None


def found(session: Session, user_id: str) -> Person:
    """A person by id, in the caller's transaction; raises NotFound."""
    for row in _SQL.people(session.raw, user_id=user_id):
        return _person(row)
    raise NotFound(f"There is no person {user_id}.")


def insert(session: Session, *, login: str, name: str, roles: Collection[Role], clients: Collection[str] | None) -> str:
    """Add a person in the caller's transaction and return the id; raises Conflict when the login is taken."""
    row = _SQL.add_person(
        session.raw, login=login, name=_checked_name(name), all_clients=clients is None, who=session.actor.label
    )
    if row is None:
        raise Conflict("That login is taken.", fix="Choose another one.")
    user_id = str(row.id)
    set_roles(session, user_id, roles, given=_BY_HAND)
    _set_clients(session, user_id, clients or ())
    audit.record(
        session,
        "access:person:add:done",
        f"user:{user_id}",
        roles=sorted(roles),
        clients="all" if clients is None else sorted(clients),
    )
    return user_id


def set_roles(session: Session, user_id: str, roles: Collection[Role], *, given: str = _BY_GROUP) -> None:
    """Make these the roles that a person has by hand, or by the groups of a provider."""
    _SQL.drop_roles(session.raw, user_id=user_id, given=given)
    for role in roles:
        _SQL.give_role(session.raw, user_id=user_id, role=role.value, given=given)


def checked_login(login: str) -> str:
    """The login as it is kept; raises BadInput."""
    login = login.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise BadInput(
            "A login has 2 to 80 letters, digits and . _ @ + -, and begins with a letter or digit.",
            fix="An e-mail address will do.",
        )
    return login


def _set_clients(session: Session, user_id: str, clients: Collection[str]) -> None:
    _SQL.drop_clients(session.raw, user_id=user_id)
    for client_id in clients:
        _SQL.give_client(session.raw, user_id=user_id, client_id=client_id)


def _not_oneself(actor: Actor, person: Person) -> None:
    if actor.session and actor.name == person.login:
        raise Conflict("Nobody changes the own roles and clients.", fix="Ask another administrator.")


def _keep_an_administrator(session: Session, person: Person) -> None:
    """Raise Conflict when nobody else could administrate; two changes at once wait for one another here."""
    _SQL.one_at_a_time(session.raw)
    if Role.ADMINISTRATOR in person.roles and _SQL.administrators_left(session.raw, user_id=person.id) == 0:
        raise Conflict("This is the last administrator.", fix="Make somebody else one first.")


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise BadInput("A person needs a name of 1 to 120 letters.")
    return name


def _person(row: Any) -> Person:
    given = [tuple(each.split(":")) for each in row.roles]
    return Person(
        id=str(row.id),
        login=row.login,
        name=row.name,
        roles=frozenset(Role(role) for role, _ in given),
        group_roles=frozenset(Role(role) for role, by in given if by == _BY_GROUP),
        clients=None if row.all_clients else frozenset(str(client) for client in row.clients),
        disabled_at=row.disabled_at,
        has_password=row.has_password,
        has_second_factor=row.has_factor,
        last_sign_in=row.last_sign_in,
        time_zone=row.time_zone,
        landing_page=row.landing_page,
        version=row.version,
    )
