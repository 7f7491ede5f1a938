"""CollaborateMD's two calls as methods with records out: ask for a report, fetch what became of it."""

from __future__ import annotations

import base64
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from lib.core.errors import BadInput, DaysheetError
from lib.vendors.collaboratemd.connection import CollaborateMdConnection
from lib.vendors.collaboratemd.model import Asked, Fetched, ReportStatus
from lib.vendors.collaboratemd.refusal import MethodRefused, judge_status
from lib.vendors.collaboratemd.reply import Reply, Unreadable, read_reply
from lib.vendors.errors import OutcomeUnknown, Throttled, TransientError, Unavailable, UnexpectedReply, VendorError
from lib.vendors.http import BoundedHttp, HttpLimits, NothingSent, ReplyLost, ReplyTooLarge
from lib.vendors.throttle import Throttle

RUN = "run"
RESULTS = "results"
#: Seconds before a failed look at a result is repeated, one entry a retry.
FAILURE_PAUSES = (0.5, 1.5, 4.0)
_IDENTIFIER = re.compile(r"[1-9]\d{0,18}", re.ASCII)
_SEQUENCE = re.compile(r"\d{1,19}", re.ASCII)
_ACCEPT = {"xml": "application/xml", "json": "application/json"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    reply: Reply
    status: ReportStatus


class CollaborateMdClient:
    """One login at CollaborateMD; one instance may serve many threads, though the vendor builds one report at a time.

    Every method waits for `throttle`. `count_call(operation, outcome)` is told of every call that was sent:
    "answered", "throttled", "refused" (any other certain no) or "failed" (no usable reply).
    """

    def __init__(
        self,
        connection: CollaborateMdConnection,
        throttle: Throttle,
        *,
        count_call: Callable[[str, str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._throttle = throttle
        self._count = count_call or _count_nothing
        self._sleep = sleep
        #: How results are fetched: settled by the setting, or by the first refusal of the other way.
        self._method = "GET" if connection.result_method == "get" else "POST"
        self._http = BoundedHttp(
            HttpLimits(
                connect_seconds=connection.connect_timeout,
                read_seconds=connection.read_timeout,
                call_seconds=connection.call_timeout,
                max_bytes=int(connection.max_response_mib * 1024 * 1024),
            ),
            use_proxy=connection.use_proxy,
        )

    def __repr__(self) -> str:
        return f"CollaborateMdClient({self._connection.account})"

    def run_report(
        self, account: str, report_seq: str, filter_seq: str, *, on_send: Callable[[], None] | None = None
    ) -> Asked:
        """Ask the vendor to build a saved report, at most once (contract §1).

        `on_send` is called after the throttle has let the call go and immediately before the bytes go out; if it
        raises, nothing is sent. Raises LoginRefused (401: stop the login's whole queue), NotPermitted, Refused,
        BadRequest, Throttled or Unavailable where no report was begun, and OutcomeUnknown where one may be building
        under an identifier that nobody has read.
        """
        path = f"{_digits(report_seq, 'report')}/filter/{_digits(filter_seq, 'filter')}/run"
        address = self._address(account, path)
        self._throttle.wait(RUN)
        if on_send is not None:
            on_send()
        try:
            with tempfile.TemporaryDirectory(prefix="daysheet-") as folder:
                answer = self._call(RUN, "POST", address, Path(folder) / "reply", None)
            return _asked(answer)
        except NothingSent as error:
            raise _unavailable(RUN, error, 0) from error
        except (ReplyLost, Unreadable, Unavailable, UnexpectedReply) as error:
            raise OutcomeUnknown(
                f"Whether CollaborateMD has begun the report is not known: {_why(error)}",
                fix="It may be building now: ask again when the login is free, not before.",
                operation=RUN,
            ) from error

    def fetch_result(self, account: str, identifier: str, into: Path) -> Fetched:
        """Look at a report once; when it is built, its data (a ZIP, still unexamined) is written to `into`.

        `into` exists afterwards exactly when the status is SUCCESS; its folder must exist and holds the whole reply
        for a moment. Failed looks are repeated. Raises LoginRefused, NotPermitted, BadRequest, UnexpectedReply (also
        for broken base64), Throttled or Unavailable (contract §2).
        """
        address = self._address(account, f"results/{_digits(identifier, 'report request')}")
        reply = into.with_name(into.name + ".reply")
        received = into.with_name(into.name + ".part")
        try:
            answer = self._repeated(address, reply, received)
            if answer.status is not ReportStatus.SUCCESS or not answer.reply.data_bytes:
                status = ReportStatus.COMPLETE if answer.status is ReportStatus.SUCCESS else answer.status
                into.unlink(missing_ok=True)
                return Fetched(status=status, message=answer.reply.message)
            received.replace(into)
            return Fetched(status=ReportStatus.SUCCESS, bytes=answer.reply.data_bytes, message=answer.reply.message)
        finally:
            reply.unlink(missing_ok=True)
            received.unlink(missing_ok=True)

    def _repeated(self, address: str, reply: Path, received: Path) -> _Answer:
        failures = 0
        while True:
            self._throttle.wait(RESULTS)
            try:
                return self._look(address, reply, received)
            except ReplyTooLarge as error:
                _raise_too_large(error)
            except Unreadable as error:
                raise UnexpectedReply(
                    f"CollaborateMD's reply to {RESULTS} cannot be read: {error}.",
                    fix="Fetch it again; if it stays so, ask CollaborateMD to build the report anew.",
                    operation=RESULTS,
                    attempts=failures + 1,
                ) from error
            except (NothingSent, ReplyLost, TransientError) as error:
                if failures == len(FAILURE_PAUSES):
                    if isinstance(error, TransientError):
                        error.attempts = failures + 1
                        raise
                    raise _unavailable(RESULTS, error, failures + 1) from error
                self._sleep(FAILURE_PAUSES[failures])
                failures += 1

    def _look(self, address: str, reply: Path, received: Path) -> _Answer:
        try:
            return self._call(RESULTS, self._method, address, reply, received)
        except MethodRefused:
            if self._connection.result_method != "auto" or self._method == "GET":
                raise
            self._method = "GET"
        self._throttle.wait(RESULTS)
        return self._call(RESULTS, self._method, address, reply, received)

    def _call(self, operation: str, method: str, address: str, reply: Path, data: Path | None) -> _Answer:
        try:
            with reply.open("wb") as sink:
                http = self._http.send_into(method, address, None, self._headers(), sink)
        except (NothingSent, ReplyLost):
            self._count(operation, "failed")
            raise
        if http.status == 404:
            self._certain(operation, "refused")
            return _Answer(reply=Reply(status=ReportStatus.NOT_FOUND), status=ReportStatus.NOT_FOUND)
        try:
            judge_status(operation, http)
            read = read_reply(reply, data)
            answer = _Answer(reply=read, status=read.verdict())
        except Throttled as error:
            self._count(operation, "throttled")
            self._throttle.refused(operation, error.interval_ms)
            raise
        except (Unavailable, UnexpectedReply, Unreadable):
            self._count(operation, "failed")
            raise
        except VendorError:
            self._certain(operation, "refused")
            raise
        self._certain(operation, "answered")
        return answer

    def _certain(self, operation: str, outcome: str) -> None:
        self._count(operation, outcome)
        self._throttle.accepted(operation)

    def _address(self, account: str, path: str) -> str:
        if account not in self._connection.accounts:
            raise BadInput(
                f"Account {account} is not one of this connection's.", fix="Add it to accounts on the connection."
            )
        return f"{self._connection.url.rstrip('/')}/v1/customer/{account}/reports/{path}"

    def _headers(self) -> dict[str, str]:
        login = f"{self._connection.user}:{self._connection.password.get_secret_value()}"
        return {
            "Authorization": "Basic " + base64.b64encode(login.encode()).decode("ascii"),
            "Accept": _ACCEPT[self._connection.prefer],
            "Cache-Control": "no-cache",
        }


def _asked(answer: _Answer) -> Asked:
    identifier = answer.reply.identifier if _IDENTIFIER.fullmatch(answer.reply.identifier) else None
    if answer.status in {ReportStatus.SUCCESS, ReportStatus.COMPLETE}:
        if identifier is None:
            raise Unreadable("it names no identifier")
        return Asked(status=ReportStatus.SUCCESS, identifier=identifier, message=answer.reply.message)
    if answer.status is ReportStatus.RUNNING:
        return Asked(status=answer.status, running_identifier=identifier, message=answer.reply.message)
    return Asked(status=answer.status, message=answer.reply.message)


def _digits(number: str, of: str) -> str:
    if not _SEQUENCE.fullmatch(number):
        raise BadInput(f"The number of a {of} must be digits only.", fix="Correct it in the client's catalog.")
    return number


def _unavailable(operation: str, error: NothingSent | ReplyLost, attempts: int) -> Unavailable:
    return Unavailable(
        f"No answer from CollaborateMD to {operation}. {error.what}",
        fix="Check the network, then try again.",
        operation=operation,
        attempts=attempts,
    )


def _why(error: Exception) -> str:
    return error.what if isinstance(error, DaysheetError) else f"Its reply cannot be read: {error}."


def _raise_too_large(error: ReplyTooLarge) -> NoReturn:
    raise UnexpectedReply(
        f"CollaborateMD's report is too large. {error.what}",
        fix="Narrow the saved filter, or raise max_response_mib on the connection.",
        operation=RESULTS,
    ) from error


def _count_nothing(operation: str, outcome: str) -> None:
    """Nobody counts."""
