"""Writes a drawn sheet as a Charges workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from sandbox.sheets.model import Drawn, SheetRow

COLUMNS = (
    *("Patient ID*", "Practice*", "DOS*", "Rendering Provider*", "Encounter Mode*", "POS*", "Procedures*", "Units*"),
    *("Diag 1*", "CE Batch #", "Scheduling Provider", "Referring Provider", "Admit Date", "Discharge Date"),
    *("Mod 1", "Mod 2", "Mod 3", "Mod 4", "Diag 2", "Diag 3", "Diag 4"),
    *("PP Batch #", "Patient Payment", "Patient Payment Source", "Reference Number"),
)


def write_sheet(drawn: Drawn, path: Path, *, stars: bool = True) -> None:
    """Write the workbook with one sheet, "Charges"; `stars` mark the required columns in the header.

    Dates are Excel dates, codes and references are text, ids, units and amounts are numbers.
    """
    workbook = Workbook(write_only=True)
    charges = workbook.create_sheet("Charges")
    charges.freeze_panes = "A2"
    header = []
    for title in COLUMNS:
        cell = WriteOnlyCell(charges, value=title if stars else title.rstrip("*"))
        cell.font = Font(bold=True)
        header.append(cell)
    charges.append(header)
    for row in drawn.rows:
        charges.append(tuple(_cells(row)))
    workbook.save(path)


def _cells(row: SheetRow) -> Iterator[object]:
    modifiers = (*row.modifiers, None, None, None, None)
    diagnoses = (*row.diagnoses, None, None, None, None)
    yield from (int(row.patient_id), row.practice, row.dos, row.rendering_provider, row.mode, row.pos, row.procedure)
    yield int(row.units) if row.units == int(row.units) else float(row.units)
    yield from (diagnoses[0], row.batch, row.scheduling_provider, row.referring_provider, row.admitted, row.discharged)
    yield from (*modifiers[:4], *diagnoses[1:4])
    yield from (row.payment_batch, None if row.payment is None else float(row.payment), row.source, row.reference)
