"""UHC's calls as methods with records out: a window's summary page by page, a claim's detail, its payments."""

from __future__ import annotations

import io
import json
import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from lib.core.errors import BadInput
from lib.vendors.errors import LoginRefused, Throttled, TransientError, Unavailable, UnexpectedReply, VendorError
from lib.vendors.http import BoundedHttp, HttpLimits, HttpReply, NothingSent, ReplyLost
from lib.vendors.throttle import Throttle
from lib.vendors.uhc.connection import UhcConnection
from lib.vendors.uhc.model import Details, Payments, SummaryPage
from lib.vendors.uhc.refusal import NO_DATA, judge_status, refusal_of
from lib.vendors.uhc.token import TOKEN, Token, TokenDesk

SUMMARY = "summary"
DETAIL = "detail"
PAYMENT = "payment"
#: Seconds before a call that brought nothing is repeated, one entry a retry: every call only reads.
FAILURE_PAUSES = (0.5, 1.5, 4.0)
_PATHS = {SUMMARY: "summary/byprovider/v2.0", DETAIL: "detail/v2.0", PAYMENT: "payment/v2.0"}
_MOST_BYTES = 32 * 1024 * 1024
#: What "no data" stands for, whichever call it answers.
_NOTHING: dict[str, Any] = {"claims": [], "claimsDetailInfo": [], "payments": []}
#: Letters that do not come apart into a plain one and an accent.
_WHOLE = str.maketrans({"Ł": "L", "Ø": "O", "Æ": "AE", "Œ": "OE", "Đ": "D", "Þ": "TH", "ẞ": "SS"})

Told = TypeVar("Told")
Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, kw_only=True, slots=True)
class SummaryQuery:
    """Claims of one tax id at one payer id whose first day of service is in a window of at most 90 days.

    The last three narrow the answer to one patient, where they are given.
    """

    tin: str = field(repr=False)
    payer_id: str
    first: date
    last: date
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    date_of_birth: date | None = field(default=None, repr=False)


class _Unreadable(Exception):
    """The reply is not what the contract describes."""


class UhcClient:
    """One set of credentials at UHC; one instance serves many threads and keeps one token for them all.

    Every call, the token's too, waits for `throttle`. `count_call(operation, outcome)` is told of every call that was
    sent: "answered", "throttled", "refused" (any other certain no) or "failed" (no usable reply).
    """

    def __init__(
        self,
        connection: UhcConnection,
        throttle: Throttle,
        *,
        count_call: Callable[[str, str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
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
                max_bytes=_MOST_BYTES,
            ),
            use_proxy=connection.use_proxy,
        )
        self._tokens = TokenDesk(connection, self._http, clock)

    def __repr__(self) -> str:
        return f"UhcClient({self._connection.account})"

    def sign_in(self) -> None:
        """Ask for a token, unless one is in force. Raises LoginRefused, Throttled, Unavailable, UnexpectedReply."""
        self._repeated(TOKEN, lambda: self._token(None))

    def summary(self, query: SummaryQuery, transaction_id: str = "") -> SummaryPage:
        """The first page of a window, or the one that `transaction_id` of the page before stands for; at most 50.

        A window without claims is a page without claims. Raises TooManyClaims (more than 500: narrow it),
        TransactionOver, NotPermitted, BadRequest, LoginRefused, Throttled, Unavailable, UnexpectedReply.
        """
        headers = {"firstServiceDt": f"{query.first:%m/%d/%Y}", "lastServiceDt": f"{query.last:%m/%d/%Y}"}
        headers |= {"ptntFn": in_capitals(query.first_name), "ptntLn": in_capitals(query.last_name)}
        if query.date_of_birth:
            headers["ptntDob"] = f"{query.date_of_birth:%m/%d/%Y}"
        headers["transactionId"] = transaction_id
        return self._ask(SUMMARY, query.tin, query.payer_id, headers, SummaryPage)

    def detail(self, *, tin: str, payer_id: str, claim_number: str, transaction_id: str = "") -> Details:
        """A claim's lines with their codes, none where UHC has no detail of it; raises what `summary` raises.

        `transaction_id` is that of the summary's page, where it had one.
        """
        headers = {"claimNumber": claim_number, "transactionId": transaction_id}
        return self._ask(DETAIL, tin, payer_id, headers, Details)

    def payment(self, *, tin: str, payer_id: str, transaction_id: str) -> Payments:
        """The payments on the claim of a detail, whose `transaction_id` it is; raises what `summary` raises."""
        return self._ask(PAYMENT, tin, payer_id, {"transactionId": transaction_id}, Payments)

    def _ask(self, operation: str, tin: str, payer_id: str, headers: Mapping[str, str], shape: type[Shape]) -> Shape:
        if not (tin.isascii() and tin.isdecimal() and len(tin) == 9):
            raise BadInput("A tax ID must be 9 digits.", fix="Correct it on the practice's mapping.")
        sent = {"Accept": "application/json", "tin": tin, "payerId": payer_id, **headers}
        sent = {name: value for name, value in sent.items() if value}
        if not all(value.isascii() and value.isprintable() for value in sent.values()):
            raise BadInput("A payer id, claim number or name holds a character that UHC cannot be asked with.")
        return self._repeated(operation, lambda: self._look(operation, sent, shape))

    def _repeated(self, operation: str, ask: Callable[[], Told]) -> Told:
        failures = 0
        while True:
            try:
                return ask()
            except (NothingSent, ReplyLost, TransientError, _Unreadable) as error:
                if failures == len(FAILURE_PAUSES):
                    raise _gave_up(operation, error, failures + 1) from error
                self._sleep(FAILURE_PAUSES[failures])
                failures += 1

    def _look(self, operation: str, headers: Mapping[str, str], shape: type[Shape]) -> Shape:
        token = self._token(None)
        reply = self._send(operation, headers, token)
        if reply.status == 401:
            reply = self._send(operation, headers, self._token(token))
        if reply.status == 401:
            raise LoginRefused(
                f"UHC accepts its own token for {operation} no more, a new one neither.",
                fix="Ask UHC whether this API account may use claim status.",
                operation=operation,
            )
        try:
            told = self._judged(operation, reply, shape)
        except Throttled as error:
            self._count(operation, "throttled")
            self._throttle.refused(operation, error.interval_ms)
            raise
        except (Unavailable, UnexpectedReply, _Unreadable):
            self._count(operation, "failed")
            raise
        except VendorError:
            self._certain(operation, "refused")
            raise
        self._certain(operation, "answered")
        return told

    def _judged(self, operation: str, reply: HttpReply, shape: type[Shape]) -> Shape:
        content = _members(reply.body)
        codes = _codes(content)
        if refusal := refusal_of(operation, codes):
            raise refusal
        if codes and NO_DATA.issuperset(codes):
            return shape.model_validate(_NOTHING)
        judge_status(operation, reply)
        if content is None or codes:
            raise _Unreadable
        try:
            return shape.model_validate(content)
        except ValidationError:
            # The error names the payer's values: it goes no further.
            raise _Unreadable from None

    def _send(self, operation: str, headers: Mapping[str, str], token: Token) -> HttpReply:
        self._throttle.wait(operation)
        body = io.BytesIO()
        address = f"{self._connection.url.rstrip('/')}/{_PATHS[operation]}"
        try:
            reply = self._http.send_into(
                "GET", address, None, {**headers, "Authorization": f"Bearer {token.bearer}"}, body
            )
        except (NothingSent, ReplyLost):
            self._count(operation, "failed")
            raise
        if reply.status == 401:
            self._certain(operation, "refused")
        return HttpReply(status=reply.status, body=body.getvalue(), retry_after=reply.retry_after)

    def _token(self, instead_of: Token | None) -> Token:
        sent: list[None] = []

        def before() -> None:
            self._throttle.wait(TOKEN)
            sent.append(None)

        try:
            token = self._tokens.token(before, instead_of=instead_of)
        except Throttled as error:
            self._count(TOKEN, "throttled")
            self._throttle.refused(TOKEN, error.interval_ms)
            raise
        except LoginRefused:
            if sent:
                self._certain(TOKEN, "refused")
            raise
        except (NothingSent, ReplyLost, VendorError):
            self._count(TOKEN, "failed")
            raise
        if sent:
            self._certain(TOKEN, "answered")
        return token

    def _certain(self, operation: str, outcome: str) -> None:
        self._count(operation, outcome)
        self._throttle.accepted(operation)


def in_capitals(name: str) -> str:
    """A name as UHC writes it: capitals without accents, single spaces."""
    apart = unicodedata.normalize("NFKD", name.upper().translate(_WHOLE).replace("’", "'"))
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())


def _members(body: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _codes(content: dict[str, Any] | None) -> list[str]:
    errors = (content or {}).get("errors")
    if not isinstance(errors, list):
        return []
    return [str(error.get("code", "")) for error in errors if isinstance(error, dict)]


def _gave_up(operation: str, error: Exception, attempts: int) -> VendorError:
    if isinstance(error, VendorError):
        error.attempts = attempts
        return error
    if isinstance(error, NothingSent | ReplyLost):
        return Unavailable(
            f"No answer from UHC to {operation}. {error.what}",
            fix="Check the network, then retry the failed rows.",
            operation=operation,
            attempts=attempts,
        )
    return UnexpectedReply(
        f"UHC's reply to {operation} cannot be read.",
        fix="Retry the failed rows later; if it stays so, ask UHC.",
        operation=operation,
        attempts=attempts,
    )


def _count_nothing(operation: str, outcome: str) -> None:
    """Nobody counts."""
