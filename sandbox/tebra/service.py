"""The stand-in at work: lets a call in or refuses it, does what was asked, and fails where a fault says so."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from sandbox.tebra import charges, encounters, patients, payments, registers, replies
from sandbox.tebra.call import Call
from sandbox.tebra.dates import utc_now
from sandbox.tebra.faults import Fault, FaultPlan
from sandbox.tebra.journal import Journal
from sandbox.tebra.members import SCHEMAS
from sandbox.tebra.reading import Fault as SoapFault
from sandbox.tebra.reading import Request, deserialization_fault, name_operation, read_request
from sandbox.tebra.replies import Refusal, Reply
from sandbox.tebra.settings import Settings
from sandbox.tebra.throttles import Throttles, gap_ms, list_gaps
from sandbox.tebra.wire import (
    Receive,
    Scope,
    Send,
    drop_connection,
    read_body,
    send_cut_off,
    send_endlessly,
    send_redirect,
    send_reply,
)
from sandbox.world import Customer, World

BAD_LOGIN = "Invalid user name and/or password"
UNKNOWN_USER = "Unable to find user"
ELSEWHERE_PATH = "/elsewhere"


def get_throttles(call: Call) -> str:
    """The account's own gaps."""
    details = "".join(
        f"<ThrottleDetail><Endpoint>{name}</Endpoint><ThrottleTimeMs>{gap:g}</ThrottleTimeMs></ThrottleDetail>"
        for name, gap in list_gaps(call.settings, call.customer.id).items()
    )
    return f"<ThrottleDetails>{details}</ThrottleDetails>"


OPERATORS: dict[str, Callable[[Call], str]] = {
    "GetThrottles": get_throttles,
    "GetPractices": registers.get_practices,
    "GetServiceLocations": registers.get_service_locations,
    "GetProviders": registers.get_providers,
    "GetProcedureCodes": registers.get_procedure_codes,
    "GetPatient": patients.get_patient,
    "GetPatients": patients.get_patients,
    "GetPayments": payments.get_payments,
    "CreatePayment": payments.create_payment,
    "CreateEncounter": encounters.create_encounter,
    "GetEncounterDetails": encounters.get_encounter_details,
    "UpdateEncounterStatus": encounters.update_encounter_status,
    "GetCharges": charges.get_charges,
}


@dataclass(kw_only=True, slots=True)
class Count:
    """Calls of one operation: all that came, those refused as too early, those answered, those hit by a fault."""

    received: int = 0
    throttled: int = 0
    answered: int = 0
    faulted: int = 0


class TebraStandIn:
    """The service behind the SOAP address, with its journal in the folder `state`."""

    def __init__(self, world: World, state: Path) -> None:
        self.world = world
        self.journal = Journal(state / f"tebra-journal-{world.seed}.jsonl")
        self.settings = Settings()
        self.faults = FaultPlan()
        self.counts: dict[str, Count] = defaultdict(Count)
        self._throttles = Throttles()
        self._customers = {customer.customer_key: customer for customer in world.customers}
        self._late_writes: set[asyncio.Task[None]] = set()

    def reset(self) -> None:
        """Forget what was written, counted and switched."""
        for late in self._late_writes:
            late.cancel()
        self.journal.forget()
        self.settings = Settings()
        self.faults.clear()
        self.counts.clear()
        self._throttles.forget()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one POST to the service address."""
        try:
            body = await read_body(receive)
        except ConnectionError:
            return
        action = next((value for name, value in scope["headers"] if name == b"soapaction"), b"")
        try:
            operation = name_operation(action.decode("latin-1"))
        except SoapFault as fault:
            await send_reply(send, replies.write_fault(fault.code, fault.text))
            return
        count = self.counts[operation]
        count.received += 1
        try:
            request = read_request(operation, body)
        except SoapFault as fault:
            count.answered += 1
            await send_reply(send, replies.write_fault(fault.code, fault.text))
            return
        await self._answer(scope, receive, send, request, count)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request: Request, count: Count) -> None:
        operation = request.operation
        customer, refused = self._let_in(request)
        if customer is None:
            count.answered += 1
            assert refused is not None, "who is not let in is told why"
            await send_reply(send, refused)
            return
        gap = self._throttles.admit(self.settings, customer.id, operation, time.monotonic())
        if gap is not None:
            count.throttled += 1
            await send_reply(send, self._refuse_early(operation, gap))
            return
        fault = self.faults.draw(operation)
        if self.settings.latency_ms:
            await asyncio.sleep(self.settings.latency_ms / 1000)
        if fault is None:
            reply = self._work(request, customer, "ok")
            count.answered += 1
            await send_reply(send, reply)
            return
        count.faulted += 1
        count.throttled += fault.kind == "throttle"
        await self._fail(fault, scope, receive, send, request, customer)

    def _let_in(self, request: Request) -> tuple[Customer | None, Reply | None]:
        """The calling customer, or the reply that keeps the caller out."""
        operation = request.operation
        test = operation == "GetCustomerIdFromKey"
        header = request.given if test else request.given.object("RequestHeader")
        customer = self._customers.get(header.text("CustomerKey"))
        user = next((user for user in customer.users if user.name == header.text("User")), None) if customer else None
        known = user is not None and user.password == header.members.get("Password")
        if test:
            return (customer, None) if known else (None, replies.write_customer_id("-1", authorized=False))
        if customer is None:
            return None, replies.write_bad_login(operation, None, reason="Customer key is not valid")
        if user is None or not known:
            return None, replies.write_bad_login(operation, customer, reason=BAD_LOGIN if user else UNKNOWN_USER)
        missing = self.settings.permissions_missing.get(user.name, user.permissions_missing)
        if operation in missing:
            return None, replies.write_not_permitted(operation, customer, missing)
        return customer, None

    def _refuse_early(self, operation: str, gap: float) -> Reply:
        if self.settings.throttle_answer == "http_429":
            return Reply(status=429, body=replies.throttle_text(operation, gap).encode())
        return replies.write_throttled(operation, gap)

    def _work(self, request: Request, customer: Customer, answered: str) -> Reply:
        """Do what was asked, and the reply to it."""
        if request.operation == "GetCustomerIdFromKey":
            return replies.write_customer_id(customer.id, authorized=True)
        call = Call(
            operation=request.operation,
            customer=customer,
            given=request.given,
            world=self.world,
            journal=self.journal,
            settings=self.settings,
            now=utc_now(),
            answered=answered,
        )
        try:
            return replies.write_success(request.operation, customer, OPERATORS[request.operation](call))
        except Refusal as refusal:
            return replies.write_refusal(request.operation, customer, refusal)
        except SoapFault as fault:
            return replies.write_fault(fault.code, fault.text)

    async def _fail(
        self, fault: Fault, scope: Scope, receive: Receive, send: Send, request: Request, customer: Customer
    ) -> None:
        """Answer, or do not, as the fault says; what it lets be written is written before."""
        operation = request.operation
        match fault.kind:
            case "drop_before":
                await drop_connection(scope, receive)
            case "drop_after":
                self._work(request, customer, fault.kind)
                await drop_connection(scope, receive)
            case "slow_write":
                self._write_later(fault, request, customer)
                await drop_connection(scope, receive)
            case "error_before":
                await send_reply(send, replies.internal_fault())
            case "error_after":
                self._work(request, customer, fault.kind)
                await send_reply(send, replies.internal_fault())
            case "throttle":
                gap = gap_ms(Settings(), customer.id, operation)
                await send_reply(send, self._refuse_early(operation, gap))
            case "delay":
                reply = self._work(request, customer, fault.kind)
                await asyncio.sleep(fault.seconds)
                await send_reply(send, reply)
            case "truncated":
                reply = self._work(request, customer, fault.kind)
                await send_reply(send, Reply(body=reply.body[: len(reply.body) * 3 // 4]))
            case "cut_off":
                await send_cut_off(scope, receive, send, self._work(request, customer, fault.kind))
            case "endless":
                await send_endlessly(receive, send, self._work(request, customer, fault.kind))
            case "garbage":
                self._work(request, customer, fault.kind)
                await send_reply(send, Reply(body=b"\x00\xff<html><p>invented & garbage"), content_type=b"text/html")
            case "empty_before":
                await send_reply(send, replies.write_empty_success(operation, customer, fault.empty_id))
            case "empty_after":
                self._work(request, customer, fault.kind)
                await send_reply(send, replies.write_empty_success(operation, customer, fault.empty_id))
            case "deserialization":
                soap = deserialization_fault("Fields")
                await send_reply(send, replies.write_fault(soap.code, soap.text))
            case "null_reference":
                await send_reply(send, replies.write_fault("a:InternalServiceFault", replies.null_reference().message))
            case "null_reference_reply":
                await send_reply(send, replies.write_refusal(operation, customer, replies.null_reference()))
            case "bad_login":
                if operation == "GetCustomerIdFromKey":
                    await send_reply(send, replies.write_customer_id("-1", authorized=False))
                else:
                    await send_reply(send, replies.write_bad_login(operation, customer, reason=BAD_LOGIN))
            case "redirect":
                await send_redirect(send, ELSEWHERE_PATH)
            case "unknown_members":
                reply = self._work(request, customer, fault.kind)
                await send_reply(send, Reply(status=reply.status, body=_disarrange(operation, reply.body)))
            case _:
                assert_never(fault.kind)

    def _write_later(self, fault: Fault, request: Request, customer: Customer) -> None:
        async def write() -> None:
            await asyncio.sleep(fault.seconds)
            self._work(request, customer, fault.kind)

        late = asyncio.create_task(write())
        self._late_writes.add(late)
        late.add_done_callback(self._late_writes.discard)


def _disarrange(operation: str, body: bytes) -> bytes:
    """The reply with members that no contract knows, and its own in another order."""
    opening, closing = f"<{operation}Result>".encode(), f"</{operation}Result>".encode()
    head, _, rest = body.partition(opening)
    members, _, tail = rest.partition(closing)
    error = b"<ErrorResponse>"
    before, _, after = members.partition(error)
    own, _, following = after.partition(b"</ErrorResponse>")
    unknown = f'<AnnouncedLater xmlns:z="{SCHEMAS}later"><z:Thing>1</z:Thing></AnnouncedLater>'.encode()
    if not own:
        return head + opening + unknown + members + closing + tail
    moved = following + unknown + error + own + b"</ErrorResponse>"
    return head + opening + before + moved + closing + tail
