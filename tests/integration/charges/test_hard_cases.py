"""What a bad day does to a run: the result stays true, and nothing that is not concerned is held back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from jobs.clean_up import clean_up_expired_uploads
from lib.charges import service
from lib.charges.model import Outcome
from lib.charges.params import VENDOR
from lib.core import connections, runs
from lib.core.errors import Conflict
from lib.core.runs import RunState
from lib.vendors.tebra.connection import TebraConnection
from sandbox.sheets import find_differences
from tests.integration.charges.desk import Desk, draw, read_result


def _reconnect(desk: Desk, **options: str) -> None:
    stored = connections.connection_of(desk.office.database, desk.office.actor, desk.client.id, VENDOR)
    values = stored.settings | options
    connection = TebraConnection.from_settings(
        values | {"customer_key": stored.secrets["customer_key"], "practice": True}, password=stored.secrets["password"]
    )
    connections.save_connection(
        desk.office.database,
        desk.office.actor,
        client_id=desk.client.id,
        vendor=VENDOR,
        account=connection.account,
        values=values,
        secrets=stored.secrets,
        practice=True,
    )


def test_a_resume_that_cannot_reach_tebra_leaves_the_result_as_it_was(desk: Desk) -> None:
    drawn = draw(10, payment_share=1.0)
    run = desk.post(drawn)
    before = read_result(desk.file(run.id, "result"))
    _reconnect(desk, url="http://127.0.0.1:9/nobody?wsdl")
    again = desk.resume(run.id)
    assert again.state is RunState.FAILED and again.error
    assert again.result == run.result
    assert read_result(desk.file(run.id, "result")) == before


def test_a_patient_whom_tebra_cannot_show_holds_back_only_their_own_rows(desk: Desk) -> None:
    drawn = draw(12, payment_share=1.0)
    desk.control.fault("null_reference_reply", "GetPatient", times=1)
    run = desk.post(drawn)
    assert run.state is RunState.FINISHED and run.result is not None
    outcomes = run.result["rows"]
    assert set(outcomes) == {Outcome.BLOCKED, Outcome.POSTED}
    held = {number: row for number, row in read_result(desk.file(run.id, "result")).items() if not row["Charge Status"]}
    assert len(held) == outcomes[Outcome.BLOCKED]
    assert all("could not show this patient" in row["Error"] for row in held.values())


def test_charges_that_cannot_be_read_back_do_not_stop_what_is_posted(desk: Desk) -> None:
    drawn = draw(8, payment_share=1.0, days=2)
    desk.control.fault("garbage", "GetCharges")
    run = desk.post(drawn)
    assert run.state is RunState.FINISHED and run.result is not None
    assert find_differences(drawn, desk.control.journal()) == []
    assert any("could not be read back" in warning for warning in run.result["warnings"])


def test_a_paid_row_that_was_changed_is_asked_about_and_not_paid_again(desk: Desk) -> None:
    drawn = draw(1, payment_share=1.0, most_lines=1)
    first = desk.post(drawn)
    workbook = load_workbook(desk.file(first.id, "result"))
    sheet = workbook["Charges"]
    titles = [str(cell.value).rstrip("*") for cell in sheet[1]]
    changed = sheet.cell(row=2, column=titles.index("PP Batch #") + 1)
    changed.value = f"{changed.value}-B"
    path = desk.folder / "changed.xlsx"
    workbook.save(path)
    payments = len(desk.control.payments())
    second = desk.post_file(path)
    assert len(desk.control.payments()) == payments
    assert second.result is not None and second.result["rows"] == {Outcome.BLOCKED: 1}
    assert "posted payment" in read_result(desk.file(second.id, "result"))[2]["Error"]


def test_a_visit_whose_encounter_waits_for_a_person_is_not_paid_either(desk: Desk) -> None:
    first = draw(1, payment_share=0.0, most_lines=1)
    desk.post(first)
    paying = draw(1, seed=3, payment_share=1.0, most_lines=1).rows[0]
    row = replace(
        first.rows[0],
        procedure="99215",
        payment=paying.payment,
        payment_batch=paying.payment_batch,
        source=paying.source,
        reference=paying.reference,
    )
    run = desk.post(replace(first, rows=(row,), payments=(), encounters=()))
    assert desk.control.payments() == []
    assert run.result is not None and run.result["rows"] == {Outcome.NEEDS_PERSON: 1}


def test_already_posted_encounters_name_the_run_that_posted_them(desk: Desk) -> None:
    drawn = draw(4, payment_share=0.0)
    first = desk.post(drawn)
    second = desk.post(drawn)
    statuses = {row["Charge Status"] for row in read_result(desk.file(second.id, "result")).values()}
    assert statuses == {f"Draft (already posted by run {first.id})"}


def test_a_checked_sheet_that_was_never_posted_expires_with_its_files(desk: Desk) -> None:
    run = desk.check(draw(3))
    with desk.office.database.session(desk.office.actor) as session, session.raw.cursor() as cursor:
        cursor.execute("UPDATE ops.runs SET created_at = created_at - %s", (timedelta(days=8),))
    folder = desk.file(run.id, "upload").parent
    assert clean_up_expired_uploads(desk.office) == [run.id]
    assert runs.get(desk.office.database, desk.office.actor, run.id).state is RunState.EXPIRED
    assert not folder.exists()


def test_a_run_is_not_resumed_under_somebody_elses_hands(desk: Desk) -> None:
    run_id = desk.queue(draw(2))
    with pytest.raises(Conflict, match="cannot resume"):
        service.resume(desk.office.database, desk.office.actor, run_id)
