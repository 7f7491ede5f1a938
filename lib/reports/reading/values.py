"""From the text of cells to typed values, a whole column of a batch at once.

A column of cells is an Arrow string array, null where a cell is empty. Its values are as many: null where the cell is
empty (or only spaces) and null where it cannot be read; `unreadable` tells the two apart. Nothing is rounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from lib.reports.catalog import ColumnType

Parse = Callable[[pa.Array], pa.Array]

#: Thousands are separated rightly or not at all.
_GROUPED = "[0-9]{1,3}(?:,[0-9]{3}){1,3}"
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_TIME = re.compile(r"[T ]+(\d{1,2}):\d\d(:\d\d(\.\d+)?)?( ?[AaPp][Mm])?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100

ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.MONEY: pa.decimal128(14, 2),
    ColumnType.DATE: pa.date32(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.DECIMAL: pa.decimal128(18, 4),
}
#: What a cell that cannot be read is not.
WORDS: dict[ColumnType, str] = {
    ColumnType.TEXT: "text",
    ColumnType.MONEY: "an amount",
    ColumnType.DATE: "a date",
    ColumnType.INTEGER: "a whole number",
    ColumnType.DECIMAL: "a number",
}


def typed_values(cells: pa.Array, kind: ColumnType) -> pa.Array:
    """The cells as values of their type; each distinct text is read once."""
    if kind is ColumnType.TEXT:
        return cells
    distinct = cells.dictionary_encode()
    return _PARSERS[kind](distinct.dictionary).take(distinct.indices)


def unreadable(cells: pa.Array, values: pa.Array) -> pa.Array:
    """Which cells hold something that became no value; never null."""
    something = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(cells), ""), False)
    return pc.and_(something, pc.is_null(values))


@lru_cache(maxsize=1 << 16)
def read_date(text: str) -> date | None:
    """A date as `M/D/YYYY` or `YYYY-MM-DD`, a time of day behind it cut off; None where it is no date of 1900-2100."""
    text = text.strip()
    if found := _US_DATE.match(text):
        month, day, year = (int(part) for part in found.groups())
    elif found := _ISO_DATE.match(text):
        year, month, day = (int(part) for part in found.groups())
    else:
        return None
    if found.end() < len(text) and not _TIME.fullmatch(text, found.end()):
        return None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _dates(texts: pa.Array) -> pa.Array:
    return pa.array([None if text is None else read_date(text) for text in texts.to_pylist()], pa.date32())


def _numbers(shape: str, to: pa.DataType) -> Parse:
    """A parser of texts that match `shape` in full; brackets or a minus make a number negative, never both."""

    def parse(texts: pa.Array) -> pa.Array:
        trimmed = pc.utf8_trim_whitespace(texts)
        texts = pc.if_else(pc.match_substring_regex(trimmed, f"^(?:{shape})$"), trimmed, pa.scalar(None, pa.string()))
        for sign in "$,)":
            texts = pc.replace_substring(texts, sign, "")
        texts = pc.replace_substring(texts, "(", "-")
        if pa.types.is_integer(to):
            texts = pc.replace_substring_regex(texts, r"\.0*$", "")
        return texts.cast(to)

    return parse


def _signed(number: str, sign: str = "") -> str:
    """A number with an optional `sign` before it, negative by a minus on either side of the sign or by brackets."""
    return rf"-?{sign}{number}|{sign}-{number}|\({sign}{number}\)|{sign}\({number}\)"


def _digits(before: int, behind: int) -> str:
    """At most so many digits before and behind the point; a few more zeros behind it do no harm."""
    # More of them than a decimal of 38 digits holds would break off the whole batch.
    number = rf"(?:{_GROUPED}|0*[0-9]{{1,{before}}})(?:\.[0-9]{{0,{behind}}}0{{0,16}})?"
    return rf"(?:{number}|\.[0-9]{{1,{behind}}}0{{0,16}})" if behind else f"(?:{number})"


_PARSERS: dict[ColumnType, Parse] = {
    ColumnType.MONEY: _numbers(_signed(_digits(12, 2), r"\$?"), ARROW_TYPES[ColumnType.MONEY]),
    ColumnType.DECIMAL: _numbers(_signed(_digits(14, 4)), ARROW_TYPES[ColumnType.DECIMAL]),
    ColumnType.INTEGER: _numbers(_signed(_digits(15, 0)), ARROW_TYPES[ColumnType.INTEGER]),
    ColumnType.DATE: _dates,
}
