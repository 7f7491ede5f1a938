"""Who acts, and for which clients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from lib.core.access.permissions import Permission


class ActorKind(StrEnum):
    """What kind of thing acts."""

    PERSON = "person"
    TOKEN = "token"
    JOB = "job"


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """A person, a token or a job, with the clients whose rows it may see and write.

    `clients` holds client ids; None means every client of the office, the empty set none at all.
    """

    kind: ActorKind
    name: str
    clients: frozenset[str] | None = frozenset()
    #: Where the act comes from: page, command, worker, scheduler.
    origin: str = "page"
    #: What it may do; None, as jobs and the shell have it, is everything.
    permissions: frozenset[Permission] | None = None
    #: The id of the session that a person acts through; the database looks it up at every transaction.
    session: str | None = None
    #: The id of the API token that it acts by; looked up like a session.
    token: str | None = None
    #: Sees more for an hour, in an emergency, and gives nobody anything meanwhile.
    widened: bool = False

    @property
    def label(self) -> str:
        """Kind and name in one word, as the audit keeps it."""
        return f"{self.kind}:{self.name}"

    @property
    def scope(self) -> str:
        """The scope as the database's policies read it: '*', or ids with commas, or ''."""
        return "*" if self.clients is None else ",".join(sorted(self.clients))

    def may(self, permission: Permission) -> bool:
        """Whether it may do that."""
        return self.permissions is None or permission in self.permissions

    def narrowed(self, client_id: str) -> Actor:
        """The same actor, seeing one client only; none where that is not among those it sees."""
        seen = frozenset({client_id}) if self.clients is None else self.clients & {client_id}
        return replace(self, clients=seen)


def job(name: str, *, origin: str = "worker") -> Actor:
    """An actor for work that no person is at: it sees every client."""
    return Actor(kind=ActorKind.JOB, name=name, clients=None, origin=origin)


def shell_user(name: str) -> Actor:
    """The operator at the command line, who may act for every client."""
    return Actor(kind=ActorKind.PERSON, name=name, clients=None, origin="command")
