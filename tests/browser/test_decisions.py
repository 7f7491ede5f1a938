"""A write that may or may not have happened, and that only a person can tell, decided in a real browser."""

from __future__ import annotations

import re

from tests.browser.conftest import CLIENT, Sheets
from tests.browser.visit import Visit
from tests.browser.workbench import Workbench


def test_undecided_payments_are_decided_on_the_page_and_the_run_goes_on(
    visit: Visit, workbench: Workbench, sheets: Sheets
) -> None:
    path, drawn = sheets.draw(
        "cash.xlsx", rows=2, seed=104, payment_share=1.0, fewest_lines=2, most_lines=2, equal_cash=2
    )
    assert len(drawn.payments) == 2
    before = len(workbench.tebra.journal())
    visit.open("/charges")
    visit.choose_client(CLIENT)
    visit.upload(path)
    visit.await_text("Is it one payment, or one a line?")
    visit.page.get_by_text("One payment a line").click()
    visit.press("Answer and check again")
    visit.await_text("Your answers")
    visit.settle()

    # One of two equal cash payments is written, and neither call is answered: no list can tell whose it is.
    workbench.tebra.fault("drop_after", "CreatePayment", times=1)
    workbench.tebra.fault("drop_before", "CreatePayment", times=1)
    visit.press(re.compile("Post 2 payments"))
    visit.await_text("2 writes to Tebra may or may not have happened")
    run = visit.run_id()
    payments = [entry for entry in workbench.tebra.journal(after=before) if entry.kind == "payment"]
    assert len(payments) == 1
    visit.keep_screenshot("charges_undecided_1280_light")

    visit.page.get_by_text("Decide on the Runs page").click()
    visit.await_text("2 writes to decide")
    visit.settle()
    visit.keep_screenshot("runs_undecided_1280_light")
    visit.field("Its payment ID in Tebra").fill(payments[0].id)
    visit.press("It is in Tebra")
    visit.await_text("1 write to decide")
    visit.settle()
    visit.field("How you know").fill("looked at the batch in Tebra")
    visit.press("It is not in Tebra")
    visit.await_text("goes on now and sends it again, once")

    visit.open(f"/runs?run={run}")
    visit.await_figure("Rows done", "2 of 2")
    written = [entry for entry in workbench.tebra.journal(after=before) if entry.kind == "payment"]
    assert len(written) == 2
