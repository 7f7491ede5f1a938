"""What the pages say of runs that have ended, or have nothing to send."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.office import Office
from lib.core import intents
from lib.core.clients import Client
from lib.core.runs import RunState
from sandbox.running import TebraControl
from tests.pages.biller import Biller, draw, press, said
from tests.pages.conftest import Open


@pytest.fixture
def biller(office: Office, client: Client, tmp_path: Path) -> Biller:
    return Biller(office=office, client=client, folder=tmp_path)


def test_an_unknown_write_of_a_run_that_failed_can_be_decided_and_nothing_else_is_sent(
    open_address: Open, biller: Biller, control: TebraControl
) -> None:
    control.fault("drop_after", "CreatePayment", times=1)
    control.fault("drop_before", "GetPayments")
    run = biller.post(biller.upload(draw(2, seed=3, fewest_lines=2, payment_share=1.0)))
    (unknown,) = intents.unknown(biller.office.database, biller.office.actor)
    assert run.state is RunState.FAILED and not unknown.undecidable

    assert "1 write to Tebra may or may not have happened." in said(open_address(client=biller.client.id))
    page = open_address("pages/runs.py")
    assert "1 write to decide" in said(page) and "Resume looks for it first" in said(page)
    next(f for f in page.text_input if f.label.startswith("Its payment ID")).input(control.payments()[0].id)
    press(page, "It is in Tebra")
    assert f"Run {run.id} stays failed; when you resume it, it completes its result." in said(page)
    assert not intents.unknown(biller.office.database, biller.office.actor)
    assert biller.run(run.id).state is RunState.FAILED


def test_an_unknown_write_of_a_run_at_work_is_left_to_the_run(
    open_address: Open, biller: Biller, control: TebraControl
) -> None:
    control.fault("drop_after", "CreatePayment", times=1)
    control.fault("drop_before", "GetPayments")
    run = biller.post(biller.upload(draw(2, seed=3, fewest_lines=2, payment_share=1.0)))
    page = open_address("pages/runs.py", run=run.id)
    press(page, "Go on with this run")
    assert biller.run(run.id).state is RunState.QUEUED
    assert "to decide" not in said(open_address("pages/runs.py"))


def test_a_sheet_that_only_verifies_is_told_so_and_not_to_correct_rows(open_address: Open, biller: Biller) -> None:
    run = biller.check(biller.upload(draw(2, seed=3), filled=("Patient ID", "Practice", "DOS")))
    assert run.result is not None and run.result["rows"] == {"verified": 2}
    shown = said(open_address(run=run.id))
    assert "This sheet asks for verification only" in shown and "correct the rows" not in shown


def test_a_sheet_that_was_posted_before_is_told_so(open_address: Open, biller: Biller) -> None:
    drawn = draw(2, seed=3, payment_share=1.0)
    assert biller.post(biller.upload(drawn)).state is RunState.FINISHED
    again = biller.check(biller.upload(drawn))
    assert "an earlier run has posted it" in said(open_address(run=again.id))


def test_the_failed_rows_button_states_the_rows_of_the_file(open_address: Open, biller: Biller) -> None:
    run = biller.check(biller.upload(draw(20, seed=5, mistakes=3)))
    assert run.result is not None
    page = open_address(run=run.id)
    labels = [button.proto.label for button in page.get("download_button")]
    assert f"Failed rows · {run.result['failed_rows_in_file']} rows" in labels
