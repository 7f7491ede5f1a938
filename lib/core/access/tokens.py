"""Tokens of other programs for the REST API: made for clients and purposes, shown once, ended by anybody entitled."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor, ActorKind
from lib.core.database import Database, Session, named_queries
from lib.core.errors import BadInput, Conflict, NotFound

_SQL = named_queries("api_tokens")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
_MARK = "ds_"
_SHOWN = len(_MARK) + 6
_ASKER = Actor(kind=ActorKind.JOB, name="api", clients=frozenset(), origin="api")
#: A token works so long at most; a shorter time is chosen when it is made.
LONGEST = timedelta(days=366)
#: Requests a minute, unless another number is chosen.
USUAL_A_MINUTE = 600


class Scope(StrEnum):
    """What a token may be used for."""

    KPIS_READ = "kpis:read"
    ROWS_READ = "rows:read"
    EXPORTS_READ = "exports:read"
    #: Without it patients are masked in rows and exports, and no file of a run is given.
    PATIENTS_SEE = "patients:see"
    RUNS_READ = "runs:read"
    #: Take a sheet in and have it checked; nothing is sent to the vendor.
    RUNS_START = "runs:start"
    RUNS_POST = "runs:post"
    CLAIMS_READ = "claims:read"
    #: Ask payers for the status of claims.
    CLAIMS_ASK = "claims:ask"

    @property
    def said(self) -> str:
        """What it allows, in a few words."""
        return _SAID[self]


_SAID = {
    Scope.KPIS_READ: "key figures, AR aging and denial trends",
    Scope.ROWS_READ: "rows of the views, a page at a time",
    Scope.EXPORTS_READ: "views as files",
    Scope.PATIENTS_SEE: "patients are shown, not masked",
    Scope.RUNS_READ: "charges runs and what became of them",
    Scope.RUNS_START: "take in a charges sheet and check it",
    Scope.RUNS_POST: "post a checked sheet",
    Scope.CLAIMS_READ: "batches of claim status and what payers said",
    Scope.CLAIMS_ASK: "ask payers for the status of claims",
}
_PERMISSIONS: dict[Scope, frozenset[Permission]] = {
    Scope.KPIS_READ: frozenset({Permission.ANALYTICS_VIEW}),
    Scope.ROWS_READ: frozenset({Permission.ANALYTICS_VIEW}),
    Scope.EXPORTS_READ: frozenset({Permission.ANALYTICS_VIEW, Permission.ANALYTICS_EXPORT}),
    Scope.PATIENTS_SEE: frozenset({Permission.PATIENTS_SEE}),
    Scope.RUNS_READ: frozenset({Permission.RUNS_VIEW, Permission.CHARGES_VIEW}),
    Scope.RUNS_START: frozenset(
        {Permission.RUNS_VIEW, Permission.CHARGES_VIEW, Permission.CHARGES_POST, Permission.RUNS_CANCEL}
    ),
    Scope.RUNS_POST: frozenset({Permission.RUNS_VIEW, Permission.CHARGES_VIEW, Permission.CHARGES_POST}),
    Scope.CLAIMS_READ: frozenset({Permission.CLAIM_STATUS_VIEW}),
    Scope.CLAIMS_ASK: frozenset({Permission.CLAIM_STATUS_VIEW, Permission.CLAIM_STATUS_ASK}),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A token as it is listed; every time is UTC."""

    id: str
    name: str
    #: The first characters of it, to tell it from others.
    beginning: str
    scopes: frozenset[Scope]
    #: None: every client. Of the others those that are in the scope of whoever asks.
    clients: frozenset[str] | None
    a_minute: int
    made_at: datetime
    made_by: str
    ends_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None
    in_force: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class InForce:
    """A token that works, as the API's door knows it."""

    id: str
    scopes: frozenset[Scope]
    a_minute: int
    #: The token as it acts; the database looks it up at every transaction.
    actor: Actor


def list_tokens(database: Database, actor: Actor) -> list[Token]:
    """Every token there was, those in force first; needs tokens.edit."""
    gate.must(database, actor, Permission.TOKENS_EDIT)
    with database.session(actor) as session:
        return [_token(row) for row in _SQL.tokens(session.raw, token_id=None)]


def token_named(database: Database, actor: Actor, name: str) -> Token:
    """The token of a name; needs tokens.edit. Raises NotFound."""
    for token in list_tokens(database, actor):
        if token.name == name:
            return token
    raise NotFound("There is no token of that name.", fix="See which there are with: python -m jobs tokens list.")


def make_token(
    database: Database,
    actor: Actor,
    *,
    name: str,
    scopes: Collection[Scope],
    clients: Collection[str] | None,
    ends_at: datetime,
    now: datetime,
    a_minute: int = USUAL_A_MINUTE,
) -> tuple[Token, str]:
    """Make a token for the clients with these ids, or with None for all, and return it with its text.

    Needs tokens.edit. The text is kept nowhere: whoever loses it makes another. `a_minute` is how many requests a
    minute it may make of each web process. Raises BadInput, and Conflict when the name was ever taken.
    """
    gate.must(database, actor, Permission.TOKENS_EDIT)
    gate.must_not_be_widened(database, actor, Permission.TOKENS_EDIT)
    _check(name=name, scopes=scopes, clients=clients, a_minute=a_minute)
    if actor.clients is not None and (clients is None or not set(clients) <= actor.clients):
        raise BadInput("A token sees only clients that you see yourself.", fix="Ask somebody who sees them all.")
    if not now < ends_at <= now + LONGEST:
        raise BadInput("A token ends within a year, and not before it is made.", fix="Choose another day.")
    text = _MARK + secrets.token_urlsafe(32)
    with database.session(actor) as session:
        row = _SQL.add_token(
            session.raw,
            name=name,
            beginning=text[:_SHOWN],
            digest=digest_of(text.encode()),
            scopes=sorted(scope.value for scope in set(scopes)),
            all_clients=clients is None,
            a_minute=a_minute,
            ends_at=ends_at,
            who=actor.label,
        )
        if row is None:
            raise Conflict("There was a token of that name.", fix="Choose another name; the audit goes by it.")
        for client_id in clients or ():
            _SQL.give_client(session.raw, token_id=row.id, client_id=client_id)
        audit.record(
            session,
            "access:token:make:done",
            f"token:{row.id}",
            name=name,
            scopes=sorted(scopes),
            clients="all" if clients is None else sorted(clients),
            a_minute=a_minute,
            ends_at=ends_at,
        )
        return _found(session, str(row.id)), text


def revoke(database: Database, actor: Actor, token: Token) -> None:
    """End a token at once; needs tokens.edit. One that somebody else has just revoked is no failure."""
    gate.must(database, actor, Permission.TOKENS_EDIT)
    with database.session(actor) as session:
        if _SQL.revoke(session.raw, token_id=token.id, who=actor.label):
            audit.record(session, "access:token:revoke:done", f"token:{token.id}", name=token.name)


def tokens_in_force(database: Database) -> dict[bytes, InForce]:
    """The tokens that work now, by the digest of each: what the API's door goes by."""
    with database.session(_ASKER) as session:
        return {
            bytes(row.token_digest): InForce(
                id=str(row.id), scopes=_scopes(row.scopes), a_minute=row.a_minute, actor=_actor(row)
            )
            for row in _SQL.in_force(session.raw)
        }


def note_use(session: Session, token_id: str) -> None:
    """Keep that a token is used now, in the caller's transaction."""
    _SQL.note_use(session.raw, token_id=token_id)


def digest_of(text: bytes) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(text).digest()


def _check(*, name: str, scopes: Collection[Scope], clients: Collection[str] | None, a_minute: int) -> None:
    if not _NAME.fullmatch(name):
        raise BadInput("A token's name has 2 to 60 small letters, digits and . _ -.", fix="Say what uses it.")
    if not scopes:
        raise BadInput("A token is for something.", fix="Choose at least one scope.")
    if clients is not None and not clients:
        raise BadInput("A token is for somebody's rows.", fix="Choose at least one client, or all of them.")
    if not 1 <= a_minute <= 1_000_000:
        raise BadInput("A token makes 1 to 1,000,000 requests a minute.")


def _found(session: Session, token_id: str) -> Token:
    return next(_token(row) for row in _SQL.tokens(session.raw, token_id=token_id))


def _scopes(known: Collection[str]) -> frozenset[Scope]:
    # A later version's scope means nothing to this one.
    return frozenset(Scope(each) for each in known if each in frozenset(Scope))


def _actor(row: Any) -> Actor:
    return Actor(
        kind=ActorKind.TOKEN,
        name=row.name,
        clients=_clients(row),
        origin="api",
        permissions=frozenset[Permission]().union(*(_PERMISSIONS[scope] for scope in _scopes(row.scopes))),
        token=str(row.id),
    )


def _clients(row: Any) -> frozenset[str] | None:
    return None if row.all_clients else frozenset(str(client) for client in row.clients)


def _token(row: Any) -> Token:
    return Token(
        id=str(row.id),
        name=row.name,
        beginning=row.beginning,
        scopes=_scopes(row.scopes),
        clients=_clients(row),
        a_minute=row.a_minute,
        made_at=row.made_at,
        made_by=row.made_by,
        ends_at=row.ends_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
        in_force=row.in_force,
    )
