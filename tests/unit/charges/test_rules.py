"""One row of the sheet: what is accepted, in which spelling, and what the biller is told otherwise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from lib.charges.model import CheckedRow, EncounterPart, PaymentPart, PaymentSource, Problem, Severity
from lib.charges.rules import check_row, check_rows
from lib.charges.sheet.workbook import Cell, SheetRow

TODAY = date(2026, 11, 20)
PATIENT = {"patient_id": "1001", "practice": "Practice Harbor", "dos": "11/3/2026"}
ENCOUNTER = {
    "rendering_provider": "TEST, Amber MD",
    "encounter_mode": "In Office",
    "pos": "11",
    "procedure": "99213",
    "units": "1",
    "diag_1": "E11.9",
}
PAYMENT = {"patient_payment": "25.00", "payment_source": "CHECK", "reference": "1234", "pp_batch": "PP-1"}


def check(*parts: dict[str, str], **changes: str | date) -> CheckedRow:
    cells = {key: Cell(text) for part in parts for key, text in part.items()}
    for key, value in changes.items():
        cells[key] = Cell(value.isoformat(), value) if isinstance(value, date) else Cell(value)
    kept = {key: cell for key, cell in cells.items() if cell.text}
    return check_row(SheetRow(number=7, cells=kept), today=TODAY)


def errors(checked: CheckedRow) -> list[Problem]:
    return [problem for problem in checked.problems if problem.severity is Severity.ERROR]


def warnings(checked: CheckedRow) -> list[Problem]:
    return [problem for problem in checked.problems if problem.severity is Severity.WARNING]


def wrong_columns(checked: CheckedRow) -> list[str]:
    return [problem.column for problem in errors(checked)]


def encounter_of(checked: CheckedRow) -> EncounterPart:
    assert not errors(checked), errors(checked)
    assert checked.row and checked.row.encounter and checked.row.line
    return checked.row.encounter


def payment_of(checked: CheckedRow) -> PaymentPart:
    assert not errors(checked), errors(checked)
    assert checked.row and checked.row.payment
    return checked.row.payment


def test_a_full_row_is_read_in_the_one_spelling_of_each_value():
    checked = check(
        PATIENT,
        ENCOUNTER,
        PAYMENT,
        patient_id="0001001",
        pos="2",
        encounter_mode="tele-medicine",
        procedure="j1100",
        units="1.50",
        diag_1="e119",
        diag_2="Z79.4",
        mod_1="gt",
        mod_2="25",
        patient_payment="$1,025.5",
        payment_source="visa",
        admit_date="2026-11-01",
        discharge_date=date(2026, 11, 5),
        ce_batch="CE 1",
        referring_provider="Dr. TEST Ruby",
    )
    encounter = encounter_of(checked)
    row = checked.row
    assert row and row.line
    assert (row.number, row.patient_id, row.dos) == (7, "1001", date(2026, 11, 3))
    assert (encounter.mode, encounter.pos) == ("Telehealth", "02")
    assert (encounter.admit_date, encounter.discharge_date) == (date(2026, 11, 1), date(2026, 11, 5))
    assert (encounter.batch, encounter.referring_provider) == ("CE 1", "Dr. TEST Ruby")
    assert (row.line.procedure, str(row.line.units)) == ("J1100", "1.5")
    assert row.line.diagnoses == ("E11.9", "Z79.4")
    assert row.line.modifiers == ("GT", "25")
    payment = payment_of(checked)
    assert (str(payment.amount), payment.source) == ("1025.50", PaymentSource.CREDIT_CARD)
    assert checked.problems == ()


def test_patient_practice_and_dos_alone_ask_for_verification_only():
    checked = check(PATIENT)
    assert checked.row and not checked.blocked
    assert checked.row.encounter is None and checked.row.line is None and checked.row.payment is None


def test_payment_columns_alone_are_a_payment_without_encounter():
    checked = check(PATIENT, PAYMENT)
    assert payment_of(checked).reference == "1234"
    assert checked.row and checked.row.encounter is None


@pytest.mark.parametrize("key", ["patient_id", "practice", "dos"])
def test_every_row_needs_patient_practice_and_dos(key: str):
    checked = check(PATIENT, ENCOUNTER, **{key: ""})
    assert checked.row is None and checked.blocked
    assert errors(checked)[0].what == "is missing."


def test_a_row_that_cannot_be_placed_still_tells_what_could_be_read():
    lost = check(PATIENT, ENCOUNTER, dos="soon")
    assert (lost.row, lost.patient_id, lost.practice, lost.dos) == (None, "1001", "Practice Harbor", None)
    assert check(PATIENT, ENCOUNTER, practice="#REF!").dos == date(2026, 11, 3)
    assert check(PATIENT, ENCOUNTER, patient_id="?").patient_id == ""


@pytest.mark.parametrize("key", [*ENCOUNTER, "diag_2", "mod_1", "scheduling_provider", "referring_provider"])
def test_one_filled_encounter_column_asks_for_all_that_an_encounter_needs(key: str):
    filled = {"diag_2": "I10", "mod_1": "25", **ENCOUNTER}.get(key, "TEST, Ruby")
    checked = check(PATIENT, **{key: filled})
    titles = ["Rendering Provider", "Encounter Mode", "POS", "Procedures", "Units", "Diag 1"]
    own = {"rendering_provider": 0, "encounter_mode": 1, "pos": 2, "procedure": 3, "units": 4, "diag_1": 5}.get(key)
    assert wrong_columns(checked) == [title for number, title in enumerate(titles) if number != own]
    assert checked.row and checked.row.encounter is None


@pytest.mark.parametrize("key", ["patient_payment", "payment_source", "pp_batch", "reference"])
def test_a_check_needs_every_payment_column(key: str):
    checked = check(PATIENT, PAYMENT, **{key: ""})
    assert len(errors(checked)) == 1 and errors(checked)[0].what
    assert checked.row and checked.row.payment is None


def test_cash_and_cards_need_no_reference_but_eft_does():
    assert payment_of(check(PATIENT, PAYMENT, payment_source="cash", reference="")).reference == ""
    assert payment_of(check(PATIENT, PAYMENT, payment_source="CC", reference="")).reference == ""
    assert wrong_columns(check(PATIENT, PAYMENT, payment_source="ACH", reference="")) == ["Reference Number"]


def test_a_batch_number_alone_is_ignored_with_a_warning():
    checked = check(PATIENT, ce_batch="CE-1", pp_batch="PP-1")
    assert not checked.blocked
    assert [problem.column for problem in warnings(checked)] == ["CE Batch #", "PP Batch #"]
    assert checked.row and checked.row.encounter is None and checked.row.payment is None


@pytest.mark.parametrize(
    ("text", "read"),
    [("CHK", "CHECK"), ("ck", "CHECK"), ("Credit card", "CREDIT CARD"), ("credit-card", "CREDIT CARD"),
     ("CARD", "CREDIT CARD"),
     ("Visa", "CREDIT CARD"), ("ach", "EFT"), ("E-CHECK", "EFT"), ("Cash", "CASH")],
)  # fmt: skip
def test_payment_sources_go_by_their_usual_words(text: str, read: str):
    assert payment_of(check(PATIENT, PAYMENT, payment_source=text)).source == read


@pytest.mark.parametrize(
    "text",
    ["0", "0.00", "-25", "(25.00)", "$-25", "25.00-", "25.001", "1,25", "25,00", "1.234,56", "abc", "25 USD", "1e3",
     "1000000", "٢٥", "=25", "#REF!", "--", "$"],
)  # fmt: skip
def test_an_amount_that_is_no_positive_sum_of_cents_is_refused(text: str):
    checked = check(PATIENT, PAYMENT, patient_payment=text)
    assert wrong_columns(checked) == ["Patient Payment"]
    assert errors(checked)[0].value == text


@pytest.mark.parametrize(
    ("text", "read"),
    [("25", "25.00"), (".5", "0.50"), ("$ 25.10", "25.10"), ("999,999.99", "999999.99"), ("007", "7.00")],
)
def test_amounts_are_read_as_dollars_and_cents(text: str, read: str):
    assert str(payment_of(check(PATIENT, PAYMENT, patient_payment=text)).amount) == read


@pytest.mark.parametrize("text", ["1.5", "-3", "0", "2147483648", "12a", "1,001", "1001 ", "²"])
def test_a_patient_id_is_a_positive_whole_number(text: str):
    checked = check(PATIENT, patient_id=text)
    assert wrong_columns(checked) == ([] if text == "1001 " else ["Patient ID"])


@pytest.mark.parametrize(
    ("key", "text"),
    [("procedure", text) for text in ("9921", "992133", "99213-25", "99213, 36415", "ABCDE", "9921X", "J11000")]
    + [("units", text) for text in ("0", "-1", "1.005", "10000", "one", "1e2", "1,000")]
    + [("diag_1", text) for text in ("250.00", "E11.", "E1", "119", "E11.91234", "E11.9, I10", "E11..9", ".E119")]
    + [("mod_1", text) for text in ("2", "255", "2-", "25 59", "é5")]
    + [("pos", text) for text in ("0", "29", "111", "1A", "30", "98", "office", "-11")]
    + [("encounter_mode", text) for text in ("Hospital", "?", "no")],
)
def test_a_code_of_another_form_is_refused_under_its_column(key: str, text: str):
    titles = {"procedure": "Procedures", "units": "Units", "diag_1": "Diag 1", "mod_1": "Mod 1", "pos": "POS"}
    checked = check(PATIENT, ENCOUNTER, **{key: text})
    assert wrong_columns(checked) == [titles.get(key, "Encounter Mode")]
    assert checked.row and checked.row.encounter is None and checked.row.line is None


@pytest.mark.parametrize("code", ["99213", "0001A", "0042T", "2022F", "0001U", "0001M", "J1100", "g0008"])
def test_cpt_and_hcpcs_codes_are_accepted(code: str):
    checked = check(PATIENT, ENCOUNTER, procedure=code)
    assert encounter_of(checked) and checked.row and checked.row.line
    assert checked.row.line.procedure == code.upper()


@pytest.mark.parametrize(
    ("text", "read"),
    [("I10", "I10"), ("s72.001a", "S72.001A"), ("T360X1A", "T36.0X1A"), ("C7A.00", "C7A.00"), ("M1A00X0", "M1A.00X0"),
     ("U071", "U07.1")],
)  # fmt: skip
def test_diagnoses_get_their_dot_and_upper_case(text: str, read: str):
    checked = check(PATIENT, ENCOUNTER, diag_1=text)
    assert encounter_of(checked) and checked.row and checked.row.line
    assert checked.row.line.diagnoses == (read,)


def test_units_keep_no_trailing_zeros_and_no_exponent():
    for text, read in (("10", "10"), ("100.00", "100"), ("0.50", "0.5"), (".25", "0.25")):
        row = check(PATIENT, ENCOUNTER, units=text).row
        assert row and row.line and str(row.line.units) == read
        assert row.line.units == Decimal(text)


@pytest.mark.parametrize(
    ("mode", "place", "agree"),
    [("Telehealth", "02", True), ("Video", "10", True), ("Office", "11", True), ("In-Office", "21", True),
     ("Telehealth", "11", False), ("In Office", "02", False), ("In Office", "10", False)],
)  # fmt: skip
def test_mode_is_checked_against_pos_and_never_changes_it(mode: str, place: str, agree: bool):
    checked = check(PATIENT, ENCOUNTER, encounter_mode=mode, pos=place, admit_date="11/1/2026")
    if agree:
        assert encounter_of(checked).pos == place
    else:
        assert wrong_columns(checked) == ["Encounter Mode"]
        assert place in errors(checked)[0].what


def test_the_same_diagnosis_or_modifier_twice_is_an_error_however_it_is_written():
    checked = check(PATIENT, ENCOUNTER, diag_2="e119", mod_1="gt", mod_2="59", mod_3="GT")
    assert [(problem.column, problem.what) for problem in errors(checked)] == [
        ("Diag 2", "repeats Diag 1."),
        ("Mod 3", "repeats Mod 1."),
    ]


def test_a_repeat_behind_a_faulty_code_names_the_right_column():
    checked = check(PATIENT, ENCOUNTER, mod_1="x", mod_2="59", mod_3="59")
    assert [(problem.column, problem.what) for problem in errors(checked)][1] == ("Mod 3", "repeats Mod 2.")


def test_a_gap_among_diagnoses_or_modifiers_is_closed_with_a_warning():
    checked = check(PATIENT, ENCOUNTER, diag_3="I10", mod_2="59", mod_4="GT")
    assert encounter_of(checked) and checked.row and checked.row.line
    assert checked.row.line.diagnoses == ("E11.9", "I10")
    assert checked.row.line.modifiers == ("59", "GT")
    assert [problem.column for problem in warnings(checked)] == ["Diag 3", "Mod 2", "Mod 4"]


def test_a_missing_first_diagnosis_is_told_once():
    checked = check(PATIENT, ENCOUNTER, diag_1="", diag_2="I10")
    assert [(problem.column, problem.what) for problem in checked.problems] == [("Diag 1", "is missing.")]


def test_hospital_dates_must_run_forward():
    assert wrong_columns(check(PATIENT, ENCOUNTER, admit_date="11/2/2026", discharge_date="11/1/2026")) == [
        "Discharge Date"
    ]
    assert wrong_columns(check(PATIENT, ENCOUNTER, admit_date="11/4/2026")) == ["Admit Date"]
    same_day = encounter_of(check(PATIENT, ENCOUNTER, admit_date="11/3/2026", discharge_date="11/3/2026"))
    assert same_day.admit_date == same_day.discharge_date


def test_an_inpatient_row_without_admission_is_warned_about_and_goes():
    checked = check(PATIENT, ENCOUNTER, pos="21")
    assert encounter_of(checked).pos == "21"
    assert [problem.column for problem in warnings(checked)] == ["Admit Date"]
    assert not warnings(check(PATIENT, ENCOUNTER, pos="21", admit_date="11/1/2026"))


def test_dos_may_be_today_but_not_tomorrow():
    assert not check(PATIENT, dos=TODAY).blocked
    checked = check(PATIENT, dos=date(2026, 11, 21))
    assert checked.blocked and "Nov 21, 2026" in errors(checked)[0].what


def test_dos_past_timely_filing_is_warned_about():
    assert not check(PATIENT, dos=date(2025, 11, 20)).problems
    checked = check(PATIENT, dos=date(2025, 11, 19))
    assert not checked.blocked and warnings(checked)[0].column == "DOS"
    row = SheetRow(number=2, cells={key: Cell(text) for key, text in PATIENT.items()} | {"dos": Cell("6/1/2026")})
    assert check_row(row, today=TODAY, timely_filing_months=3).problems
    assert not check_row(row, today=TODAY, timely_filing_months=6).problems


def test_dates_before_1990_are_a_slip():
    assert wrong_columns(check(PATIENT, dos=date(1926, 11, 3))) == ["DOS"]
    assert wrong_columns(check(PATIENT, ENCOUNTER, admit_date=date(1900, 1, 1))) == ["Admit Date"]


@pytest.mark.parametrize("key", [*PATIENT, *ENCOUNTER, *PAYMENT, "mod_1", "diag_2", "admit_date", "ce_batch"])
@pytest.mark.parametrize(
    "text", ["=HYPERLINK(A1)", "+SUM(1)", "@cmd", "-2+3", "#N/A", "#REF!", "a\x07b", "a\u200bb", "a\nb"]
)
def test_formulas_formula_errors_and_invisible_characters_are_refused_in_every_column(key: str, text: str):
    checked = check(PATIENT, ENCOUNTER, PAYMENT, **{key: text})
    assert len(errors(checked)) == 1
    assert errors(checked)[0].value.isprintable()


def test_spaces_of_the_web_are_plain_spaces():
    assert (
        encounter_of(check(PATIENT, ENCOUNTER, rendering_provider="\u00a0TEST,\u00a0Amber ")).rendering_provider
        == "TEST, Amber"
    )
    assert check(PATIENT, ENCOUNTER, mod_1="\u00a0").problems == ()


@pytest.mark.parametrize("key", ["ce_batch", "reference", "pp_batch"])
def test_batches_and_references_hold_fifty_characters(key: str):
    assert not check(PATIENT, ENCOUNTER, PAYMENT, **{key: "x" * 50}).blocked
    checked = check(PATIENT, ENCOUNTER, PAYMENT, **{key: "x" * 51})
    assert len(errors(checked)) == 1
    assert len(check(PATIENT, ENCOUNTER, PAYMENT, **{key: "x" * 5000}).problems[0].sentence) < 200


def test_a_code_that_excel_made_a_date_says_so():
    checked = check(PATIENT, ENCOUNTER, mod_1=date(2026, 1, 25))
    assert wrong_columns(checked) == ["Mod 1"] and "date" in errors(checked)[0].what


def test_non_ascii_names_are_kept():
    assert (
        encounter_of(check(PATIENT, ENCOUNTER, rendering_provider="TEST, Zoë Núñez")).rendering_provider
        == "TEST, Zoë Núñez"
    )


def test_every_problem_of_a_row_is_told_at_once_each_in_one_line():
    checked = check(PATIENT, ENCOUNTER, PAYMENT, pos="99999", units="none", diag_1="?", patient_payment="lots", dos="x")
    assert sorted(wrong_columns(checked)) == ["DOS", "Diag 1", "POS", "Patient Payment", "Units"]
    assert all("\n" not in problem.sentence and problem.fix for problem in checked.problems)
    assert errors(checked)[0].row == 7


def test_rows_are_checked_in_their_order():
    rows = [SheetRow(number=n, cells={key: Cell(text) for key, text in PATIENT.items()}) for n in (5, 2, 9)]
    assert [checked.number for checked in check_rows(rows, today=TODAY)] == [5, 2, 9]
