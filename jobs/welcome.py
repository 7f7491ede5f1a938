"""What the launcher tells whoever has just started the workbench: how to sign in."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from lib.core.access import links, people
from lib.core.access.permissions import Role
from lib.core.actor import job
from lib.core.database import Database, open_database
from lib.core.errors import Misconfigured
from lib.core.secrets import secret_key
from lib.core.settings import Settings

_LAUNCHER = job("launcher", origin="command")
#: Practice logins see every client, which are invented ones.
_LOGINS = {role.value.replace("_", "-"): role for role in Role}


def refuse_practice(settings: Settings) -> None:
    """Raise Misconfigured where practice logins would open a database that is not the practice's own."""
    if settings.database_url is not None and not settings.practice:
        raise Misconfigured(
            "Practice logins are for the embedded database.",
            fix="Leave --practice out and add people with: python -m jobs people add. For a database that only ever "
            "holds practice, set DAYSHEET_PRACTICE=1.",
        )


def welcome(settings: Settings, *, practice: bool) -> list[str]:
    """Lines that say how to sign in: practice logins, made where they are missing, or the link for a new office."""
    database = open_database(settings)
    try:
        if practice:
            return _practice_logins(database, settings)
        path = links.first_link(database, _LAUNCHER, datetime.now(UTC))
    finally:
        database.close()
    if path is None:
        return []
    return [
        "Nobody can sign in yet. The first administrator is set up here, once, within a day:",
        settings.web_url + path,
    ]


def _practice_logins(database: Database, settings: Settings) -> list[str]:
    known = {person.login for person in people.list_people(database, _LAUNCHER)}
    for login, role in _LOGINS.items():
        if login not in known:
            people.add_person(
                database,
                _LAUNCHER,
                login=login,
                name=f"Practice {role.label.lower()}",
                roles={role},
                clients=None,
                password=_practice_password(settings, login),
            )
    lines = [f"{login:17} {_practice_password(settings, login)}" for login in _LOGINS]
    return ["Practice logins, one for each role (login, password):", *lines]


def _practice_password(settings: Settings, login: str) -> str:
    """The same at every start of this instance, and unknown to every other."""
    key = secret_key(settings).encode()
    digest = hmac.new(key, b"practice login " + login.encode(), hashlib.sha256).digest()
    letters = base64.b32encode(digest).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))
