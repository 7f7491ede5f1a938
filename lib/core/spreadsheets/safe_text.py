"""Text on its way into a spreadsheet: no formula, no character that XML forbids."""

from __future__ import annotations

import re

#: A cell that begins with one of these is taken for a formula by Excel, at the latest after an export to CSV.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

#: What Excel shows in one cell at most.
CELL_CHARACTERS = 32_767


def cell_text(text: str) -> str:
    """The text as it may stand in a cell of ours: harmless as a formula, legal in XML, short enough for a cell.

    Formula starters get a leading apostrophe; forbidden control characters are left out.
    """
    legal = _FORBIDDEN.sub("", text)
    if legal.lstrip(" \xa0").startswith(FORMULA_STARTS) or legal.startswith(FORMULA_STARTS):
        legal = "'" + legal
    return legal[:CELL_CHARACTERS]
