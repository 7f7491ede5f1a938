"""The person at the pages of the tests, with every role and every client unless a test says otherwise."""

from __future__ import annotations

import contextlib
from collections.abc import Collection

from lib.core.access import people, sessions
from lib.core.access.permissions import Role
from lib.core.access.visitor import Visitor
from lib.core.actor import Actor, ActorKind, shell_user
from lib.core.database import open_database
from lib.core.errors import NotFound
from lib.core.settings import Settings

LOGIN = "tester"
#: The same person, for what a test does itself.
PERSON = Actor(kind=ActorKind.PERSON, name=LOGIN, clients=None, origin="page")
_SHELL = shell_user("operator")


def signed_in_token(
    settings: Settings,
    login: str = LOGIN,
    *,
    roles: Collection[Role] = tuple(Role),
    clients: Collection[str] | None = None,
) -> str:
    """The token of a new session of a person, who is added where missing."""
    with contextlib.closing(open_database(settings)) as database:
        try:
            person = people.person_named(database, _SHELL, login)
        except NotFound:
            person = people.add_person(
                database, _SHELL, login=login, name=f"TEST, {login}", roles=roles, clients=clients
            )
        with database.session(_SHELL) as session:
            return sessions.begin(session, person.id, factor="password", visitor=Visitor(address="192.0.2.1"))
