"""A sheet, posted: what arrives at the vendor, what it costs in calls, what the result says."""

from __future__ import annotations

from decimal import Decimal

from openpyxl import load_workbook

from lib.core.intents import IntentState
from lib.core.runs import RunState
from sandbox.sheets import find_differences
from tests.integration.charges.desk import WORLD, Desk, draw, only


def test_what_is_posted_is_what_the_sheet_asks_for_and_the_totals_are_the_vendors(desk: Desk) -> None:
    drawn = draw(60, scattered=True, payment_share=0.7)
    run = desk.post(drawn)
    assert run.state is RunState.FINISHED and run.error is None
    assert find_differences(drawn, desk.control.journal()) == []
    assert run.result is not None
    paid = sum((p.amount for p in desk.control.payments()), Decimal(0))
    charged = sum((e.charge for e in desk.control.encounters()), Decimal(0))
    assert run.result["payments"] == {"posted": {"count": len(drawn.payments), "total": str(paid)}}
    assert run.result["encounters"]["posted"]["count"] == len(drawn.encounters)
    assert run.result["encounters"]["posted"]["total"] == str(charged)
    assert run.result["control"]["charges_read_back"] == str(charged)
    rows = desk.result(run.id)
    ids = {(p.patient_id, p.amount, p.reference): p.id for p in desk.control.payments()}
    assert {p.row: rows[p.row]["Payment ID"] for p in drawn.payments} == {
        p.row: ids[p.patient_id, p.amount, p.reference] for p in drawn.payments
    }
    assert sum(Decimal(row["Charge Amount"] or 0) for row in rows.values()) == charged
    assert {row["Encounter ID"] for row in rows.values()} == {e.id for e in desk.control.encounters()}
    assert not any(row["Error"] for row in rows.values())


def test_a_clean_run_makes_the_fewest_calls_there_can_be(desk: Desk) -> None:
    drawn = draw(50)
    desk.post(drawn)
    calls = {operation: count.received for operation, count in desk.control.calls().items()}
    practices = {encounter.practice_id for encounter in drawn.encounters}
    assert calls == {
        "GetCustomerIdFromKey": 1,
        "GetThrottles": 1,
        "GetPractices": 1,
        "GetProviders": len(practices),
        "GetServiceLocations": len(practices),
        "GetPatient": len({row.patient_id for row in drawn.rows}),
        "CreatePayment": len(drawn.payments),
        "CreateEncounter": len(drawn.encounters),
        "GetCharges": len({(encounter.practice_id, encounter.dos) for encounter in drawn.encounters}),
    }


def test_a_check_sends_no_write_and_tells_the_price(desk: Desk) -> None:
    drawn = draw(40)
    run = desk.check(drawn)
    assert run.state is RunState.CHECKED
    assert desk.control.journal() == [] and desk.intents(run.id) == []
    assert run.result is not None
    assert run.result["price"]["calls"] == {
        "CreatePayment": len(drawn.payments),
        "CreateEncounter": len(drawn.encounters),
        "GetCharges": len({(encounter.practice_id, encounter.dos) for encounter in drawn.encounters}),
    }
    assert run.result["rows"] == {"ready": 40}


def test_every_mistake_is_found_and_nothing_of_its_visit_is_sent(desk: Desk) -> None:
    drawn = draw(60, mistakes=12, most_lines=3)
    run = desk.post(drawn)
    assert find_differences(drawn, desk.control.journal()) == []
    rows = desk.result(run.id)
    assert {mistake.row for mistake in drawn.mistakes if not rows[mistake.row]["Error"]} == set()
    assert {mistake.column for mistake in drawn.mistakes if mistake.column not in rows[mistake.row]["Error"]} == set()


def test_one_wrong_row_holds_back_payment_and_encounter_of_its_whole_visit(desk: Desk) -> None:
    drawn = draw(3, fewest_lines=3, payment_share=1.0)
    drawn.rows[2].units = Decimal(0)
    run = desk.post(drawn)
    assert desk.control.journal() == []
    rows = desk.result(run.id)
    assert "Units" in rows[4]["Error"]
    assert all("row 4 of the same visit" in rows[number]["Error"] for number in (2, 3))


def test_a_patient_of_another_practice_is_blocked(desk: Desk) -> None:
    drawn = only(draw(1, most_lines=1, payment_share=1.0), 1)
    elsewhere = next(p for p in WORLD.customers[0].practices if p.name != drawn.rows[0].practice)
    drawn.rows[0].practice = elsewhere.name
    run = desk.post(drawn)
    assert desk.control.journal() == []
    assert "belongs to another practice" in desk.result(run.id)[2]["Error"]


def test_a_refused_encounter_names_row_column_value_and_the_vendors_words(desk: Desk) -> None:
    drawn = draw(8, refused_codes=1, fewest_lines=2, most_lines=2, payment_share=1.0)
    run = desk.post(drawn)
    assert find_differences(drawn, desk.control.journal()) == []
    rows = desk.result(run.id)
    wrong, other = drawn.refused
    error = rows[wrong]["Error"]
    assert "Procedure" in error and "99998" in error and "Tebra refused" in error and "<" not in error
    assert f"because of row {wrong}" in rows[other]["Error"]
    assert rows[wrong]["Payment ID"] and rows[wrong]["Payment Status"] == "Posted"
    assert rows[wrong]["Encounter ID"] == "" and rows[wrong]["Charge Status"] == "Refused"
    assert run.result is not None and run.result["rows"] == {"posted": 6, "refused": 2}


def test_charges_of_an_encounter_that_was_sent_again_are_read_back_though_tebra_shows_them_late(desk: Desk) -> None:
    desk.control.configure(visibility_seconds=0.25)
    desk.control.fault("drop_before", "CreateEncounter", times=1)
    drawn = draw(6, most_lines=2)
    run = desk.post(drawn)
    assert find_differences(drawn, desk.control.journal()) == []
    amounts = [Decimal(row["Charge Amount"] or 0) for row in desk.result(run.id).values()]
    assert sum(amounts) == sum(encounter.charge for encounter in desk.control.encounters())


def test_every_post_is_in_the_audit_with_its_vendor_id(desk: Desk) -> None:
    run = desk.post(draw(10, payment_share=1.0))
    audited = desk.texts("SELECT detail->>'vendor_id' FROM ops.audit_events WHERE action LIKE 'tebra:%:post:done'")
    assert sorted(row[0] for row in audited) == sorted(
        entry.id for entry in desk.control.journal() if entry.kind != "status"
    )
    assert {intent.state for intent in desk.intents(run.id)} == {IntentState.POSTED}


def test_a_row_with_patient_practice_and_day_only_is_verified_and_nothing_more(desk: Desk) -> None:
    path = desk.write(draw(2, most_lines=1, payment_share=0))
    workbook = load_workbook(path)
    sheet = workbook["Charges"]
    for column in range(4, sheet.max_column + 1):
        sheet.cell(row=2, column=column).value = None
    workbook.save(path)
    run = desk.post_file(path)
    assert run.result is not None and run.result["rows"] == {"verified": 1, "posted": 1}
    assert len(desk.control.encounters()) == 1
    row = desk.result(run.id)[2]
    assert row["Patient Name"] and row["Insurance Status"] and not row["Encounter ID"] and not row["Error"]
