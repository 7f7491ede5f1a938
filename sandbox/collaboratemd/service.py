"""The stand-in at its address: lets a call in or refuses it, and hands it on."""

from __future__ import annotations

import asyncio
import base64
import re
from pathlib import Path

from sandbox.collaboratemd.desk import Desk, Exchange
from sandbox.collaboratemd.replies import Style
from sandbox.collaboratemd.result_answers import answer_result
from sandbox.collaboratemd.run_answers import answer_run
from sandbox.collaboratemd.sending import send_status
from sandbox.tebra.wire import Receive, Scope, Send, read_body
from sandbox.world import World
from sandbox.world.clients import BillingClient

PATH_PREFIX = "/v1/"
_RUN = re.compile(r"/v1/customer/(\d{8})/reports/(\d+)/filter/(\d+)/run")
_RESULT = re.compile(r"/v1/customer/(\d{8})/reports/results/(\d+)")


class CollaborateMdStandIn:
    """The service behind /v1, remembering in the folder `state`; a client has `claims` claims in three years."""

    def __init__(self, world: World, state: Path, claims: int) -> None:
        self.desk = Desk(world, state, claims)

    async def close(self) -> None:
        """End what is being built and close the journal."""
        await self.desk.workshop.close()
        self.desk.journal.close()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call: 404 for an unknown resource, 401, 415 and 405 as the contract has them."""
        try:
            await read_body(receive)
        except ConnectionError:
            return
        settings = self.desk.settings
        if settings.latency_ms:
            await asyncio.sleep(settings.latency_ms / 1000)
        run, result = _RUN.fullmatch(scope["path"]), _RESULT.fullmatch(scope["path"])
        address = run or result
        if address is None:
            await send_status(send, 404)
            return
        account, style = address.group(1), _style(scope)
        client = self._sign_in(scope)
        if client is None:
            await send_status(send, 401)
        elif all(account != own.number for own in client.accounts):
            await send_status(send, 404)
        elif style is None:
            await send_status(send, 415)
        elif scope["method"] != "POST" and (run or scope["method"] != "GET" or settings.get_results == "405"):
            await send_status(send, 405)
        else:
            call = Exchange(scope=scope, receive=receive, send=send, client=client, account=account, style=style)
            if run:
                await answer_run(self.desk, call, address.group(2), address.group(3))
            else:
                await answer_result(self.desk, call, address.group(2))

    def _sign_in(self, scope: Scope) -> BillingClient | None:
        """The client whose login a call has."""
        scheme, _, encoded = _header(scope, b"authorization").partition(b" ")
        if scheme.lower() != b"basic":
            return None
        try:
            login = base64.b64decode(encoded, validate=True)
        except ValueError:
            return None
        for client in self.desk.clients:
            known = f"{client.login.name}:{client.login.password}"
            # Callers encode what is not ASCII in one way or the other.
            if login in (known.encode(), known.encode("latin-1")):
                return client
        return None


def _style(scope: Scope) -> Style | None:
    accept = _header(scope, b"accept").decode("latin-1").lower()
    kinds = [kind.partition(";")[0].strip() for kind in accept.split(",")]
    if not accept or "application/xml" in kinds or "*/*" in kinds:
        return "xml"
    return "json" if "application/json" in kinds else None


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")
