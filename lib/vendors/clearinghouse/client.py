"""The clearinghouse's one call: what a payer says of a claim."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from pydantic import ValidationError

from lib.vendors.clearinghouse.connection import ClearinghouseConnection
from lib.vendors.clearinghouse.model import ClaimStatus, StatusInquiry, StatusReply
from lib.vendors.errors import (
    BadRequest,
    LoginRefused,
    NotPermitted,
    Throttled,
    TransientError,
    Unavailable,
    UnexpectedReply,
    VendorError,
)
from lib.vendors.http import BoundedHttp, HttpLimits, HttpReply, NothingSent, ReplyLost
from lib.vendors.throttle import Throttle

STATUS = "status"
#: Seconds before a call that brought nothing is repeated, one entry a retry: it only reads.
FAILURE_PAUSES = (0.5, 1.5, 4.0)
_MOST_BYTES = 8 * 1024 * 1024


class _Unreadable(Exception):
    """The reply is not what the contract describes."""


class ClearinghouseClient:
    """One key at a clearinghouse; one instance serves many threads.

    Every call waits for `throttle`. `count_call(operation, outcome)` is told of every call that was sent: "answered",
    "throttled", "refused" (any other certain no) or "failed" (no usable reply). A refused key is not tried again.
    """

    def __init__(
        self,
        connection: ClearinghouseConnection,
        throttle: Throttle,
        *,
        count_call: Callable[[str, str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._throttle = throttle
        self._count = count_call or _count_nothing
        self._sleep = sleep
        self._refusal: LoginRefused | None = None
        self._http = BoundedHttp(
            HttpLimits(
                connect_seconds=connection.connect_timeout,
                read_seconds=connection.read_timeout,
                call_seconds=connection.call_timeout,
                max_bytes=_MOST_BYTES,
            ),
            use_proxy=connection.use_proxy,
        )

    def __repr__(self) -> str:
        return f"ClearinghouseClient({self._connection.account})"

    def status(self, inquiry: StatusInquiry) -> tuple[ClaimStatus, ...]:
        """What the payer says of the claims that fit the inquiry; never empty, "not found" is a status too.

        Raises LoginRefused, NotPermitted, BadRequest, Throttled, Unavailable, UnexpectedReply.
        """
        failures = 0
        while True:
            try:
                return self._ask(inquiry)
            except (NothingSent, ReplyLost, TransientError, _Unreadable) as error:
                if failures == len(FAILURE_PAUSES):
                    raise _gave_up(error, failures + 1) from error
                self._sleep(FAILURE_PAUSES[failures])
                failures += 1

    def _ask(self, inquiry: StatusInquiry) -> tuple[ClaimStatus, ...]:
        if self._refusal is not None:
            raise self._refusal
        self._throttle.wait(STATUS)
        try:
            reply = self._http.post(
                self._connection.url,
                json.dumps(inquiry.body()).encode("ascii"),
                {
                    "Authorization": self._connection.key.get_secret_value(),
                    "Content-Type": "application/json",
                    "Accept": "application/json",
                },
            )
            _judge(reply)
            statuses = _read(reply)
        except Throttled as error:
            self._count(STATUS, "throttled")
            self._throttle.refused(STATUS, error.interval_ms)
            raise
        except (NothingSent, ReplyLost, Unavailable, UnexpectedReply, _Unreadable):
            self._count(STATUS, "failed")
            raise
        except VendorError as error:
            if isinstance(error, LoginRefused):
                self._refusal = error
            self._certain("refused")
            raise
        self._certain("answered")
        return statuses

    def _certain(self, outcome: str) -> None:
        self._count(STATUS, outcome)
        self._throttle.accepted(STATUS)


def _read(reply: HttpReply) -> tuple[ClaimStatus, ...]:
    try:
        statuses = StatusReply.model_validate_json(reply.body).statuses
    except ValidationError:
        # The error names the payer's values: it goes no further.
        raise _Unreadable from None
    if not statuses:
        raise _Unreadable
    return statuses


def _judge(reply: HttpReply) -> None:
    """Return for HTTP 200, raise what any other status means."""
    status = reply.status
    if status == 200:
        return
    if status == 401:
        raise LoginRefused(
            "The clearinghouse does not accept this key.",
            fix="Correct it on the connection; nothing more is asked with it until then.",
            operation=STATUS,
        )
    if status == 403:
        raise NotPermitted(
            "The clearinghouse does not let this key ask for claim status.",
            fix="Ask the clearinghouse to allow it.",
            operation=STATUS,
        )
    if status == 429:
        raise Throttled(
            "The clearinghouse refused the call as too early.",
            fix="It is asked again after a pause.",
            operation=STATUS,
            interval_ms=None if reply.retry_after is None else reply.retry_after * 1000,
        )
    if status == 408 or status >= 500:
        raise Unavailable(
            f"The clearinghouse could not answer (HTTP {status}).",
            fix="Retry the failed rows later.",
            operation=STATUS,
        )
    if 400 <= status < 500:
        raise BadRequest(
            f"The clearinghouse could not use the inquiry (HTTP {status}).",
            fix="Check the payer id and NPI of the practice, and the row's member id, names and dates.",
            operation=STATUS,
        )
    raise UnexpectedReply(
        f"The clearinghouse answered with HTTP {status}, which its contract does not describe.",
        fix="Check the address on the connection.",
        operation=STATUS,
    )


def _gave_up(error: Exception, attempts: int) -> VendorError:
    if isinstance(error, VendorError):
        error.attempts = attempts
        return error
    if isinstance(error, NothingSent | ReplyLost):
        return Unavailable(
            f"No answer from the clearinghouse. {error.what}",
            fix="Check the network, then retry the failed rows.",
            operation=STATUS,
            attempts=attempts,
        )
    return UnexpectedReply(
        "The clearinghouse's reply cannot be read.",
        fix="Retry the failed rows later; if it stays so, ask the clearinghouse.",
        operation=STATUS,
        attempts=attempts,
    )


def _count_nothing(operation: str, outcome: str) -> None:
    """Nobody counts."""
