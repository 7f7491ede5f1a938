"""One row after the other: its cells become a claim to ask for, or a sentence that says why not."""

from __future__ import annotations

from datetime import date
from typing import Any

from lib.claim_status.model import ClaimAsked
from lib.claim_status.reading.columns import Columns, Field, field_of, label, looks_like_ssn
from lib.claim_status.reading.dates import read_date
from lib.claim_status.reading.fault import Fault, RowFault
from lib.claim_status.reading.values import (
    bare,
    damage,
    is_placeholder,
    read_claim_number,
    read_name,
    read_subscriber_id,
    read_tin,
)

_READERS = {
    "claim_number": read_claim_number,
    "first_name": read_name,
    "last_name": read_name,
    "subscriber_id": read_subscriber_id,
    "practice_tin": read_tin,
}
_DATES = ("date_of_birth", "first_service_date", "last_service_date")
#: In these a value written like a Social Security number is left out; elsewhere it is a fault of the row.
_LEFT_OUT: tuple[Field, ...] = ("first_name", "last_name", "subscriber_id")
_SHIFTED = "Check the row's separators and quotation marks."
_LONGEST_STAY = 366


class RowReader:
    """Collects `asked` and `faults`; `ssn_cells` counts values left out because they look like a Social Security one.

    `today` is the latest day that a date may be; `pads` says that a row's last cells are not there when empty, as in a
    workbook.
    """

    def __init__(self, columns: Columns, today: date, *, pads: bool) -> None:
        self.asked: list[ClaimAsked] = []
        self.faults: list[RowFault] = []
        self.ssn_cells = 0
        self._columns = columns
        self._today = today
        self._pads = pads
        self._number_at = next(place for place, field in columns.fields.items() if field == "claim_number")
        self._by_number: dict[str, ClaimAsked] = {}

    def read(self, row: int, cells: list[str]) -> None:
        """Read one row that is not blank."""
        if self._pads:
            cells = cells + [""] * (self._columns.count - len(cells))
        made = self._claim(row, cells)
        if isinstance(made, ClaimAsked):
            self._by_number[made.claim_number] = made
            self.asked.append(made)
        else:
            self.faults.append(RowFault(row=row, what=made.what, fix=made.fix))

    def _claim(self, row: int, cells: list[str]) -> ClaimAsked | Fault:
        if fault := self._form(cells):
            return fault
        read: dict[Field, Any] = {}
        for place, field in self._columns.fields.items():
            value = self._value(field, bare(cells[place]))
            if isinstance(value, Fault):
                return Fault(what=f"{label(field)} {value.what}", fix=value.fix)
            read[field] = value
        claim = ClaimAsked(row=row, **read)
        return self._contradiction(claim) or self._repetition(claim) or claim

    def _form(self, cells: list[str]) -> Fault | None:
        count = self._columns.count
        if len(cells) <= max(self._columns.fields):
            return Fault(what=f"The row has {len(cells)} cells where the headings have {count}.", fix=_SHIFTED)
        if any(cell.strip() for cell in cells[count:]):
            return Fault(what=f"The row has more cells than the {count} headings.", fix=_SHIFTED)
        if field_of(cells[self._number_at]) == "claim_number":
            return Fault(what="The row repeats the headings.", fix="Nothing needs to be done.")
        return None

    def _value(self, field: Field, text: str) -> Any:
        if fault := damage(text):
            return fault
        if field in _LEFT_OUT and looks_like_ssn(text):
            self.ssn_cells += 1
            return None
        if field in _DATES:
            return self._day(field, text)
        if not text and field != "claim_number":
            return None
        return _READERS[field](text)

    def _day(self, field: Field, text: str) -> date | Fault | None:
        if not text or is_placeholder(text):
            return None
        day = read_date(text)
        if isinstance(day, Fault):
            return day
        if day > self._today:
            return Fault(what="lies in the future.", fix="Check the year.")
        if day.year < (1900 if field == "date_of_birth" else 2000):
            return Fault(what="lies too far in the past.", fix="Check the year.")
        return day

    @staticmethod
    def _contradiction(claim: ClaimAsked) -> Fault | None:
        first, last, born = claim.first_service_date, claim.last_service_date, claim.date_of_birth
        if last and not first:
            return Fault(what="First service date is empty and the last is not.", fix="Fill in the first one.")
        if first and last and last < first:
            return Fault(what="Last service date lies before the first.", fix="Check both dates.")
        if first and last and (last - first).days > _LONGEST_STAY:
            return Fault(what="The service dates lie more than a year apart.", fix="Check both dates.")
        if born and first and first < born:
            return Fault(what="First service date lies before the date of birth.", fix="Check both dates.")
        return None

    def _repetition(self, claim: ClaimAsked) -> Fault | None:
        before = self._by_number.get(claim.claim_number)
        if before is None:
            return None
        same = all(getattr(before, field) == getattr(claim, field) for field in self._columns.fields.values())
        if same:
            return Fault(what=f"The row repeats row {before.row}, which is asked for.", fix="Nothing needs to be done.")
        return Fault(
            what=f"The row has the claim number of row {before.row} and other values.",
            fix="Keep the right one of the two.",
        )
