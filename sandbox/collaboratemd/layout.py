"""Lays a report's pages out as CSV rows, with whatever a payload fault does to its columns and rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa

from sandbox.collaboratemd.catalog import Column
from sandbox.collaboratemd.csv_text import NegativeStyle, choose, join_rows, quote, write_column
from sandbox.collaboratemd.faults import Fault, PayloadFaultKind
from sandbox.collaboratemd.pages import Page

#: Every so many rows one is odd.
_ODD_EVERY = {"wrong_types": 50, "odd_text": 25, "short_rows": 40, "long_rows": 60, "repeated_rows": 30}
NEW_LABEL = "Invented Extra #1"
WRONG_VALUE = "not a value"
ODD_TEXT = 'odd "text", with\r\na line break'


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A column of the CSV: its label, the report's column in it (none in an invented one), what is odd about it."""

    label: str
    name: str
    odd: Literal["", "wrong_types", "odd_text", "empty_values"] = ""


class Layout:
    """The columns of a CSV and the faults of its rows."""

    def __init__(self, columns: Sequence[Column], faults: Sequence[Fault], negative: NegativeStyle) -> None:
        self._negative = negative
        self._kinds: set[PayloadFaultKind] = {fault.kind for fault in faults}  # ty: ignore[invalid-assignment]
        self.slots = _place(columns, faults)
        self._row = 0

    @property
    def labels(self) -> list[str]:
        """The labels, in order."""
        return [slot.label for slot in self.slots]

    def header(self) -> str:
        """The header row, or nothing where it is missing."""
        if "no_header" in self._kinds:
            return ""
        return ",".join(quote(label) for label in self.labels) + "\r\n"

    def rows(self, page: Page) -> pa.Array:
        """The page's rows as CSV texts with their line ends."""
        if "header_only" in self._kinds or "no_text" in self._kinds:
            return pa.array([], pa.string())
        columns = list(self.fields(page))
        count = len(columns[0])
        number = np.arange(self._row, self._row + count)
        self._row += count
        rows = join_rows(columns)
        if "short_rows" in self._kinds and len(columns) > 3:
            rows = choose(_every("short_rows", number), join_rows(columns[:-3]), rows)
        if "long_rows" in self._kinds:
            more = pa.array(["one more"] * count, pa.string())
            rows = choose(_every("long_rows", number), join_rows([*columns, more, more]), rows)
        if "repeated_rows" in self._kinds:
            times = np.where(number % _ODD_EVERY["repeated_rows"] == 0, 2, 1)
            rows = rows.take(pa.array(np.repeat(np.arange(count), times)))
        if "half_size" in self._kinds:
            rows = rows.filter(pa.array(np.arange(len(rows)) % 5 < 2))
        return rows

    def fields(self, page: Page) -> Iterator[pa.Array]:
        """The page's columns as CSV fields."""
        written: dict[str, pa.Array] = {}
        for slot in self.slots:
            if not slot.name:
                count = len(next(iter(written.values())))
                yield pa.array(["invented"] * count, pa.string())
                continue
            if slot.name not in written:
                written[slot.name] = write_column(page[slot.name], self._negative)
            fields = written[slot.name]
            number = np.arange(self._row, self._row + len(fields))
            if slot.odd == "empty_values":
                fields = pa.array([""] * len(fields), pa.string())
            elif slot.odd:
                word = WRONG_VALUE if slot.odd == "wrong_types" else quote(ODD_TEXT)
                fields = choose(_every(slot.odd, number), word, fields)
            yield fields


def _every(kind: str, number: np.ndarray) -> np.ndarray:
    return number % _ODD_EVERY[kind] == 0


def _place(columns: Sequence[Column], faults: Sequence[Fault]) -> list[Slot]:
    slots = [Slot(label=column.label, name=column.name) for column in columns]
    others = {column.name: column.other for column in columns}
    for fault in faults:
        names = [slot.name for slot in slots]
        at = names.index(fault.column) if fault.column in names else len(slots) - 1
        match fault.kind:
            case "relabelled":
                slots = [replace(slot, label=others.get(slot.name, slot.label)) for slot in slots]
            case "reordered":
                slots = slots[::-1]
            case "duplicate_header":
                slots = [*slots, replace(slots[at])]
            case "empty_header":
                slots[at] = replace(slots[at], label="")
            case "missing_column":
                del slots[at]
            case "new_column":
                slots = [*slots, Slot(label=NEW_LABEL, name="")]
            case "wrong_types" | "odd_text" | "empty_values":
                slots[at] = replace(slots[at], odd=fault.kind)
            case _:
                pass
    return slots
