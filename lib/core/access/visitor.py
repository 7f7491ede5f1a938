"""Whoever is at a browser, before and after it is known who."""

from __future__ import annotations

from dataclasses import dataclass

from lib.core.actor import Actor, ActorKind

#: Acts while nobody is signed in yet; it sees no client.
DOORKEEPER = Actor(kind=ActorKind.JOB, name="sign-in", clients=frozenset(), origin="sign-in")
_LONGEST_BROWSER = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Where a request comes from."""

    address: str
    #: What the browser calls itself.
    browser: str = ""

    @property
    def browser_shown(self) -> str:
        """The browser's name, no longer than is kept."""
        return self.browser[:_LONGEST_BROWSER]


def at_the_door(login: str) -> Actor:
    """A person who is just being let in or out, for the audit; it sees no client."""
    return Actor(kind=ActorKind.PERSON, name=login, clients=frozenset(), origin="sign-in")
