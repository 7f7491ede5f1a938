"""The XML of cells that we write: text that is never a formula, numbers, dates."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, to_excel

from lib.core.spreadsheets.cell_styles import CellStyles, Look
from lib.core.spreadsheets.safe_text import cell_text

Value = str | Decimal | date | None

_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


class CellWriter:
    """Writes cells into one workbook: its prefix, its styles (None when it has none), its day 0."""

    def __init__(self, styles: CellStyles | None, *, date1904: bool, prefix: str = "") -> None:
        self._styles = styles
        self._epoch = MAC_EPOCH if date1904 else WINDOWS_EPOCH
        self.prefix = prefix

    def cell(self, reference: str, value: Value, *, base: int, look: Look = "as is") -> str:
        """One `c` element; None gives an empty cell that keeps the style `base`, or nothing when that is plain."""
        p = self.prefix
        if isinstance(value, date) and self._styles is None:
            value = f"{value:%m/%d/%Y}"
        if value is None or value == "":
            return f'<{p}c r="{reference}" s="{base}"/>' if base else ""
        style = self._styles.variant(base, self._fitting(value, look)) if self._styles else base
        start = f'<{p}c r="{reference}" s="{style}"' if style else f'<{p}c r="{reference}"'
        if isinstance(value, str):
            text = stored_text(value)
            space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
            return f'{start} t="inlineStr"><{p}is><{p}t{space}>{text}</{p}t></{p}is></{p}c>'
        number = format(value, "f") if isinstance(value, Decimal) else int(to_excel(value, self._epoch))
        return f"{start}><{p}v>{number}</{p}v></{p}c>"

    @staticmethod
    def _fitting(value: str | Decimal | date, look: Look) -> Look:
        if isinstance(value, str):
            return look if look in ("wrapped", "header") else "as is"
        return "money" if isinstance(value, Decimal) else "date"


def stored_text(text: str) -> str:
    """Text as it stands in the XML of a cell: safe, escaped, carriage returns and look-alikes of escapes kept."""
    safe = _LOOKS_ESCAPED.sub("_x005F_", cell_text(text))
    return escape(safe).replace("\r", "_x000D_")
