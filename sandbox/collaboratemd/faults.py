"""Trouble on demand: with which calls and reports, how often, and what the payloads look like then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from sandbox.collaboratemd.catalog import COLUMNS, REPORTS

RunFaultKind = Literal[
    "run_dropped_before",  # the connection closes, nothing was accepted
    "run_dropped_after",  # accepted, then the connection closes: the identifier is lost
    "run_500_before",  # HTTP 500, nothing was accepted
    "run_500_after",  # accepted, then HTTP 500
    "run_delayed",  # accepted at once, answered `seconds` later
    "run_garbage",  # accepted; the reply is no XML or JSON
    "run_truncated",  # accepted; the reply ends in the middle
    "run_without_identifier",  # accepted; a success without an identifier
    "run_elsewhere",  # another program asked with the same login just before: its report is built for `seconds`
    "run_same_identifier",  # a success with the identifier of the login's last report; nothing was accepted
    "run_error",  # Status ERROR
    "run_invalid_criteria",  # Status INVALID CRITERIA
    "run_not_found",  # Status NOT FOUND
    "run_unavailable",  # Status ERROR: the report is not available for this customer
    "login_refused",  # HTTP 401
    "account_gone",  # HTTP 404
]
ResultFaultKind = Literal[
    "result_dropped",  # the connection closes without a reply
    "result_500",  # HTTP 500
    "result_delayed",  # answered `seconds` later
    "result_garbage",  # the reply is no XML or JSON
    "result_truncated",  # the XML ends in the middle of a whole HTTP reply
    "result_cut_off",  # the connection closes in the middle of the reply
    "result_running",  # Status REPORT RUNNING
    "result_timed_out",  # Status REPORT TIMED OUT
    "result_error",  # Status ERROR
    "result_not_found",  # Status NOT FOUND
    "result_invalid_criteria",  # Status INVALID CRITERIA
    "result_complete",  # Status REPORT COMPLETE, with the data
    "result_odd_status",  # a Status that nobody knows, with the data
    "result_without_data",  # Status SUCCESS, and Data is empty
    "no_records",  # the message that there are no records
    "corrupt_base64",  # Data has letters that base64 has not
    "short_base64",  # Data ends in the middle of a group of four
    "wrapped_base64",  # Data has line breaks and spaces, which are right
]
PayloadFaultKind = Literal[
    "relabelled",  # columns have the labels of another client
    "reordered",  # columns stand the other way round
    "duplicate_header",  # `column` is there twice under one label
    "empty_header",  # `column` has no label
    "missing_column",  # `column` is not there
    "new_column",  # a column that nobody knows
    "wrong_types",  # some values of `column` are words
    "odd_text",  # some values of `column` have quotes, commas and line breaks
    "empty_values",  # `column` is empty in every row
    "short_rows",  # some rows lack their last three fields
    "long_rows",  # some rows have two fields too many
    "repeated_rows",  # some rows are there twice
    "half_size",  # two of five rows are there
    "header_only",  # no row is there
    "no_header",  # the header is not there
    "no_text",  # the CSV is empty
    "bom",  # UTF-8 with a byte order mark
    "windows_1252",  # not UTF-8
    "two_csvs",  # the rows are in two CSVs
    "unlike_csvs",  # the rows are in two CSVs with different headers
    "json_inside",  # JSON instead of CSV
    "corrupt_zip",  # bytes in the middle are wrong
    "cut_zip",  # the end is not there
    "not_a_zip",  # a text
    "empty_zip",  # a ZIP without members
    "zip_bomb",  # a member of `megabytes` of nothing
    "many_members",  # thousands of members
    "climbing_name",  # a member's name leads out of the folder
]
FaultKind = RunFaultKind | ResultFaultKind | PayloadFaultKind
Moment = Literal["run", "result", "payload"]
_MOMENTS: dict[str, Moment] = {
    **{kind: "run" for kind in get_args(RunFaultKind)},
    **{kind: "result" for kind in get_args(ResultFaultKind)},
    **{kind: "payload" for kind in get_args(PayloadFaultKind)},
}


class Fault(BaseModel):
    """One order for trouble with an account's report, or all (`*`).

    Of the calls or reports that match, the first `skip` pass, then each is hit until `times` were. `column` is a
    normalised column name; where it is empty, or the report has no such column, its last column is meant. All
    payload faults in force shape a report together; of the others the first has the call.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FaultKind
    account: str = "*"
    report: str = "*"
    times: int | None = Field(None, ge=1)
    skip: int = Field(0, ge=0)
    column: str = ""
    seconds: float = Field(0, ge=0)
    megabytes: int = Field(300, ge=1, le=4_000)

    @property
    def moment(self) -> Moment:
        """When it strikes: at the run request, at the result request, or in the report itself."""
        return _MOMENTS[self.kind]

    def concerns(self, account: str, report: str) -> bool:
        """Whether that report of that account is meant."""
        return self.account in ("*", account) and self.report in ("*", report)


class FaultPlan:
    """The faults in force, in the order of their coming."""

    def __init__(self) -> None:
        self._orders: list[_Order] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force; ValueError when it names a report or column that there is not."""
        if fault.report not in ("*", *REPORTS):
            raise ValueError(f"There is no report {fault.report}.")
        if fault.column not in ("", *COLUMNS):
            raise ValueError(f"There is no column {fault.column}.")
        self._orders.append(_Order(fault))

    def clear(self) -> None:
        """Let everything go well again."""
        self._orders.clear()

    def draw(self, moment: Literal["run", "result"], account: str, report: str) -> Fault | None:
        """The first fault that hits this call, if any."""
        return next((order.fault for order in self._orders if order.hits(moment, account, report)), None)

    def shape(self, account: str, report: str) -> Sequence[Fault]:
        """All that shape this report's payload."""
        return [order.fault for order in self._orders if order.hits("payload", account, report)]


class _Order:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._seen = 0

    def hits(self, moment: Moment, account: str, report: str) -> bool:
        if self.fault.moment != moment or not self.fault.concerns(account, report):
            return False
        self._seen += 1
        past = self._seen - self.fault.skip
        return past > 0 and (self.fault.times is None or past <= self.fault.times)
