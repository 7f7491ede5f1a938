"""The same sheet twice, corrected, by two people, in two processes: nothing is posted twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from lib.core.runs import RunState
from sandbox.sheets import find_differences
from tests.integration.charges.desk import Desk, draw, ended


def test_the_same_sheet_again_posts_nothing_and_shows_the_earlier_ids_and_run(desk: Desk) -> None:
    drawn = draw(20, payment_share=0.6)
    first = desk.post(drawn)
    second = desk.post(drawn)
    assert find_differences(drawn, desk.control.journal()) == []
    assert second.result is not None and second.result["rows"] == {"already posted": 20}
    one, two = desk.result(first.id), desk.result(second.id)
    for title in ("Payment ID", "Encounter ID", "Charge Amount", "Patient Name"):
        assert {n: row[title] for n, row in one.items()} == {n: row[title] for n, row in two.items()}
    assert {two[p.row]["Payment Status"] for p in drawn.payments} == {f"Already posted by run {first.id}"}


def test_a_corrected_sheet_posts_only_what_was_held_back(desk: Desk) -> None:
    right = draw(20, payment_share=0.6, fewest_lines=1)
    wrong = replace(right, rows=(*right.rows[:-1], replace(right.rows[-1], pos="88")))
    desk.post(wrong)
    before = desk.control.journal()
    assert len(before) < len(right.payments) + len(right.encounters)
    run = desk.post(right)
    assert find_differences(right, desk.control.journal()) == []
    assert run.result is not None and set(run.result["rows"]) == {"posted", "already posted"}


def test_a_refused_encounter_goes_with_the_corrected_sheet_and_its_payment_does_not_go_twice(desk: Desk) -> None:
    drawn = draw(4, most_lines=1, payment_share=1.0, refused_codes=1)
    desk.post(drawn)
    corrected = tuple(replace(row, procedure="99213") if row.procedure == "99998" else row for row in drawn.rows)
    run = desk.post(replace(drawn, rows=corrected))
    assert len(desk.control.encounters()) == 4 and len(desk.control.payments()) == len(drawn.payments)
    assert run.result is not None and run.result["rows_done"] == 4


def test_the_failed_rows_of_a_run_that_stopped_midway_finish_the_sheet(desk: Desk) -> None:
    drawn = draw(2, fewest_lines=2, repeat_payments=True, payment_share=1.0)
    drawn.rows[0].payment, drawn.rows[1].payment = Decimal("10.00"), Decimal("20.00")
    desk.control.fault("bad_login", "CreatePayment", skip=1)
    first = desk.post(drawn)
    assert first.state is RunState.FAILED
    assert (len(desk.control.payments()), len(desk.control.encounters())) == (1, 1)
    desk.control.clear_faults()
    second = desk.post_file(desk.file(first.id, "failed_rows"))
    assert second.result is not None and second.result["rows_done"] == second.result["rows_total"] == 2
    assert sorted(payment.amount for payment in desk.control.payments()) == [Decimal("10.00"), Decimal("20.00")]
    assert len(desk.control.encounters()) == 1


def test_two_people_posting_the_same_sheet_at_once_post_it_once(desk: Desk) -> None:
    drawn = draw(40, payment_share=1.0)
    sheets = [str(desk.write(drawn, f"{who}.xlsx")) for who in ("one", "two")]
    desk.control.configure(latency_ms=20)
    at_work = [desk.start_command("charges", sheet, "--client", desk.client.name, "--json") for sheet in sheets]
    said = [ended(command) for command in at_work]
    assert [code for code, _ in said] == [0, 0]
    assert find_differences(drawn, desk.control.journal()) == []
    assert sorted(next(iter(run["rows"])) for _, run in said) == ["already posted", "posted"]


def test_two_workers_at_one_run_execute_it_once(desk: Desk) -> None:
    drawn = draw(40, payment_share=1.0)
    run_id = desk.queue(drawn)
    desk.control.configure(latency_ms=20)
    at_work = [desk.start_command("runs", "resume", run_id, "--json") for _ in range(2)]
    assert [ended(command)[0] for command in at_work] == [0, 0]
    assert find_differences(drawn, desk.control.journal()) == []
    assert desk.run(run_id).state is RunState.FINISHED and desk.run(run_id).attempts == 1
