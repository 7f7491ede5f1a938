"""Who asks: the token of a request, what it may be used for, and what of the request goes into its record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from lib.core.access.tokens import InForce, Scope
from lib.core.actor import Actor
from lib.core.errors import DaysheetError

#: Where the door leaves the asking for the routes.
PLACE = "daysheet.asking"


class OutOfScope(DaysheetError):
    """The token is not for this; nothing was done."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(f"This token is not for {scope}.", fix="Ask an administrator for one that is.")


@dataclass(kw_only=True, slots=True)
class Asking:
    """One request of a token."""

    token: InForce
    actor: Actor
    #: Ids of the clients it has named; None: it has named none.
    clients: tuple[str, ...] | None = None
    #: What stands in the place of the route's pattern, once it is known to be a name of ours.
    which: str | None = None

    def must(self, scope: Scope) -> None:
        """Let pass what the token is for; raises OutOfScope."""
        if scope not in self.token.scopes:
            raise OutOfScope(scope)


def _asking(scope: Scope | None) -> Callable[[Request], Awaitable[Asking]]:
    async def find(request: Request) -> Asking:
        asking: Asking = request.scope[PLACE]
        if scope is not None:
            asking.must(scope)
        return asking

    return find


def needs(*scopes: Scope) -> dict[str, Any]:
    """What the description says of a route about the scopes it needs."""
    return {"security": [{"token": [scope.value for scope in scopes]}]}


AnyAsking = Annotated[Asking, Depends(_asking(None))]
KpisAsking = Annotated[Asking, Depends(_asking(Scope.KPIS_READ))]
RowsAsking = Annotated[Asking, Depends(_asking(Scope.ROWS_READ))]
ExportsAsking = Annotated[Asking, Depends(_asking(Scope.EXPORTS_READ))]
RunsAsking = Annotated[Asking, Depends(_asking(Scope.RUNS_READ))]
StartAsking = Annotated[Asking, Depends(_asking(Scope.RUNS_START))]
ClaimsReading = Annotated[Asking, Depends(_asking(Scope.CLAIMS_READ))]
ClaimsAsking = Annotated[Asking, Depends(_asking(Scope.CLAIMS_ASK))]
PostAsking = Annotated[Asking, Depends(_asking(Scope.RUNS_POST))]
