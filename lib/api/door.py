"""The door of the API: no token in force, no answer; no record, no answer; whatever breaks comes out as a problem."""

from __future__ import annotations

import math
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.api.caller import PLACE, Asking
from lib.api.desk import Desk
from lib.api.pace import Pace
from lib.api.problems import TooLarge, place_of, problem, refusal, unforeseen
from lib.api.recorder import Recorder, Refusals
from lib.core.access.tokens import InForce, digest_of
from lib.core.actor import Actor, ActorKind
from lib.core.audit import Event
from lib.core.errors import DaysheetError

_SCHEME = b"bearer "
#: Who is recorded where nobody is known.
_NOBODY = Actor(kind=ActorKind.JOB, name="api", clients=frozenset(), origin="api")
_MIB = 1 << 20
#: A question and an export are small; a sheet comes with a few fields beside it.
_MOST_BODY = _MIB
_UPLOADS = ("/v1/runs", "/v1/claim-status/files")
_STRANGERS, _STRANGERS_A_MINUTE = "strangers", 600


class Door:
    """Lets requests in that carry a token in force, at its pace, and records each before it is answered."""

    def __init__(self, app: ASGIApp, *, desk: Desk) -> None:
        self._app = app
        self._desk = desk
        self._pace = Pace()
        self._recorder = Recorder(lambda: desk.database)
        self._refusals = Refusals()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            admitted = await self._admit(scope)
        except DaysheetError as error:
            admitted = refusal(error, place="door")
        except Exception as error:
            admitted = unforeseen(error, place="door")
        if isinstance(admitted, Response):
            await admitted(scope, receive, send)
            return
        scope[PLACE] = admitted
        await self._answer(admitted, scope, receive, send)

    async def _admit(self, scope: Scope) -> Asking | Response:
        """Who asks; or why nothing is answered: the token is not ours, or asks too often."""
        token = await self._known(_given(scope))
        if token is None:
            await self._note(_NOBODY, HTTPStatus.UNAUTHORIZED)
            return problem(
                HTTPStatus.UNAUTHORIZED,
                "The token is missing or wrong.",
                "Send it as a header: Authorization: Bearer TOKEN.",
                place="door",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if seconds := self._pace.wait(token.id, token.a_minute):
            await self._note(token.actor, HTTPStatus.TOO_MANY_REQUESTS)
            return problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"This token makes {token.a_minute:,} requests a minute at most.",
                "Wait as long as Retry-After says.",
                place="door",
                headers={"Retry-After": str(math.ceil(seconds))},
            )
        return Asking(token=token, actor=token.actor)

    async def _known(self, given: bytes) -> InForce | None:
        """The token in force of that text; one that is a moment old is found too, as long as few ask with none."""
        if not given:
            return None
        digest = digest_of(given)
        token = (await self._desk.tokens()).get(digest)
        if token is None and not self._pace.wait(_STRANGERS, _STRANGERS_A_MINUTE):
            token = (await self._desk.tokens_now()).get(digest)
        return token

    async def _note(self, actor: Actor, status: HTTPStatus) -> None:
        if times := self._refusals.times(actor.label, status):
            detail = {"status": int(status), "times": times}
            event = Event(action="api:request:answer:refused", record="route:door", detail=detail)
            await self._recorder.record(actor, event)

    async def _answer(self, asking: Asking, scope: Scope, receive: Receive, send: Send) -> None:
        begun = replaced = False
        received, most = 0, self._most_body(scope)

        async def receive_within() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise TooLarge(most // _MIB)
            return message

        async def send_recorded(message: Message) -> None:
            nonlocal begun, replaced
            if message["type"] == "http.response.start":
                failed = await self._recorded(asking, scope, message["status"])
                begun, replaced = True, failed is not None
                if failed is not None:
                    await failed(scope, receive, send)
            if not replaced:
                await send(message)

        try:
            await self._app(scope, receive_within, send_recorded)
        except Exception as error:
            failed = unforeseen(error, place=place_of(scope))
            if begun:
                # Half an answer is out: the connection is cut, so that it cannot be taken for a whole one.
                raise ConnectionAbortedError from None
            await failed(scope, receive, send_recorded)

    async def _recorded(self, asking: Asking, scope: Scope, status: int) -> Response | None:
        """Record the request; a problem to be answered instead where that fails, or the token is over meanwhile."""
        named = asking.clients
        detail: dict[str, object] = {"method": scope["method"], "status": status}
        if asking.which is not None:
            detail["which"] = asking.which
        if named is not None and len(named) > 1:
            detail["clients"] = named
        outcome = "done" if status < 400 else "refused" if status < 500 else "failed"
        event = Event(
            action=f"api:request:answer:{outcome}",
            record=f"route:{place_of(scope)}",
            client_id=named[0] if named is not None and len(named) == 1 else None,
            detail=detail,
        )
        try:
            await self._recorder.record(asking.actor, event)
        except DaysheetError as error:
            return refusal(error, place=place_of(scope))
        except Exception as error:
            return unforeseen(error, place=place_of(scope))
        return None

    def _most_body(self, scope: Scope) -> int:
        if scope["path"].endswith(_UPLOADS):
            return (self._desk.settings.max_upload_mib << 20) + _MOST_BODY
        return _MOST_BODY


def _given(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"authorization" and value[: len(_SCHEME)].lower() == _SCHEME:
            return bytes(value[len(_SCHEME) :]).strip()
    return b""
