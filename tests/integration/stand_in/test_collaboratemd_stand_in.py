"""The CollaborateMD stand-in speaks the contract: who is let in, running reports, fetching results."""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import requests
from lxml import etree

from sandbox.collaboratemd.catalog import REPORTS
from sandbox.collaboratemd.pages import ReportOrder
from sandbox.collaboratemd.replies import NAMESPACE, NO_RECORDS
from sandbox.collaboratemd.totals import totals
from sandbox.running import RunningVendors, practice_vendors
from sandbox.world import World
from sandbox.world.life import OfficeLife
from tests.integration.stand_in.report_caller import TODAY, ReportCaller, read_rows, told

LIFE = OfficeLife(world=World(), today=TODAY)


@pytest.fixture
def harbor(running: RunningVendors) -> ReportCaller:
    running.collaboratemd.reset()
    running.collaboratemd.configure(today=TODAY)
    return ReportCaller(vendors=running, client=running.collaboratemd.client("Harbor"))


def test_a_report_is_run_and_fetched_with_the_rows_of_the_world(harbor: ReportCaller) -> None:
    header, *rows = harbor.rows("gross_billing")
    expected = totals(LIFE, ReportOrder(account=harbor.account, report="gross_billing", as_of=TODAY))
    assert header[:4] == [
        *("Practice Name", "Charge Primary Payer Name", "Charge Primary Payer Name"),
        "Charge Patient ID",
    ]
    assert len(rows) == expected.rows
    charged = sum(
        int(row[header.index("Charge Amount")].replace("$", "").replace(",", "").replace(".", "")) for row in rows
    )
    assert charged == expected.cents["charge_amount"]


def test_every_report_of_every_client_answers(harbor: ReportCaller) -> None:
    for client in harbor.vendors.collaboratemd.clients():
        caller = ReportCaller(vendors=harbor.vendors, client=client)
        for report in REPORTS:
            started = caller.run(report)
            answer = caller.result(started.identifier)
            assert answer.status == "SUCCESS" and (answer.data or answer.message == NO_RECORDS), report


def test_replies_are_namespaced_xml_or_json_as_accepted(harbor: ReportCaller) -> None:
    root = etree.fromstring(harbor.post(harbor.run_path("charges_on_hold")).content)
    assert root.tag == f"{{{NAMESPACE}}}GenericResponse"
    identifier = root.findtext(f"{{{NAMESPACE}}}Identifier")
    result = etree.fromstring(harbor.post(harbor.result_path(identifier)).content)
    assert result.tag == f"{{{NAMESPACE}}}ReportResponse" and result.findtext(f"{{{NAMESPACE}}}Data")
    harbor.vendors.collaboratemd.configure(data_namespace=False)
    plain = etree.fromstring(harbor.post(harbor.result_path(identifier)).content)
    assert plain.findtext("Data") == result.findtext(f"{{{NAMESPACE}}}Data")
    harbor.headers["Accept"] = "application/json"
    said = harbor.post(harbor.result_path(identifier)).json()
    assert (said["Status"], said["Data"]) == ("SUCCESS", plain.findtext("Data"))
    assert isinstance(harbor.post(harbor.run_path("charges_on_hold")).json()["Identifier"], int)


def test_who_is_not_let_in_is_told_by_the_status(harbor: ReportCaller) -> None:
    path = harbor.run_path("ar_aging")
    base = harbor.vendors.base_url
    wrong = base64.b64encode(f"{harbor.client.user}:wrong".encode()).decode()
    for header in (
        {},
        {"Authorization": f"Basic {wrong}"},
        {"Authorization": "Basic !"},
        {"Authorization": "Bearer x"},
    ):
        assert requests.post(base + path, headers=header, timeout=10).status_code == 401
    latin = (harbor.client.user, harbor.client.password)
    assert requests.post(base + path, auth=latin, timeout=10).status_code == 200
    assert harbor.post(path.replace(harbor.account, "10002001")).status_code == 404
    assert harbor.post(path.replace("/reports/", "/report/")).status_code == 404
    assert harbor.post(path, method="GET").status_code == 405
    harbor.headers["Accept"] = "text/csv"
    assert harbor.post(path).status_code == 415


def test_results_may_be_asked_for_with_get_where_the_vendor_allows_it(harbor: ReportCaller) -> None:
    path = harbor.result_path(harbor.run("charges_on_hold").identifier)
    assert told(harbor.post(path, method="GET")).data
    harbor.vendors.collaboratemd.configure(get_results="405")
    assert harbor.post(path, method="GET").status_code == 405
    assert told(harbor.post(path)).data


def test_unknown_reports_filters_and_identifiers_are_not_found(harbor: ReportCaller) -> None:
    account = harbor.account
    assert told(harbor.post(f"/v1/customer/{account}/reports/1/filter/2/run")).status == "NOT FOUND"
    meadow = ReportCaller(vendors=harbor.vendors, client=harbor.vendors.collaboratemd.client("Meadow"))
    theirs = meadow.run("ar_aging").identifier
    assert harbor.result(theirs).status == harbor.result("1").status == "NOT FOUND"
    assert meadow.result(theirs).data


def test_one_report_at_a_time_per_login_and_the_answer_names_the_running_one(harbor: ReportCaller) -> None:
    harbor.vendors.collaboratemd.configure(build_seconds=600)
    first = harbor.run("ar_aging")
    second = harbor.run("gross_billing", account=harbor.client.accounts[1])
    assert (second.status, second.identifier) == ("REPORT RUNNING", first.identifier)
    assert "still running" in second.message
    assert harbor.result(first.identifier).status == "REPORT RUNNING"
    willow = ReportCaller(vendors=harbor.vendors, client=harbor.vendors.collaboratemd.client("Willow"))
    assert willow.run("ar_aging").status == "SUCCESS"
    answers = [(run.login, run.answered) for run in harbor.vendors.collaboratemd.runs()]
    own = harbor.client.user
    assert answers == [(own, "SUCCESS"), (own, "REPORT RUNNING"), (willow.client.user, "SUCCESS")]
    # The same identifier comes back as often as somebody asks, and none of these requests has started a report.
    assert harbor.run("gross_billing").identifier == harbor.run("ar_aging").identifier == first.identifier
    assert len({run.identifier for run in harbor.vendors.collaboratemd.runs() if run.identifier}) == 2
    assert harbor.result(first.identifier, account=harbor.client.accounts[1]).status == "NOT FOUND"


def test_a_report_is_ready_when_its_time_is_up(harbor: ReportCaller) -> None:
    harbor.vendors.collaboratemd.configure(build_seconds=0.3)
    identifier = harbor.run("charges_on_hold").identifier
    while harbor.result(identifier).status == "REPORT RUNNING":
        time.sleep(0.05)
    assert harbor.result(identifier).data
    assert harbor.run("ar_aging").status == "SUCCESS"


def test_a_result_can_be_running_for_so_many_answers(harbor: ReportCaller) -> None:
    harbor.vendors.collaboratemd.configure(running_answers=2)
    identifier = harbor.run("charges_on_hold").identifier
    assert [harbor.result(identifier).status for _ in range(3)] == ["REPORT RUNNING", "REPORT RUNNING", "SUCCESS"]


def test_any_evening_of_the_past_can_be_served(harbor: ReportCaller) -> None:
    control = harbor.vendors.collaboratemd
    for day in (date(2025, 10, 31), date(2026, 3, 31)):
        control.configure(as_of=day)
        _, *rows = harbor.rows("ar_aging")
        asked = ReportOrder(account=harbor.account, report="ar_aging", as_of=day)
        assert len(rows) == totals(LIFE, asked).rows
    with pytest.raises(requests.HTTPError):
        control.configure(as_of=date(2026, 11, 21))


@pytest.mark.parametrize("report", REPORTS)
def test_each_report_can_be_had_as_it_was_at_any_of_thirteen_month_ends(harbor: ReportCaller, report: str) -> None:
    control = harbor.vendors.collaboratemd
    assert len(control.month_ends()) == 13 and control.month_ends()[-1] == date(2026, 10, 31)
    control.configure(as_of=date(2026, 11, 3))
    for day in (control.month_ends()[0], control.month_ends()[-1]):
        name = f"month_end_{day:%Y_%m}"
        expected = totals(LIFE, ReportOrder(account=harbor.account, report=report, as_of=day, filter=name))
        identifier = harbor.run(report, filter=name).identifier
        run = control.runs()[-1]
        assert (run.filter, run.as_of, run.today) == (name, day, TODAY)
        data = harbor.result(identifier).data
        assert len(read_rows(data)) == expected.rows > 0
    latest = totals(LIFE, ReportOrder(account=harbor.account, report=report, as_of=date(2026, 11, 3)))
    assert len(read_rows(harbor.result(harbor.run(report).identifier).data)) == latest.rows


def test_when_a_month_is_over_its_end_is_there_and_the_oldest_is_gone(harbor: ReportCaller) -> None:
    control = harbor.vendors.collaboratemd
    oldest, kept = (harbor.run_path("ar_aging", filter=f"month_end_{month}") for month in ("2025_10", "2025_11"))
    control.configure(today=date(2026, 11, 30))
    assert told(harbor.post(oldest)).status == "SUCCESS"
    with pytest.raises(KeyError):
        control.client("Harbor").seqs("ar_aging", "month_end_2026_11")
    control.configure(today=date(2026, 12, 1))
    assert told(harbor.post(oldest)).status == "NOT FOUND"
    assert told(harbor.post(kept)).status == "SUCCESS"
    assert control.runs()[-1].as_of == date(2025, 11, 30)
    harbor.client = control.client("Harbor")
    assert harbor.run("ar_aging", filter="month_end_2026_11").status == "SUCCESS"
    assert control.runs()[-1].as_of == date(2026, 11, 30)


def test_every_later_day_has_new_rows_over_the_turn_of_the_year(harbor: ReportCaller) -> None:
    control = harbor.vendors.collaboratemd
    before = 0
    for today in (date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 1)):
        control.configure(today=today)
        rows = read_rows(harbor.result(harbor.run("rev_rec_payments").identifier).data)
        assert len(rows) >= before
        before = len(rows)
        statuses = {
            harbor.run(report, account=account).status for report in REPORTS for account in harbor.client.accounts
        }
        assert statuses == {"SUCCESS"}
    life = OfficeLife(world=World(), today=date(2027, 2, 1))
    asked = ReportOrder(account=harbor.account, report="rev_rec_payments", as_of=life.today)
    assert before == totals(life, asked).rows > totals(LIFE, replace(asked, as_of=TODAY)).rows


def test_extensions_and_negative_styles_are_switches(harbor: ReportCaller) -> None:
    header, *rows = harbor.rows("payment_trends")
    assert header[-1] == "Facility Name" and any("(" in row[header.index("Payment Total Paid")] for row in rows)
    harbor.vendors.collaboratemd.configure(plain_accounts=[harbor.account], negative_style="minus")
    plain, *rows = harbor.rows("payment_trends")
    assert plain == header[: len(plain)] and len(plain) == 26
    assert any(row[plain.index("Payment Total Paid")].startswith("-$") for row in rows)


def test_identifiers_outlive_the_process(tmp_path: Path) -> None:
    with practice_vendors(home=tmp_path, claims=200) as vendors:
        vendors.collaboratemd.configure(today=TODAY)
        caller = ReportCaller(vendors=vendors, client=vendors.collaboratemd.client("Orchard"))
        identifier = caller.run("gross_billing").identifier
        sent = caller.rows("gross_billing")
        before = vendors.collaboratemd.journal()
    journal = next((tmp_path / "practice").glob("collaboratemd-journal-*.jsonl"))
    journal.write_bytes(journal.read_bytes() + b'{"kind": "run", "log')
    with practice_vendors(home=tmp_path, claims=200) as vendors:
        again = ReportCaller(vendors=vendors, client=caller.client)
        assert vendors.collaboratemd.journal() == before
        assert again.result(identifier).data
        assert again.run("gross_billing").identifier not in {entry.identifier for entry in before}
        vendors.collaboratemd.configure(today=TODAY)
        assert again.rows("gross_billing") == sent


def test_told_to_stop_it_ends_soon_even_in_the_middle_of_a_large_report() -> None:
    with practice_vendors(claims=3_000_000) as vendors:
        caller = ReportCaller(vendors=vendors, client=vendors.collaboratemd.client("Orchard"))
        assert caller.run("gross_billing").status == "SUCCESS"
        vendors.process.terminate()
        assert vendors.process.wait(timeout=10) == 0
