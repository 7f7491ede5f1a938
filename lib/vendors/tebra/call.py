"""One call to Tebra, with the policy that makes writes safe: reads are repeated, a write goes out once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from lib.vendors.errors import OutcomeUnknown, Throttled, Unavailable, UnexpectedReply, VendorError
from lib.vendors.http import BoundedHttp, HttpLimits, NothingSent, ReplyLost, ReplyTooLarge
from lib.vendors.tebra.connection import TebraConnection
from lib.vendors.tebra.reply import Row
from lib.vendors.tebra.verdict import is_certain, judge
from lib.vendors.tebra.wsdl import Wsdl, load_wsdl
from lib.vendors.throttle import Throttle

#: How often one read is sent again after a refusal as too soon.
THROTTLE_RETRIES = 8
#: Seconds before a failed read is sent again, one entry a retry.
FAILURE_PAUSES = (0.5, 1.5, 4.0)


class Caller:
    """Sends operations to one account; safe in many threads.

    `count_call(operation, outcome)` is told of every call that was sent: "answered", "throttled", "refused" (any
    other certain no) or "failed" (no usable reply).
    """

    def __init__(
        self,
        connection: TebraConnection,
        throttle: Throttle,
        *,
        count_call: Callable[[str, str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._throttle = throttle
        self._count = count_call or _count_nothing
        self._sleep = sleep
        self._http = BoundedHttp(
            HttpLimits(
                connect_seconds=connection.connect_timeout,
                read_seconds=connection.read_timeout,
                call_seconds=connection.call_timeout,
                max_bytes=int(connection.max_response_mib * 1024 * 1024),
            ),
            use_proxy=connection.use_proxy,
        )

    def read(self, operation: str, members: Mapping[str, Any]) -> Row:
        """The result of a read, repeated after refusals as too soon and after failures.

        Raises Throttled or Unavailable when patience ends, else what `judge` raises.
        """
        wsdl, envelope = self._prepare(operation, members)
        refusals = failures = 0
        while True:
            self._throttle.wait(operation)
            try:
                return self._send(wsdl, operation, envelope)
            except Throttled as error:
                refusals += 1
                if refusals > THROTTLE_RETRIES:
                    error.attempts = refusals + failures
                    raise
            except (NothingSent, ReplyLost, Unavailable) as error:
                if isinstance(error, ReplyTooLarge):
                    _raise_too_large(operation, error)
                if failures == len(FAILURE_PAUSES):
                    raise _unavailable(operation, error, refusals + failures + 1) from error
                self._sleep(FAILURE_PAUSES[failures])
                failures += 1
            except VendorError as error:
                error.attempts = refusals + failures + 1
                raise

    def write(self, operation: str, members: Mapping[str, Any], on_send: Callable[[], None]) -> Row:
        """The result of a write, sent at most once.

        `on_send` is called when it is this call's turn at the throttle, at most one gap before the bytes go out; if
        it or the wait after it raises, nothing is sent. Raises Throttled, Refused, ... or Unavailable where nothing
        was written, and OutcomeUnknown where that cannot be told.
        """
        wsdl, envelope = self._prepare(operation, members)
        self._throttle.wait(operation, on_send)
        try:
            return self._send(wsdl, operation, envelope)
        except NothingSent as error:
            raise _unavailable(operation, error, 0) from error
        except ReplyLost as error:
            raise outcome_unknown(operation, error.what) from error
        except VendorError as error:
            if is_certain(error):
                raise
            raise outcome_unknown(operation, error.what) from error

    def offers(self, operation: str) -> bool:
        """Whether the account's WSDL has the operation; raises Unavailable when it cannot be fetched."""
        return load_wsdl(self._connection.url, self._http).offers(operation)

    def _prepare(self, operation: str, members: Mapping[str, Any]) -> tuple[Wsdl, bytes]:
        wsdl = load_wsdl(self._connection.url, self._http)
        login = {
            "CustomerKey": self._connection.customer_key.get_secret_value(),
            "Password": self._connection.password.get_secret_value(),
            "User": self._connection.user,
        }
        # The credential test alone carries the login without a RequestHeader (contract §2).
        request = login if operation == "GetCustomerIdFromKey" else {"RequestHeader": login, **members}
        return wsdl, wsdl.envelope(operation, request)

    def _send(self, wsdl: Wsdl, operation: str, envelope: bytes) -> Row:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{wsdl.action(operation)}"'}
        try:
            reply = self._http.post(self._connection.endpoint or wsdl.endpoint, envelope, headers)
        except (NothingSent, ReplyLost):
            self._count(operation, "failed")
            raise
        try:
            row = judge(operation, reply)
        except Throttled as error:
            self._count(operation, "throttled")
            self._throttle.refused(operation, error.interval_ms)
            raise
        except VendorError as error:
            self._count(operation, "refused" if is_certain(error) else "failed")
            if is_certain(error):
                self._throttle.accepted(operation)
            raise
        self._count(operation, "answered")
        self._throttle.accepted(operation)
        return row


def outcome_unknown(operation: str, why: str, *, record_id: str | None = None) -> OutcomeUnknown:
    """The error for a write that was sent and of which nobody knows whether it happened."""
    return OutcomeUnknown(
        f"Whether Tebra carried out {operation} is not known: {why}",
        fix="It is looked up in Tebra before anything is sent again.",
        operation=operation,
        record_id=record_id,
    )


def _unavailable(operation: str, error: NothingSent | ReplyLost | Unavailable, attempts: int) -> Unavailable:
    what = error.what if isinstance(error, Unavailable) else f"No answer from Tebra to {operation}. {error.what}"
    return Unavailable(
        what, fix="Check the network and Tebra's status page, then try again.", operation=operation, attempts=attempts
    )


def _raise_too_large(operation: str, error: ReplyTooLarge) -> NoReturn:
    raise UnexpectedReply(
        f"Tebra's reply to {operation} is too large. {error.what}",
        fix="Ask for less, or raise max_response_mib on the connection.",
        operation=operation,
    ) from error


def _count_nothing(operation: str, outcome: str) -> None:
    """Nobody counts."""
