"""Turns a page of values into the vendor's CSV: `$1,234.50`, `(123.45)`, `M/D/YYYY`, RFC 4180 quoting, CRLF."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.collaboratemd.values import Numbers, Texts, Values
from sandbox.world.days import date_of

NegativeStyle = Literal["parentheses", "minus"]
#: The first and the last day that a table of written dates covers; an empty cell stands behind the last.
_FIRST_DAY, _LAST_DAY = 10_000, 30_000


def quote(text: str) -> str:
    """A CSV field, in quotes where RFC 4180 wants them."""
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def write_money(cents: int, negative: NegativeStyle) -> str:
    """`$1,234.50`; what is below zero as `(123.45)` or `-$123.45`; quoted when it has a comma."""
    digits = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    if cents >= 0:
        return quote(f"${digits}")
    return quote(f"({digits})" if negative == "parentheses" else f"-${digits}")


def write_date(day: int) -> str:
    """`M/D/YYYY` of a day number."""
    found = date_of(day)
    return f"{found.month}/{found.day}/{found.year}"


def write_column(values: Values, negative: NegativeStyle) -> pa.Array:
    """A column's fields as CSV texts, quoted where they must be; an empty cell is an empty text."""
    if isinstance(values, Texts):
        table = _quoted(values.table)
        places = np.where(values.places < 0, len(table) - 1, values.places)
        return table.take(pa.array(places))
    if values.kind == "money":
        fields = _write_distinct(values, negative)
    elif values.kind == "date":
        days = values.values if values.empty is None else np.where(values.empty, _LAST_DAY, values.values)
        return _dates().take(pa.array(days - _FIRST_DAY))
    else:
        fields = pc.cast(pa.array(values.values), pa.string())
    return fields if values.empty is None else choose(values.empty, "", fields)


def join_rows(columns: list[pa.Array]) -> pa.Array:
    """The rows of columns of CSV fields, each with its line end."""
    ends = pc.call_function("binary_join_element_wise", [columns[-1], pa.scalar(""), pa.scalar("\r\n")])
    return pc.call_function("binary_join_element_wise", [*columns[:-1], ends, pa.scalar(",")])


def choose(where: np.ndarray, yes: pa.Array | str, no: pa.Array) -> pa.Array:
    """`yes` where the flag is up, `no` elsewhere."""
    return pc.call_function("if_else", [pa.array(where), pa.scalar(yes) if isinstance(yes, str) else yes, no])


def text_of(rows: pa.Array) -> bytes:
    """All rows, one after the other."""
    rows = pa.concat_arrays([rows])
    _, offsets, texts = rows.buffers()
    if texts is None or not len(rows):
        return b""
    ends = np.frombuffer(offsets, np.int32)
    return texts[int(ends[rows.offset]) : int(ends[rows.offset + len(rows)])].to_pybytes()


def _write_distinct(values: Numbers, negative: NegativeStyle) -> pa.Array:
    distinct = pa.array(values.values).dictionary_encode()
    written = [_money(cents, negative) for cents in distinct.dictionary.to_pylist()]
    return pa.array(written, pa.string()).take(distinct.indices)


@lru_cache(maxsize=200_000)
def _money(cents: int, negative: NegativeStyle) -> str:
    return write_money(cents, negative)


@lru_cache(maxsize=128)
def _quoted(table: tuple[str, ...]) -> pa.Array:
    return pa.array([*(quote(text) for text in table), ""], pa.string())


@lru_cache(maxsize=1)
def _dates() -> pa.Array:
    return pa.array([*(write_date(day) for day in range(_FIRST_DAY, _LAST_DAY)), ""], pa.string())
