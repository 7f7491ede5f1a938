"""The faults on demand of the CollaborateMD stand-in: refusals, lost replies, and payloads of every bad kind."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
import time
import zipfile
import zlib

import pytest
import requests
from lxml import etree

from sandbox.collaboratemd.faults import FaultKind
from sandbox.collaboratemd.layout import NEW_LABEL, ODD_TEXT, WRONG_VALUE
from sandbox.collaboratemd.replies import NO_RECORDS, UNAVAILABLE
from sandbox.running import RunningVendors
from tests.integration.stand_in.report_caller import TODAY, ReportCaller


@pytest.fixture
def orchard(running: RunningVendors) -> ReportCaller:
    running.collaboratemd.reset()
    running.collaboratemd.configure(today=TODAY)
    return ReportCaller(vendors=running, client=running.collaboratemd.client("Orchard"))


REPORT = "gross_billing"
_AMOUNT = "Charge Amount"


@pytest.mark.parametrize(
    ("kind", "status", "message"),
    [
        ("run_error", "ERROR", "An error occurred"),
        ("run_invalid_criteria", "INVALID CRITERIA", "criteria"),
        ("run_not_found", "NOT FOUND", "not found"),
        ("run_unavailable", "ERROR", UNAVAILABLE),
    ],
)
def test_a_run_request_is_refused_in_the_vendor_s_words(
    orchard: ReportCaller, kind: FaultKind, status: str, message: str
) -> None:
    orchard.vendors.collaboratemd.fault(kind, times=1)
    answer = orchard.run(REPORT)
    assert (answer.status, answer.identifier) == (status, "") and message in answer.message
    assert orchard.run(REPORT).status == "SUCCESS"
    assert [run.answered for run in orchard.vendors.collaboratemd.runs()] == [kind, "SUCCESS"]


@pytest.mark.parametrize(("kind", "status"), [("login_refused", 401), ("account_gone", 404), ("run_500_before", 500)])
def test_a_run_request_is_refused_by_a_bare_status(orchard: ReportCaller, kind: FaultKind, status: int) -> None:
    orchard.vendors.collaboratemd.fault(kind, account=orchard.account)
    assert orchard.post(orchard.run_path(REPORT)).status_code == status
    assert [run.identifier for run in orchard.vendors.collaboratemd.runs()] == [""]


@pytest.mark.parametrize(("kind", "accepted"), [("run_dropped_before", False), ("run_dropped_after", True)])
def test_a_lost_reply_leaves_a_report_running_or_not(orchard: ReportCaller, kind: FaultKind, accepted: bool) -> None:
    orchard.vendors.collaboratemd.configure(build_seconds=600)
    orchard.vendors.collaboratemd.fault(kind, times=1)
    with pytest.raises(requests.ConnectionError):
        orchard.run(REPORT)
    (lost,) = orchard.vendors.collaboratemd.runs()
    assert bool(lost.identifier) == accepted
    answer = orchard.run(REPORT)
    assert answer.status == ("REPORT RUNNING" if accepted else "SUCCESS")
    if accepted:
        assert answer.identifier == lost.identifier


def test_a_login_that_another_program_uses_names_that_program_s_report(orchard: ReportCaller) -> None:
    control = orchard.vendors.collaboratemd
    control.fault("run_elsewhere", times=1, seconds=0.4)
    answer = orchard.run(REPORT)
    (elsewhere,) = [run for run in control.runs() if run.identifier]
    assert (answer.status, answer.identifier) == ("REPORT RUNNING", elsewhere.identifier)
    assert "still running" in answer.message and elsewhere.report != REPORT
    again = orchard.run(REPORT)
    assert (again.status, again.identifier) == ("REPORT RUNNING", elsewhere.identifier)
    while (ours := orchard.run(REPORT)).status == "REPORT RUNNING":
        time.sleep(0.05)
    assert ours.status == "SUCCESS" and ours.identifier != elsewhere.identifier
    assert orchard.result(ours.identifier).data != orchard.result(elsewhere.identifier).data
    refused = [run for run in control.runs() if not run.identifier]
    assert {run.answered for run in refused} == {"REPORT RUNNING"} and len(refused) >= 2


def test_an_identifier_can_come_twice(orchard: ReportCaller) -> None:
    control = orchard.vendors.collaboratemd
    first = orchard.run("ar_aging")
    control.fault("run_same_identifier", report=REPORT, times=1)
    second = orchard.run(REPORT)
    assert (second.status, second.identifier) == ("SUCCESS", first.identifier)
    third = orchard.run(REPORT)
    assert third.status == "SUCCESS" and third.identifier != first.identifier
    assert [run.identifier for run in control.runs()] == [first.identifier, "", third.identifier]


def test_without_a_report_before_it_no_identifier_can_be_repeated(orchard: ReportCaller) -> None:
    orchard.vendors.collaboratemd.fault("run_same_identifier", times=1)
    answer = orchard.run(REPORT)
    assert (answer.status, answer.identifier) == ("SUCCESS", "")


def test_accepted_reports_whose_reply_is_no_use_can_still_be_fetched(orchard: ReportCaller) -> None:
    control = orchard.vendors.collaboratemd
    kinds: list[FaultKind] = ["run_500_after", "run_garbage", "run_truncated", "run_without_identifier", "run_delayed"]
    for kind in kinds:
        control.clear_faults()
        control.fault(kind)
        orchard.post(orchard.run_path("charges_on_hold"))
    assert [run.answered for run in control.runs()] == kinds
    assert all(orchard.result(run.identifier).status == "SUCCESS" for run in control.runs())


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("result_running", "REPORT RUNNING"),
        ("result_timed_out", "REPORT TIMED OUT"),
        ("result_error", "ERROR"),
        ("result_not_found", "NOT FOUND"),
        ("result_invalid_criteria", "INVALID CRITERIA"),
        ("result_without_data", "SUCCESS"),
        ("no_records", "SUCCESS"),
    ],
)
def test_a_result_without_data_says_why(orchard: ReportCaller, kind: FaultKind, status: str) -> None:
    identifier = orchard.run(REPORT).identifier
    orchard.vendors.collaboratemd.fault(kind, times=1)
    answer = orchard.result(identifier)
    assert (answer.status, answer.data) == (status, "")
    assert (answer.message == NO_RECORDS) == (kind == "no_records")
    assert orchard.result(identifier).data


def test_data_counts_whatever_the_status_is_called(orchard: ReportCaller) -> None:
    identifier = orchard.run(REPORT).identifier
    whole = orchard.result(identifier).data
    for kind, status in (("result_complete", "REPORT COMPLETE"), ("result_odd_status", "QUITE DONE")):
        orchard.vendors.collaboratemd.fault(kind, times=1)
        answer = orchard.result(identifier)
        assert (answer.status, answer.data) == (status, whole)


def test_results_that_do_not_arrive_whole(orchard: ReportCaller) -> None:
    control = orchard.vendors.collaboratemd
    identifier = orchard.run(REPORT).identifier
    for kind in ("result_dropped", "result_cut_off"):
        control.fault(kind, times=1)
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            orchard.result(identifier)
    for kind in ("result_truncated", "result_garbage"):
        control.fault(kind, times=1)
        with pytest.raises(etree.XMLSyntaxError):
            orchard.result(identifier)
    control.fault("result_500", times=1)
    assert orchard.post(orchard.result_path(identifier)).status_code == 500
    control.fault("result_delayed", times=1, seconds=600)
    with pytest.raises(requests.ReadTimeout):
        orchard.post(orchard.result_path(identifier), timeout=0.2)


def test_base64_can_be_wrong_short_or_rightly_wrapped(orchard: ReportCaller) -> None:
    identifier = orchard.run(REPORT).identifier
    whole = base64.b64decode(orchard.result(identifier).data, validate=True)
    for kind in ("corrupt_base64", "short_base64"):
        orchard.vendors.collaboratemd.fault(kind, times=1)
        with pytest.raises(binascii.Error):
            base64.b64decode(orchard.result(identifier).data, validate=True)
    for accept in ("application/xml", "application/json"):
        orchard.headers["Accept"] = accept
        orchard.vendors.collaboratemd.fault("wrapped_base64", times=1)
        data = orchard.result(identifier).data
        assert "\n" in data and base64.b64decode(data) == whole


def test_columns_are_relabelled_reordered_added_and_taken_away(orchard: ReportCaller) -> None:
    control = orchard.vendors.collaboratemd
    plain, *rows = orchard.rows(REPORT)
    place = plain.index(_AMOUNT)
    control.fault("relabelled", account=orchard.account, report=REPORT)
    control.fault("reordered")
    header, *turned = orchard.rows(REPORT)
    assert header[::-1].index("Charge/Debit Amount") == place and [row[::-1] for row in turned] == rows
    control.clear_faults()
    control.fault("duplicate_header", column="charge_amount")
    control.fault("new_column")
    header, *more = orchard.rows(REPORT)
    assert header == [*plain, _AMOUNT, NEW_LABEL] and more[0] == [*rows[0], rows[0][place], "invented"]
    control.clear_faults()
    control.fault("missing_column", column="charge_amount")
    control.fault("empty_header", column="claim_status")
    header, *less = orchard.rows(REPORT)
    assert _AMOUNT not in header and header.count("") == 1 and len(less[0]) == len(plain) - 1


def test_values_are_not_what_their_column_promises(orchard: ReportCaller) -> None:
    control = orchard.vendors.collaboratemd
    plain, *rows = orchard.rows(REPORT)
    amount, name = plain.index(_AMOUNT), plain.index("Patient Full Name")
    control.fault("wrong_types", column="charge_amount")
    control.fault("odd_text", column="patient_full_name")
    control.fault("empty_values", column="charge_id")
    _, *odd = orchard.rows(REPORT)
    wrong = [nth for nth, row in enumerate(odd) if row[amount] == WRONG_VALUE]
    assert wrong == list(range(0, len(rows), 50))
    assert [nth for nth, row in enumerate(odd) if row[name] == ODD_TEXT] == list(range(0, len(rows), 25))
    assert {row[plain.index("Charge ID")] for row in odd} == {""}
    assert [row[amount] for nth, row in enumerate(odd) if nth not in wrong] == [
        row[amount] for nth, row in enumerate(rows) if nth not in wrong
    ]


def test_rows_are_short_long_repeated_or_gone(orchard: ReportCaller) -> None:
    control = orchard.vendors.collaboratemd
    plain, *rows = orchard.rows(REPORT)

    def rows_with(kind: FaultKind) -> list[list[str]]:
        control.clear_faults()
        control.fault(kind)
        return orchard.rows(REPORT)[1:]

    width = len(plain)
    assert [nth for nth, row in enumerate(rows_with("short_rows")) if len(row) == width - 3] == list(
        range(0, len(rows), 40)
    )
    assert [nth for nth, row in enumerate(rows_with("long_rows")) if len(row) == width + 2] == list(
        range(0, len(rows), 60)
    )
    repeated = rows_with("repeated_rows")
    assert repeated[0] == repeated[1] and len(repeated) == len(rows) + -(-len(rows) // 30)
    assert len(rows_with("half_size")) == pytest.approx(len(rows) * 0.4, abs=1)
    assert rows_with("header_only") == []
    control.clear_faults()
    control.fault("no_header")
    assert orchard.rows(REPORT) == rows
    control.clear_faults()
    control.fault("no_text")
    assert orchard.rows(REPORT) == []


def test_text_is_encoded_otherwise(orchard: ReportCaller) -> None:
    control = orchard.vendors.collaboratemd
    plain = orchard.rows(REPORT)
    control.fault("bom")
    (text,) = orchard.members(REPORT).values()
    assert text.startswith(b"\xef\xbb\xbf") and orchard.rows(REPORT, encoding="utf-8-sig") == plain
    control.clear_faults()
    control.fault("windows_1252")
    (text,) = orchard.members(REPORT).values()
    with pytest.raises(UnicodeDecodeError):
        text.decode()
    assert len(orchard.rows(REPORT, encoding="cp1252")) == len(plain)


def test_the_archive_holds_two_csvs_json_or_nothing(orchard: ReportCaller) -> None:
    control = orchard.vendors.collaboratemd
    plain, *rows = orchard.rows(REPORT)
    for kind in ("two_csvs", "unlike_csvs"):
        control.clear_faults()
        control.fault(kind)
        one, two = (
            list(csv.reader(io.StringIO(text.decode(), newline=""))) for text in orchard.members(REPORT).values()
        )
        assert one[0] == plain and (two[0] == plain) == (kind == "two_csvs")
        assert one[1:] + two[1:] == rows
    control.clear_faults()
    control.fault("json_inside")
    (text,) = orchard.members(REPORT).values()
    inside = json.loads(text)
    assert len(inside) == len(rows) and inside[0][_AMOUNT] == rows[0][plain.index(_AMOUNT)]
    control.clear_faults()
    control.fault("empty_zip")
    assert orchard.members(REPORT) == {}
    control.clear_faults()
    control.fault("climbing_name")
    assert [name.startswith("../") for name in orchard.members(REPORT)] == [True]


@pytest.mark.parametrize("kind", ["cut_zip", "not_a_zip", "corrupt_zip"])
def test_the_archive_is_broken(orchard: ReportCaller, kind: FaultKind) -> None:
    orchard.vendors.collaboratemd.fault(kind)
    with pytest.raises((zipfile.BadZipFile, zlib.error)):
        orchard.members(REPORT)


def test_the_archive_is_a_bomb(orchard: ReportCaller) -> None:
    control = orchard.vendors.collaboratemd
    control.fault("zip_bomb", megabytes=40)
    archive = orchard.archive(REPORT)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.infolist()[0].file_size == 40 << 20 > 100 * len(archive)
    control.clear_faults()
    control.fault("many_members")
    with zipfile.ZipFile(io.BytesIO(orchard.archive(REPORT))) as opened:
        assert len(opened.infolist()) == 5_000


def test_faults_hit_only_whom_they_are_meant_for_and_as_often_as_ordered(orchard: ReportCaller) -> None:
    control = orchard.vendors.collaboratemd
    control.fault("run_error", account="10003001")
    control.fault("run_error", report="ar_aging", skip=1, times=1)
    answers = [orchard.run(report).status for report in (REPORT, "ar_aging", "ar_aging", "ar_aging")]
    assert answers == ["SUCCESS", "SUCCESS", "ERROR", "SUCCESS"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", '{"kind": "x"}'),
        ("faults", '{"kind": "bom", "report": "x"}'),
        ("faults", '{"kind": "missing_column", "column": "x"}'),
        ("settings", '{"a": 1}'),
        ("settings", "[]"),
    ],
)
def test_wrong_orders_to_the_control_are_refused(orchard: ReportCaller, path: str, body: str) -> None:
    answer = requests.post(f"{orchard.vendors.base_url}/control/collaboratemd/{path}", data=body, timeout=10)
    assert answer.status_code == 422
