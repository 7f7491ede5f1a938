"""Charges workbooks about the invented world, and what they ask to be posted."""

from sandbox.sheets.compare import find_differences
from sandbox.sheets.draw import draw_sheet
from sandbox.sheets.file import write_sheet
from sandbox.sheets.model import (
    Drawn,
    IntendedEncounter,
    IntendedLine,
    IntendedPayment,
    Mistake,
    SheetOrder,
    SheetRow,
)

__all__ = [
    "Drawn",
    "IntendedEncounter",
    "IntendedLine",
    "IntendedPayment",
    "Mistake",
    "SheetOrder",
    "SheetRow",
    "draw_sheet",
    "find_differences",
    "write_sheet",
]
