"""Checking one row of the Charges sheet: what its cells mean, what is missing, what does not go together.

The rules are those of the workbook's table. A row with patient, practice and DOS alone asks for verification. Any
column of the encounter filled asks for all that an encounter needs; likewise the payment. A batch number alone asks
for nothing: it is ignored with a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from lib.charges.model import (
    ChargeRow,
    CheckedRow,
    EncounterPart,
    PaymentPart,
    PaymentSource,
    Problem,
    ServiceLine,
    Severity,
)
from lib.charges.sheet import cells, pos
from lib.charges.sheet.columns import title_of
from lib.charges.sheet.dates import months_before, read_typed_date, show
from lib.charges.sheet.fault import Fault

if TYPE_CHECKING:
    from lib.charges.sheet.workbook import SheetRow

T = TypeVar("T")

ENCOUNTER_NEEDS = ("rendering_provider", "encounter_mode", "pos", "procedure", "units", "diag_1")
DIAGNOSES = ("diag_1", "diag_2", "diag_3", "diag_4")
MODIFIERS = ("mod_1", "mod_2", "mod_3", "mod_4")
ENCOUNTER_COLUMNS = frozenset(
    {*ENCOUNTER_NEEDS, *DIAGNOSES, *MODIFIERS}
    | {"scheduling_provider", "referring_provider", "admit_date", "discharge_date"}
)
PAYMENT_COLUMNS = frozenset({"patient_payment", "payment_source", "reference"})

#: Nobody bills for a day before this one; it is a slip of the keyboard or a cell that is no date.
EARLIEST_DATE = date(1990, 1, 1)
_LONGEST_VALUE_SHOWN = 60


def check_rows(rows: Iterable[SheetRow], *, today: date, timely_filing_months: int = 12) -> list[CheckedRow]:
    """Every row of the sheet checked by itself, in the same order; see `check_row`."""
    return [check_row(row, today=today, timely_filing_months=timely_filing_months) for row in rows]


def check_row(row: SheetRow, *, today: date, timely_filing_months: int = 12) -> CheckedRow:
    """What this row asks for, and everything that is wrong with it.

    `today` is the billing office's day. The row is None when patient, practice or DOS cannot be read, and the
    encounter or payment is None when it is not asked for or has an error: look at `blocked` before using them.
    """
    reader = _RowReader(row, today)
    patient_id = reader.need("patient_id", cells.read_patient_id, "Write the patient's ID as in Tebra.")
    practice = reader.need("practice", cells.read_name, "Write the practice's name as in Tebra.")
    dos = _read_dos(reader, today, timely_filing_months)
    encounter, line = _read_encounter(reader, dos)
    payment = _read_payment(reader)
    charge_row = None
    if patient_id and practice and dos:
        charge_row = ChargeRow(
            number=row.number,
            patient_id=patient_id,
            practice=practice,
            dos=dos,
            encounter=encounter,
            line=line,
            payment=payment,
        )
    return CheckedRow(
        number=row.number,
        row=charge_row,
        problems=tuple(reader.problems),
        patient_id=patient_id or "",
        practice=practice or "",
        dos=dos,
    )


class _RowReader:
    """Reads the cells of one row and keeps what is wrong with them."""

    __slots__ = ("_row", "_today", "filled", "number", "problems")

    def __init__(self, row: SheetRow, today: date) -> None:
        self._row = row
        self.number = row.number
        self._today = today
        self.filled = {key for key, cell in row.cells.items() if cell.date is not None or cell.text.strip()}
        self.problems: list[Problem] = []

    def read(self, key: str, meaning: Callable[[str], T | Fault]) -> T | None:
        """The value of a cell, or None when it is empty or faulty."""
        if key not in self.filled:
            return None
        cell = self._row.cells[key]
        if cell.date is not None:
            self.error(key, "was made a date by Excel.", "Format the column as text and type the value again.")
            return None
        text = cells.clean(cell.text)
        value = text if isinstance(text, Fault) else meaning(text)
        if isinstance(value, Fault):
            self.error(key, value.what, value.fix)
            return None
        return value

    def read_date(self, key: str) -> date | None:
        """The date of a cell, true or typed, or None when it is empty or faulty."""
        if key not in self.filled:
            return None
        day = self._row.cells[key].date
        if day is None:
            day = self.read(key, lambda text: read_typed_date(text, self._today))
        if day is not None and day < EARLIEST_DATE:
            self.error(key, f"was read as {show(day)}, which is too long ago.", "Check the year.")
            return None
        return day

    def need(self, key: str, meaning: Callable[[str], T | Fault], fix: str) -> T | None:
        """The value of a cell that must be filled."""
        if self.missing(key, fix):
            return None
        return self.read(key, meaning)

    def missing(self, key: str, fix: str) -> bool:
        """Whether a cell that must be filled is empty; that is an error of the row."""
        if key in self.filled:
            return False
        self.error(key, "is missing.", fix)
        return True

    def error(self, key: str, what: str, fix: str) -> None:
        self._tell(key, what, fix, Severity.ERROR)

    def warn(self, key: str, what: str, fix: str) -> None:
        self._tell(key, what, fix, Severity.WARNING)

    def _tell(self, key: str, what: str, fix: str, severity: Severity) -> None:
        value = self._row.cells[key].text if key in self.filled else ""
        if len(value) > _LONGEST_VALUE_SHOWN:
            value = value[: _LONGEST_VALUE_SHOWN - 1] + "…"
        self.problems.append(
            Problem(
                row=self.number,
                column=title_of(key),
                value="".join(sign if sign.isprintable() else "�" for sign in value),
                what=what,
                fix=fix,
                severity=severity,
            )
        )

    def errors_since(self, count: int) -> bool:
        """Whether an error was found after the first `count` problems."""
        return any(problem.severity is Severity.ERROR for problem in self.problems[count:])


def _read_dos(reader: _RowReader, today: date, timely_filing_months: int) -> date | None:
    if reader.missing("dos", "Write the date of service, e.g. 11/3/2026."):
        return None
    dos = reader.read_date("dos")
    if dos is None:
        return None
    if dos > today:
        reader.error("dos", f"was read as {show(dos)}, which is in the future.", "Check the month and the year.")
    elif dos < months_before(today, timely_filing_months):
        reader.warn(
            "dos",
            f"was read as {show(dos)}, more than {timely_filing_months} months ago.",
            "The payer's timely-filing limit may have passed.",
        )
    return dos


def _read_encounter(reader: _RowReader, dos: date | None) -> tuple[EncounterPart | None, ServiceLine | None]:
    if not reader.filled & ENCOUNTER_COLUMNS:
        if "ce_batch" in reader.filled:
            reader.warn(
                "ce_batch", "is ignored: the row has no encounter.", "Fill the encounter's columns, or clear it."
            )
        return None, None
    before = len(reader.problems)
    fix = "Fill it, or clear every encounter column of this row."
    rendering = reader.need("rendering_provider", cells.read_name, fix)
    mode = reader.need("encounter_mode", cells.read_mode, fix)
    place = reader.need("pos", cells.read_place, fix)
    procedure = reader.need("procedure", cells.read_procedure, fix)
    units = reader.need("units", cells.read_units, fix)
    reader.missing("diag_1", fix)
    diagnoses = _read_codes(reader, DIAGNOSES, cells.read_diagnosis)
    modifiers = _read_codes(reader, MODIFIERS, cells.read_modifier)
    scheduling = reader.read("scheduling_provider", cells.read_name)
    referring = reader.read("referring_provider", cells.read_name)
    batch = reader.read("ce_batch", cells.read_label)
    admit, discharge = _read_stay(reader, dos)
    if mode and place:
        _check_mode(reader, mode, place)
    if place == pos.INPATIENT_HOSPITAL and "admit_date" not in reader.filled:
        reader.warn("admit_date", "is missing for POS 21.", "Payers ask for the admission of an inpatient stay.")
    if not (rendering and mode and place and procedure and units) or reader.errors_since(before):
        return None, None
    part = EncounterPart(
        rendering_provider=rendering,
        scheduling_provider=scheduling or "",
        referring_provider=referring or "",
        mode=mode.value,
        pos=place,
        admit_date=admit,
        discharge_date=discharge,
        batch=batch or "",
    )
    line = ServiceLine(row=reader.number, procedure=procedure, units=units, modifiers=modifiers, diagnoses=diagnoses)
    return part, line


def _read_codes(reader: _RowReader, keys: tuple[str, ...], meaning: Callable[[str], str | Fault]) -> tuple[str, ...]:
    """The codes of Diag 1-4 or Mod 1-4 in order, closed up where a column between them is empty."""
    if not any(key in reader.filled for key in keys):
        return ()
    column_of: dict[str, str] = {}
    empty_before = ""
    for key in keys:
        if key not in reader.filled:
            empty_before = empty_before or key
            continue
        if empty_before and empty_before != "diag_1":
            reader.warn(key, f"stands after an empty {title_of(empty_before)}.", "It is sent in the next free place.")
            empty_before = ""
        code = reader.read(key, meaning)
        if code is None:
            continue
        if code in column_of:
            reader.error(key, f"repeats {title_of(column_of[code])}.", "Clear one of the two.")
        column_of.setdefault(code, key)
    return tuple(column_of)


def _read_stay(reader: _RowReader, dos: date | None) -> tuple[date | None, date | None]:
    admit = reader.read_date("admit_date")
    discharge = reader.read_date("discharge_date")
    if admit and dos and admit > dos:
        reader.error("admit_date", f"was read as {show(admit)}, after the DOS {show(dos)}.", "Check both dates.")
    if admit and discharge and discharge < admit:
        reader.error(
            "discharge_date",
            f"was read as {show(discharge)}, before the admission on {show(admit)}.",
            "Check both dates.",
        )
    return admit, discharge


def _check_mode(reader: _RowReader, mode: pos.Mode, place: str) -> None:
    if pos.agree(mode, place):
        return
    if mode is pos.Mode.TELEHEALTH:
        fix = "Telehealth goes with POS 02 or 10; correct the mode or the POS."
    else:
        fix = "POS 02 and 10 go with Telehealth; correct the mode or the POS."
    reader.error("encounter_mode", f"does not go with POS {place}.", fix)


def _read_payment(reader: _RowReader) -> PaymentPart | None:
    if not reader.filled & PAYMENT_COLUMNS:
        if "pp_batch" in reader.filled:
            reader.warn("pp_batch", "is ignored: the row has no payment.", "Fill the payment's columns, or clear it.")
        return None
    before = len(reader.problems)
    fix = "Fill it, or clear every payment column of this row."
    amount = reader.need("patient_payment", cells.read_amount, fix)
    source = reader.need("payment_source", cells.read_source, fix)
    batch = reader.need("pp_batch", cells.read_label, fix)
    reference = reader.read("reference", cells.read_label)
    if source in (PaymentSource.CHECK, PaymentSource.EFT):
        reader.missing("reference", f"{source.value} needs the number of the payment; write it.")
    if not (amount and source and batch) or reader.errors_since(before):
        return None
    return PaymentPart(amount=amount, source=source, reference=reference or "", batch=batch)
