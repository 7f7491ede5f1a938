"""What the Reports page shows and does, and what the Runs page tells of runs of reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from jobs.office import WORKS, Office
from lib.core import clients, runs
from lib.core.runs import RunState
from lib.reports import service
from lib.reports.catalog import catalog
from lib.reports.loading.packages import discard_package, get_package, list_packages
from lib.reports.model import PackageState
from lib.ui import run_kinds
from lib.ui.reports.words import in_order, short_title
from lib.ui.wording import literal
from sandbox.collaboratemd.running import CollaborateMdControl
from sandbox.running import RunningVendors
from tests.integration.reports.login_desk import LoginDesk, connect_desk
from tests.pages.biller import press, said
from tests.pages.conftest import Open

PAGE = "pages/reports.py"
ConnectReports = Callable[..., LoginDesk]


@pytest.fixture
def reports_control(vendors: RunningVendors) -> CollaborateMdControl:
    vendors.collaboratemd.reset()
    return vendors.collaboratemd


@pytest.fixture
def connect(office: Office, reports_control: CollaborateMdControl, environment: dict[str, str]) -> ConnectReports:
    """Connects one of the stand-in's clients, all of its reports set up."""

    def connect_(name: str = "Meadow") -> LoginDesk:
        return connect_desk(office, reports_control, environment, name)

    return connect_


@pytest.fixture
def desk(connect: ConnectReports) -> LoginDesk:
    return connect()


def test_a_client_without_a_connection_is_told_the_command(open_address: Open, office: Office) -> None:
    client = clients.add_client(office.database, office.actor, "Unconnected client")
    page = open_address(PAGE, client=client.id)
    assert "Unconnected client has no CollaborateMD connection yet." in said(page)
    assert 'jobs connect collaboratemd --client "Unconnected client"' in said(page)
    assert "No client is connected to CollaborateMD yet." in said(open_address(PAGE))


def test_a_client_without_settings_is_told_what_is_missing_and_can_type_it(
    open_address: Open, office: Office, reports_control: CollaborateMdControl
) -> None:
    client = clients.add_client(office.database, office.actor, "Connected client")
    service.connect(
        office.database,
        office.actor,
        client_id=client.id,
        values={"url": reports_control.base_url, "user": "reports@example.com", "accounts": "10009001"},
        password="of-the-test",
        practice=True,
    )
    page = _settings(open_address(PAGE, client=client.id), "ar_aging")
    assert "No report of Connected client is set up yet." in said(page)
    assert _button(page, "Sync 0 reports").disabled
    _field(page, "Report id").input("10048")
    _field(page, "Filter id").input("20913")
    press(page, "Save AR aging")
    (setting,) = service.settings_of(office.database, office.actor, client.id)
    assert (setting.report, setting.report_seq, setting.filter_seq) == ("ar_aging", "10048", "20913")
    assert "AR aging of Connected client is saved" in said(page)


def test_nothing_loaded_yet_is_said_in_one_sentence(open_address: Open, desk: LoginDesk) -> None:
    page = open_address(PAGE, client=desk.client.id)
    assert not page.exception
    assert "0 of 13 reports are of today; 13 were never loaded." in said(page)
    assert "Nothing of this was loaded yet." in said(page)


def test_sync_of_everything_starts_one_run_a_client_and_the_matrix_follows(
    open_address: Open, office: Office, connect: ConnectReports
) -> None:
    first, second = connect("Meadow"), connect("Willow")
    page = open_address(PAGE)
    press(page, "Sync 26 reports of 2 clients")
    started = runs.list_runs(office.database, office.actor, kind="reports")
    assert {run.client_id for run in started} == {first.client.id, second.client.id}
    assert "26 are under way" in said(page)
    for run in started:
        office.executor.execute(run.id)
    page = open_address(PAGE)
    assert "26 of 26 reports are of today." in said(page)
    assert {cell for row in page.dataframe[0].value.iloc[:, 1:].values.tolist() for cell in row} == {"✓ now"}


def test_what_is_selected_is_said_and_only_that_is_asked_for(
    open_address: Open, office: Office, connect: ConnectReports
) -> None:
    connect("Meadow")
    second = connect("Willow")
    page = _select(open_address(PAGE), "matrix_all_0", rows=[1], columns=["AR aging", "Denials"])
    assert "AR aging and Denial trends" in said(page) and "Practice Willow Billing, 10003001" in said(page)
    press(page, "Trigger only")
    (run,) = runs.list_runs(office.database, office.actor, kind="reports")
    office.executor.execute(run.id)
    assert second.asked() == ["ar_aging", "denial_trends"]

    page = _select(open_address(PAGE), "matrix_all_0", cells=[(1, "AR aging")])
    assert "AR aging** of Practice Willow Billing, 10003001: ready" in said(page)
    press(page, "Load what is here")
    office.executor.execute(runs.list_runs(office.database, office.actor, kind="reports")[0].id)
    (package,) = list_packages(office.database, office.actor)
    assert package.cell.report == "ar_aging" and package.state is PackageState.PUBLISHED


def test_for_one_client_a_row_is_a_report_in_all_of_its_accounts(open_address: Open, connect: ConnectReports) -> None:
    desk = connect("Harbor")
    page = open_address(PAGE, client=desk.client.id)
    key = f"matrix_{desk.client.id}_0"
    _select(page, key, rows=[0])
    assert "AR aging** of Practice Harbor Billing, 10001001 and Practice Harbor Billing, 10001002" in said(page)
    _select(page, key, columns=["10001002"])
    assert "13 reports** of Practice Harbor Billing, 10001002" in said(page)
    _select(page, key, cells=[(0, "Rows")])
    assert _button(page, "Sync 2 reports of Practice Harbor Billing")


def test_what_was_loaded_today_is_left_out_unless_it_is_wanted_again(
    open_address: Open, office: Office, desk: LoginDesk
) -> None:
    desk.work("ar_aging", "denial_trends")
    page = _select(open_address(PAGE, client=desk.client.id), f"matrix_{desk.client.id}_0", rows=[0])
    press(page, "Sync 1 report of Practice Meadow Billing")
    assert "Nothing was started. Left out: AR aging of 10002001 was loaded today already." in said(page)
    page.toggle(key="again").set_value(True).run()
    press(page, "Sync 1 report of Practice Meadow Billing")
    assert "is started." in said(page)
    press(page, "Choose all again")
    page.toggle(key="again").set_value(False).run()
    press(page, "Sync 13 reports of Practice Meadow Billing")
    assert "Left out: 1 is under way already and 1 was loaded today already." in said(page)


def test_a_report_that_failed_says_why(open_address: Open, desk: LoginDesk) -> None:
    desk.control.fault("corrupt_zip", report="ar_aging")
    run = desk.work("ar_aging")
    page = _select(open_address(PAGE, client=desk.client.id), f"matrix_{desk.client.id}_0", cells=[(0, desk.account)])
    assert "1 failed" in said(page) and "✕ failed" in str(page.dataframe[0].value)
    message = desk.cells(run)["ar_aging"]["message"]
    assert message and literal(message) in said(page)
    (package,) = list_packages(desk.office.database, desk.office.actor)
    page = open_address(PAGE, package=package.id)
    assert "Nothing of it was loaded." in said(page) and package.findings[0].split()[0] in said(page)


def test_a_held_package_is_called_for_compared_and_published_with_a_reason(
    open_address: Open, office: Office, desk: LoginDesk
) -> None:
    desk.work("ar_aging")
    before = list_packages(office.database, office.actor)[0]
    held = _hold(desk)
    page = open_address(PAGE, client=desk.client.id)
    assert "1 package held: a person has to look at it." in said(page) and "1 is held" in said(page)
    _button(page, "AR aging of ").click().run()
    shown = said(page)
    assert f"{before.rows_loaded:,} rows" in shown and f"{held.rows_loaded:,} rows" in shown
    assert "everything that readers see" in shown

    press(page, _publishing(page))
    assert "A decision needs a reason" in said(page)
    assert get_package(office.database, office.actor, held.id).state is PackageState.HELD
    _field(page, "Reason (required)").input("two locations closed")
    press(page, _publishing(page))
    published = get_package(office.database, office.actor, held.id)
    assert published.state is PackageState.PUBLISHED and published.shown
    assert (published.reason, published.decided_by) == ("two locations closed", "person:tester")
    assert "is published" in said(page) and "two locations closed" in said(page)


def test_a_held_package_behind_a_later_one_does_not_promise_to_replace_it(open_address: Open, desk: LoginDesk) -> None:
    desk.work("ar_aging")
    held = _hold(desk)
    desk.work("ar_aging", force=True)
    assert "it changes nothing that readers see" in said(open_address(PAGE, package=held.id))


@pytest.mark.parametrize(
    ("fault", "told"),
    [("half_size", "those that a later package speaks for, and all others, stay"), ("header_only", "All others stay.")],
)
def test_a_held_window_says_what_it_takes_the_place_of(
    open_address: Open, desk: LoginDesk, fault: Any, told: str
) -> None:
    desk.work("gross_billing")
    held = _hold(desk, "gross_billing", fault)
    desk.work("gross_billing", force=True)
    assert told in said(open_address(PAGE, package=held.id))


def test_a_held_package_is_thrown_away(open_address: Open, office: Office, desk: LoginDesk) -> None:
    desk.work("ar_aging")
    held = _hold(desk)
    page = open_address(PAGE, package=held.id)
    _field(page, "Reason (required)").input("the filter was changed by mistake")
    press(page, "Throw this package away")
    assert get_package(office.database, office.actor, held.id).state is PackageState.DISCARDED
    assert "Readers see what they saw before." in said(page)


def test_somebody_elses_decision_is_not_overruled(open_address: Open, office: Office, desk: LoginDesk) -> None:
    desk.work("ar_aging")
    held = _hold(desk)
    page = open_address(PAGE, package=held.id)
    _field(page, "Reason (required)").input("looks right")
    discard_package(office.database, office.actor, held.id, "wrong filter")
    page = open_address(PAGE, package=held.id)
    assert not [button for button in page.button if button.label.startswith("Publish")]
    assert "Thrown away by tester" in said(page) and "wrong filter" in said(page)


def test_a_package_shows_differences_totals_and_rejects_and_gives_the_file_under_audit(
    open_address: Open, office: Office, desk: LoginDesk
) -> None:
    desk.work("gross_billing")
    desk.control.fault("new_column", report="gross_billing")
    desk.control.fault("long_rows", report="gross_billing")
    desk.work("gross_billing", force=True)
    package = list_packages(office.database, office.actor)[0]
    assert package.rows_rejected and package.differences["new"]
    page = open_address(PAGE, package=package.id)
    shown = said(page)
    assert "New columns" in shown and "Control totals" in shown
    assert f"Rows that were not loaded · {package.rows_rejected:,}" in shown
    totals = page.dataframe[0].value
    assert f"${package.totals['charge_amount']:,.2f}" in totals.iloc[:, 1].tolist()
    assert len(page.dataframe[1].value) == min(100, package.rows_rejected)
    (download,) = page.get("download_button")
    assert "Report as received" in download.proto.label


def test_a_package_that_there_is_not_leads_back(open_address: Open, desk: LoginDesk) -> None:
    page = open_address(PAGE, package="999999")
    assert "There is no package 999999." in said(page)
    press(page, "All reports")
    assert "0 of 13 reports" in said(page)


def test_a_label_of_the_clients_own_is_given_a_column(open_address: Open, office: Office, desk: LoginDesk) -> None:
    desk.control.fault("relabelled", report="rcm_productivity")
    assert desk.cells(desk.work("rcm_productivity"))["rcm_productivity"]["state"] == "failed"
    desk.control.clear_faults()
    page = _settings(open_address(PAGE, client=desk.client.id), "rcm_productivity")
    box = next(box for box in page.selectbox if box.label == "“Claim #” is")
    assert box.value == ""
    box.select("claim_id")
    press(page, "Save RCM productivity")
    setting = next(s for s in service.settings_of(office.database, office.actor, desk.client.id) if s.labels)
    assert (setting.report, dict(setting.labels)) == ("rcm_productivity", {"Claim #": "claim_id"})


def test_a_setting_that_somebody_else_has_changed_is_not_overwritten(
    open_address: Open, office: Office, desk: LoginDesk
) -> None:
    page = _settings(open_address(PAGE, client=desk.client.id), "ar_aging")
    _field(page, "Report id").input("77")
    seen = next(s for s in service.settings_of(office.database, office.actor, desk.client.id) if s.report == "ar_aging")
    service.save_setting(
        office.database,
        office.actor,
        client_id=desk.client.id,
        report="ar_aging",
        report_seq="88",
        filter_seq=seen.filter_seq,
        version=seen.version,
    )
    press(page, "Save AR aging")
    assert "Somebody else has just changed the settings of" in said(page)
    press(page, "Show the latest")
    assert _field(page, "Report id").value == "88"


def test_the_runs_page_tells_of_runs_of_reports(open_address: Open, office: Office, desk: LoginDesk) -> None:
    desk.control.fault("run_error", report="ar_aging")
    run = desk.work("ar_aging", "denial_trends")
    listed = open_address("pages/runs.py").dataframe[0].value
    assert listed["What"].tolist() == ["Sync 2 reports"] and listed["Done"].tolist() == ["1 of 2 reports"]
    page = open_address("pages/runs.py", run=run.id)
    assert not page.exception
    assert "1 of 2 reports loaded" in said(page) and "1 failed" in said(page)
    assert page.dataframe[0].value["Report"].tolist() == ["AR aging", "Denial trends"]


def test_a_run_of_reports_at_work_is_watched_and_can_be_cancelled(
    open_address: Open, office: Office, desk: LoginDesk
) -> None:
    started = desk.start("ar_aging")
    desk.change(f"UPDATE ops.runs SET queued_at = now() - interval '1 minute' WHERE id = {started.run_id}")
    assert "No worker is running." in said(open_address(PAGE, client=desk.client.id))
    page = open_address("pages/runs.py", run=started.run_id)
    press(page, "Cancel this run")
    assert runs.get(office.database, office.actor, started.run_id).state is RunState.CANCELLED
    page = open_address("pages/runs.py", run=started.run_id)
    assert not page.exception and "This run was cancelled." in said(page)


def test_what_an_ended_run_has_left_is_said_to_be_stopped(open_address: Open, desk: LoginDesk) -> None:
    started = desk.start("ar_aging")
    desk.change(f"UPDATE ops.runs SET state = 'failed' WHERE id = {started.run_id}")
    page = _select(open_address(PAGE, client=desk.client.id), f"matrix_{desk.client.id}_0", cells=[(0, desk.account)])
    assert "1 was stopped" in said(page) and "Sync goes on with it." in said(page)
    press(page, "Sync 1 report of Practice Meadow Billing")
    assert "1 is under way" in said(page)


def test_every_kind_of_run_can_be_told_and_drawn() -> None:
    assert set(run_kinds._KINDS) == set(WORKS)


def test_every_report_has_a_short_title() -> None:
    heads = [short_title(name) for name in in_order()]
    assert len(set(heads)) == len(heads) == len(catalog()) and all(len(head) <= 14 for head in heads)


def _hold(desk: LoginDesk, report: str = "ar_aging", fault: Any = "half_size") -> Any:
    desk.control.fault(fault, report=report)
    cell = desk.cells(desk.work(report, force=True))[report]
    desk.control.clear_faults()
    assert cell["state"] == "held"
    return get_package(desk.office.database, desk.office.actor, cell["package"])


def _select(page: AppTest, key: str, **selection: Any) -> AppTest:
    page.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": []} | selection}
    return page.run()


def _settings(page: AppTest, report: str) -> AppTest:
    page.session_state["part"] = "Settings"
    page.run()
    next(box for box in page.selectbox if box.label == "Change the settings of").select(report)
    return page.run()


def _button(page: AppTest, label: str) -> Any:
    return next(button for button in page.button if button.label.startswith(label))


def _publishing(page: AppTest) -> str:
    return _button(page, "Publish ").label


def _field(page: AppTest, label: str) -> Any:
    return next(field for field in page.text_input if field.label == label)
