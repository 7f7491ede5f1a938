"""The biller's road in a real browser: upload, mapping, check, confirm, run, result."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook, load_workbook
from playwright.sync_api import expect

from tests.browser.conftest import CLIENT, Sheets
from tests.browser.visit import Visit
from tests.browser.workbench import Workbench


def test_totals_on_the_page_are_those_of_the_vendors_journal(
    visit: Visit, workbench: Workbench, sheets: Sheets, tmp_path: Path
) -> None:
    path, drawn = sheets.draw("day one.xlsx", rows=40, seed=101, mistakes=3)
    _rename_header(path, "Patient Payment", "Pt Paymnt")
    expected = sum((payment.amount for payment in drawn.payments), Decimal("0.00"))
    before = len(workbench.tebra.journal())

    visit.open("/charges")
    visit.choose_client(CLIENT)
    visit.upload(path)
    visit.await_text("What are these columns?")
    expect(visit.page.get_by_text("Not found in the sheet: Patient Payment")).to_be_visible()
    visit.press("Accept these columns and check")
    visit.await_text("Rows held back")
    visit.settle()
    assert len(workbench.tebra.journal()) == before, "a check sends no write"

    size = f"{len(drawn.payments):,} payments, ${expected:,.2f}, and create {len(drawn.encounters):,} encounters"
    workbench.tebra.configure(latency_ms=150)
    visit.press(f"Post {size}")
    visit.await_text("Post payments")
    visit.page.reload()
    visit.await_text("Create encounters")
    visit.await_text("Rows done")
    visit.settle()

    written = workbench.tebra.journal(after=before)
    payments = [entry for entry in written if entry.kind == "payment"]
    encounters = [entry for entry in written if entry.kind == "encounter"]
    assert len(payments) == len(drawn.payments) and len(encounters) == len(drawn.encounters)
    assert visit.dollars("Payments (") == sum((payment.amount for payment in payments), Decimal("0.00"))
    charged = sum((line.charge for encounter in encounters for line in encounter.lines), Decimal("0.00"))
    assert visit.dollars("Charges (") == charged

    result = load_workbook(visit.download("Result", tmp_path)).worksheets[0]
    titles = [cell.value for cell in result[1]]
    ids = {str(row[titles.index("Payment ID")].value) for row in result.iter_rows(min_row=2)} - {"None"}
    assert ids == {payment.id for payment in payments}


def test_a_wrong_control_total_keeps_the_button_shut(visit: Visit, sheets: Sheets) -> None:
    path, drawn = sheets.draw("control.xlsx", rows=12, seed=102, payment_share=1.0)
    right = sum((payment.amount for payment in drawn.payments), Decimal("0.00"))

    visit.open("/charges")
    visit.choose_client(CLIENT)
    visit.upload(path, control_payments=f"{right + 1:,.2f}")
    visit.await_text("Your control total of payments is")
    visit.settle()
    expect(visit.button(re.compile("Post [0-9]"))).to_be_disabled()

    visit.press("Control totals")
    visit.field("Control total of payments").fill(f"${right:,.2f}")
    visit.press("Check again with these")
    visit.await_text("agrees with your control total")
    visit.settle()
    expect(visit.button(re.compile("Post [0-9]"))).to_be_enabled()


def test_a_cancelled_run_goes_on_where_it_stopped(visit: Visit, workbench: Workbench, sheets: Sheets) -> None:
    path, drawn = sheets.draw("stopped.xlsx", rows=60, seed=103, payment_share=1.0)
    before = len(workbench.tebra.journal())
    visit.open("/charges")
    visit.choose_client(CLIENT)
    visit.upload(path)
    visit.await_text("Rows ready")
    visit.settle()

    workbench.tebra.configure(throttle_scale=1.0)
    visit.press(re.compile("Post [0-9]"))
    visit.await_text("Post payments")
    visit.press("Cancel this run")
    visit.await_text("This run was cancelled.")
    visit.settle()
    workbench.calm()
    assert len(workbench.tebra.journal()) - before < len(drawn.payments) + len(drawn.encounters)

    visit.press("Go on with this run")
    visit.await_figure("Rows done", f"{len(drawn.rows)} of {len(drawn.rows)}")
    written = workbench.tebra.journal(after=before)
    assert sum(entry.kind == "payment" for entry in written) == len(drawn.payments)
    assert sum(entry.kind == "encounter" for entry in written) == len(drawn.encounters)


def test_a_workbook_that_cannot_be_used_says_why_and_sends_nothing(
    visit: Visit, workbench: Workbench, tmp_path: Path
) -> None:
    workbook = Workbook()
    workbook.active.title = "November"
    workbook.save(tmp_path / "wrong sheet.xlsx")
    calls = workbench.tebra.calls()

    visit.open("/charges")
    visit.choose_client(CLIENT)
    visit.upload(tmp_path / "wrong sheet.xlsx")
    visit.await_text('The workbook has no sheet "Charges"')
    visit.settle()
    assert "run=" not in visit.page.url
    assert workbench.tebra.calls() == calls


def _rename_header(path: Path, title: str, by: str) -> None:
    workbook = load_workbook(path)
    cell = next(cell for cell in workbook.worksheets[0][1] if cell.value == title)
    cell.value = by
    workbook.save(path)
