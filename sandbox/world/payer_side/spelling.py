"""Names as payers write them: capitals without accents."""

from __future__ import annotations

import unicodedata

#: Letters that do not come apart into a plain one and an accent.
_WHOLE = str.maketrans({"Ł": "L", "Ø": "O", "Æ": "AE", "Œ": "OE", "Đ": "D", "Þ": "TH", "ẞ": "SS"})


def in_capitals(name: str) -> str:
    """The name in capitals, each letter without its accent, with single spaces."""
    apart = unicodedata.normalize("NFKD", name.upper().translate(_WHOLE))
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())
