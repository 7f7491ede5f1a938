"""The stand-in at its addresses: lets a call in or refuses it, answers it, and writes it down."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime

from sandbox.json_replies import JsonReply, send_json
from sandbox.payer_faults import PayerCall, PayerFault, send_faultily
from sandbox.tebra.wire import Receive, Scope, Send, read_body
from sandbox.uhc.clients import UhcClient
from sandbox.uhc.desk import UhcDesk
from sandbox.uhc.journal import Entry
from sandbox.uhc.lookups import Asked, Lookup
from sandbox.uhc.query import read_headers
from sandbox.uhc.refusals import INTERNAL, UNAUTHORIZED, Refused
from sandbox.uhc.tokens import check_login
from sandbox.world import World

TOKEN_PATH = "/v1/oauthtoken"
CLAIM_PATH = "/Claims/api/claim"
_CALLS: dict[str, PayerCall] = {
    TOKEN_PATH: "token",
    f"{CLAIM_PATH}/summary/byprovider/v2.0": "summary",
    f"{CLAIM_PATH}/detail/v2.0": "detail",
    f"{CLAIM_PATH}/payment/v2.0": "payment",
}


class UhcStandIn:
    """The service behind the payer's addresses; a client has `claims` claims in three years."""

    def __init__(self, world: World, claims: int) -> None:
        self.desk = UhcDesk(world, claims)

    def is_asked(self, path: str) -> bool:
        """Whether an address is one of the payer's."""
        return path in _CALLS or path.startswith(f"{CLAIM_PATH}/")

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        try:
            body = await read_body(receive)
        except ConnectionError:
            return
        call = _CALLS.get(scope["path"])
        if call is None or scope["method"] != ("POST" if call == "token" else "GET"):
            status = 404 if call is None else 405
            await send_json(send, JsonReply(status=status, told={"message": "There is nothing of the kind."}))
            return
        settings = self.desk.settings
        if settings.latency_ms:
            await asyncio.sleep(settings.latency_ms / 1000)
        headers = read_headers(scope["headers"])
        fault = self.desk.faults.draw(call)
        if fault and fault.kind == "throttled":
            who, reply, asked = None, _throttle(fault.seconds), Asked()
        elif call == "token":
            who, reply, asked = *self._sign_in(headers, body), Asked()
        else:
            who, reply, asked = self._look_up(call, scope, headers, fault)
        self._write(call, who, fault, reply, asked)
        await send_faultily(fault, scope, receive, send, reply, refusal=INTERNAL)

    def _sign_in(self, headers: dict[str, str], body: bytes) -> tuple[UhcClient | None, JsonReply]:
        found = check_login(headers, body, self.desk.clients)
        if isinstance(found, JsonReply):
            return None, found
        return found, self.desk.tokens.issue(found, self.desk.settings.token_seconds)

    def _look_up(
        self, call: PayerCall, scope: Scope, headers: dict[str, str], fault: PayerFault | None
    ) -> tuple[UhcClient | None, JsonReply, Asked]:
        client = self.desk.tokens.client_of(headers.get("authorization", ""))
        kind = fault.kind if fault else ""
        if client is None or scope["query_string"]:
            return client, UNAUTHORIZED, Asked()
        if kind == "token_withdrawn":
            self.desk.tokens.withdraw(client)
            return client, UNAUTHORIZED, Asked()
        if wait := self.desk.rate.wait_of(client.name, self.desk.settings.calls_per_minute):
            return client, _throttle(wait), Asked()
        lookup = Lookup(desk=self.desk, client=client, headers=headers, repeats=kind == "repeated_page")
        answer = {"summary": lookup.summarize, "detail": lookup.detail, "payment": lookup.payment}[call]
        try:
            if fault and kind == "code":
                raise Refused(fault.code)
            return client, answer(), lookup.asked
        except Refused as refused:
            return client, refused.reply, lookup.asked

    def _write(
        self, call: PayerCall, who: UhcClient | None, fault: PayerFault | None, reply: JsonReply, asked: Asked
    ) -> None:
        if fault and fault.kind != "code":
            answered = fault.kind
        elif errors := reply.told.get("errors"):
            answered = errors[0]["code"]
        else:
            answered = str(reply.status)
        self.desk.journal.write(
            Entry(
                call=call,
                client=who.name if who else "",
                answered=answered,
                at=datetime.now(UTC),
                **asdict(asked),
            )
        )


def _throttle(seconds: float) -> JsonReply:
    return JsonReply(
        status=429, told={"message": "Too many requests"}, headers={"Retry-After": str(max(1, round(seconds)))}
    )
