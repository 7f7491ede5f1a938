"""The deliberate mistakes of a drawn sheet, each of which the workbench must find before it sends anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sandbox.sheets.model import SheetRow

#: The form of a procedure code, but in no fee schedule: only the vendor can refuse it.
REFUSED_CODE = "99998"


@dataclass(frozen=True, kw_only=True, slots=True)
class Blunder:
    """A way to spoil a row: the column it hits, what is then wrong, and how to do it.

    What tells encounters apart is spoilt on all their rows, lest the others make a right encounter of their own.
    """

    column: str
    what: str
    spoil: Callable[[SheetRow, date], None]
    every_row: bool = False


def _set(name: str, value: object) -> Callable[[SheetRow, date], None]:
    def spoil(row: SheetRow, today: date) -> None:
        setattr(row, name, value)

    return spoil


def _date_in_the_future(row: SheetRow, today: date) -> None:
    row.dos = today + timedelta(days=9)


def _discharge_before_admission(row: SheetRow, today: date) -> None:
    row.admitted, row.discharged = row.dos, row.dos - timedelta(days=2)


def _check_without_reference(row: SheetRow, today: date) -> None:
    row.payment, row.source = Decimal("25.00"), "CHECK"
    row.reference, row.payment_batch = None, "PP-0000"


def _repeat_diagnosis(row: SheetRow, today: date) -> None:
    row.diagnoses = (row.diagnoses[0], row.diagnoses[0])


BLUNDERS: tuple[Blunder, ...] = (
    Blunder(column="Patient ID", what="unknown patient", spoil=_set("patient_id", "99999999"), every_row=True),
    Blunder(column="Rendering Provider", what="unknown provider", spoil=_set("rendering_provider", "Nobody Atall, MD")),
    Blunder(column="DOS", what="in the future", spoil=_date_in_the_future, every_row=True),
    Blunder(column="Reference Number", what="missing for a check", spoil=_check_without_reference),
    Blunder(column="Diag 1", what="not a diagnosis code", spoil=_set("diagnoses", ("12-E",))),
    Blunder(column="POS", what="not on the list", spoil=_set("pos", "88")),
    Blunder(column="Units", what="not above zero", spoil=_set("units", Decimal(0))),
    Blunder(column="Procedures", what="not a procedure code", spoil=_set("procedure", "9921")),
    Blunder(column="Practice", what="unknown practice", spoil=_set("practice", "Nowhere Test Office"), every_row=True),
    Blunder(column="Discharge Date", what="before admission", spoil=_discharge_before_admission),
    Blunder(column="Mod 1", what="not two characters", spoil=_set("modifiers", ("259",))),
    Blunder(column="Diag 2", what="repeated", spoil=_repeat_diagnosis),
)


def choose_blunders(rng: Random, count: int) -> list[Blunder]:
    """So many blunders, each kind once before any comes again."""
    chosen: list[Blunder] = []
    while len(chosen) < count:
        chosen += rng.sample(BLUNDERS, len(BLUNDERS))
    return chosen[:count]
