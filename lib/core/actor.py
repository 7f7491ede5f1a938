"""Who acts, and for which clients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


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

    @property
    def label(self) -> str:
        """Kind and name in one word, as the audit keeps it."""
        return f"{self.kind}:{self.name}"

    @property
    def scope(self) -> str:
        """The scope as the database's policies read it: '*', or ids with commas, or ''."""
        return "*" if self.clients is None else ",".join(sorted(self.clients))

    def narrowed(self, client_id: str) -> Actor:
        """The same actor, seeing one client only."""
        return replace(self, clients=frozenset({client_id}))


def job(name: str, *, origin: str = "worker") -> Actor:
    """An actor for work that no person is at: it sees every client."""
    return Actor(kind=ActorKind.JOB, name=name, clients=None, origin=origin)


def shell_user(name: str) -> Actor:
    """The operator at the command line, who may act for every client."""
    return Actor(kind=ActorKind.PERSON, name=name, clients=None, origin="command")
