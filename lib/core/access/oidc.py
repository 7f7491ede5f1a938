"""People whom an identity provider vouches for: who they are here, and the roles that their groups give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lib.core import audit
from lib.core.access import gate, people
from lib.core.access.permissions import Permission, Role
from lib.core.access.sign_in import Admitted, admit
from lib.core.access.visitor import DOORKEEPER, Visitor, at_the_door
from lib.core.actor import Actor
from lib.core.database import Database, Session, named_queries
from lib.core.errors import BadInput, DaysheetError

_SQL = named_queries("people")


class ProviderRefused(DaysheetError):
    """The provider let somebody in whom this office does not."""

    def __init__(self, what: str) -> None:
        super().__init__(what, fix="Ask an administrator of the workbench.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Somebody at a provider, and the person that is here."""

    issuer: str
    subject: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupRole:
    """A role that a provider's group gives."""

    issuer: str
    group: str
    role: Role


def sign_in(database: Database, claims: Mapping[str, Any], visitor: Visitor, now: datetime) -> Admitted:
    """Begin a session for the person of a verified ID token's claims; groups give and take roles.

    Somebody new is made a person, who sees no client yet, when a group gives a role. A login that is there already is
    never taken over: an administrator links it. Raises ProviderRefused.
    """
    issuer, subject = str(claims.get("iss") or ""), str(claims.get("sub") or "")
    if not issuer or not subject or not _in_time(claims, now):
        raise ProviderRefused("The provider's answer is incomplete or too old.")
    try:
        return _let_in(database, issuer, subject, claims, visitor)
    except ProviderRefused:
        with database.session(DOORKEEPER) as session:
            audit.record(session, "access:session:begin:refused", "user:unknown", why="provider", issuer=issuer)
        raise


def link(database: Database, actor: Actor, user_id: str, identity: Identity) -> None:
    """Let an identity in as this person; needs people.edit. Raises BadInput when it is somebody's already."""
    gate.must_for_office(database, actor, Permission.PEOPLE_EDIT)
    if not identity.issuer.startswith("https://") or not identity.subject.strip():
        raise BadInput("An identity is an issuer (https://…) and the subject that it gives the person.")
    with database.session(actor) as session:
        if _link(session, identity.issuer, identity.subject.strip(), user_id) == 0:
            raise BadInput("That identity is linked already.")
        audit.record(session, "access:identity:link:done", f"user:{user_id}", issuer=identity.issuer)


def unlink(database: Database, actor: Actor, user_id: str, identity: Identity) -> None:
    """Let an identity in no more; needs people.edit."""
    gate.must_for_office(database, actor, Permission.PEOPLE_EDIT)
    with database.session(actor) as session:
        _SQL.unlink_identity(session.raw, issuer=identity.issuer, subject=identity.subject, user_id=user_id)
        audit.record(session, "access:identity:unlink:done", f"user:{user_id}", issuer=identity.issuer)


def identities_of(database: Database, actor: Actor, user_id: str) -> list[Identity]:
    """The identities that let a person in; needs people.edit."""
    gate.must(database, actor, Permission.PEOPLE_EDIT)
    with database.session(actor) as session:
        rows = _SQL.identities_of(session.raw, user_id=user_id)
        return [Identity(issuer=row.issuer, subject=row.subject) for row in rows]


def list_groups(database: Database, actor: Actor) -> list[GroupRole]:
    """Which group gives which role; needs people.edit."""
    gate.must(database, actor, Permission.PEOPLE_EDIT)
    with database.session(actor) as session:
        return [
            GroupRole(issuer=row.issuer, group=row.group_name, role=Role(row.role))
            for row in _SQL.group_roles(session.raw)
        ]


def map_group(database: Database, actor: Actor, mapped: GroupRole) -> None:
    """Let a group give a role from the next sign-in on; needs people.edit."""
    gate.must_for_office(database, actor, Permission.PEOPLE_EDIT)
    if not mapped.issuer or not mapped.group:
        raise BadInput("A group needs its issuer and its name or id, as the provider writes them.")
    with database.session(actor) as session:
        _SQL.map_group(session.raw, issuer=mapped.issuer, group_name=mapped.group, role=mapped.role.value)
        audit.record(session, "access:group:map:done", f"role:{mapped.role}", issuer=mapped.issuer, group=mapped.group)


def unmap_group(database: Database, actor: Actor, mapped: GroupRole) -> None:
    """Let a group give a role no more; needs people.edit."""
    gate.must_for_office(database, actor, Permission.PEOPLE_EDIT)
    with database.session(actor) as session:
        _SQL.unmap_group(session.raw, issuer=mapped.issuer, group_name=mapped.group, role=mapped.role.value)
        audit.record(
            session, "access:group:unmap:done", f"role:{mapped.role}", issuer=mapped.issuer, group=mapped.group
        )


def _let_in(database: Database, issuer: str, subject: str, claims: Mapping[str, Any], visitor: Visitor) -> Admitted:
    login = _login(claims)
    with database.session(at_the_door(login or "unknown")) as session:
        roles = {Role(row.role) for row in _SQL.roles_of_groups(session.raw, issuer=issuer, groups=_groups(claims))}
        user_id = _SQL.linked_person(session.raw, issuer=issuer, subject=subject)
        if user_id is None:
            user_id = _newcomer(session, login, claims, roles)
            _link(session, issuer, subject, user_id)
        person = people.found(session, str(user_id))
        if person.disabled_at is not None:
            raise ProviderRefused("You may not sign in here any more.")
        people.set_roles(session, person.id, roles)
    with database.session(at_the_door(person.login)) as session:
        return admit(session, person.id, factor="provider", visitor=visitor)


def _newcomer(session: Session, login: str | None, claims: Mapping[str, Any], roles: set[Role]) -> str:
    if not roles:
        raise ProviderRefused("None of your groups has a role here.")
    if login is None:
        raise ProviderRefused("The provider does not tell your e-mail address.")
    if _SQL.person_id(session.raw, login=login) is not None:
        raise ProviderRefused("There is a person of your name here who is not linked to you.")
    return people.insert(session, login=login, name=str(claims.get("name") or login), roles=(), clients=())


def _link(session: Session, issuer: str, subject: str, user_id: str) -> int:
    return _SQL.link_identity(session.raw, issuer=issuer, subject=subject, user_id=user_id, who=session.actor.label)


def _login(claims: Mapping[str, Any]) -> str | None:
    for name in ("preferred_username", "email", "upn"):
        try:
            return people.checked_login(str(claims.get(name) or ""))
        except BadInput:
            continue
    return None


def _groups(claims: Mapping[str, Any]) -> list[str]:
    groups = claims.get("groups") or claims.get("roles") or ()
    return [str(group) for group in groups] if isinstance(groups, Sequence) and not isinstance(groups, str) else []


def _in_time(claims: Mapping[str, Any], now: datetime) -> bool:
    ends = claims.get("exp")
    return isinstance(ends, int | float) and datetime.fromtimestamp(ends, UTC) > now
