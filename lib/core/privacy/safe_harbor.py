"""Rows without the identifiers of Safe Harbor (45 CFR 164.514(b)(2)): for files that leave the office.

Texts and numbers are kept only where they are known to identify nobody; every day becomes its year, and what would give
the day away again (days since, and buckets of them) goes too; of a ZIP three digits stay, where more than 20,000
people live; ages from 90 on are one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_KEPT_TEXTS = frozenset(_TABLES["kept_texts"])
_DROPPED_NUMBERS = frozenset(_TABLES["dropped_numbers"])
_SPARSE_ZIP3 = frozenset(_TABLES["sparse_zip3"])
ABOUT = "De-identified by Safe Harbor: identifiers left out, days given as years, ZIP as three digits."
_OLDEST = 90
_YEAR = "_year"


class Treatment(StrEnum):
    """What becomes of a column."""

    KEEP = "keep"
    DROP = "drop"
    YEAR = "year"
    AGE = "age"
    ZIP3 = "zip3"


@dataclass(frozen=True, kw_only=True, slots=True)
class Deidentified:
    """Rows without identifiers; `dropped` are the columns that were left out, `years` by new name the day's column."""

    schema: pa.Schema
    dropped: tuple[str, ...]
    years: dict[str, str]
    treatments: Sequence[tuple[int, Treatment]]

    def batches(self, source: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The rows of batches of the schema that this was made for."""
        for batch in source:
            columns = [_treated(batch.column(place), treatment) for place, treatment in self.treatments]
            yield pa.record_batch(columns, schema=self.schema)


def deidentified(schema: pa.Schema, added: Iterable[str] = ()) -> Deidentified:
    """What becomes of rows with these columns; `added` are counts and sums, which identify nobody."""
    sums = frozenset(added)
    fields, treatments, dropped, years = [], [], [], {}
    for place, each in enumerate(schema):
        treatment = Treatment.KEEP if each.name in sums else treatment_of(each.name, each.type)
        match treatment:
            case Treatment.DROP:
                dropped.append(each.name)
                continue
            case Treatment.YEAR:
                years[f"{each.name}{_YEAR}"] = each.name
                fields.append(pa.field(f"{each.name}{_YEAR}", pa.int64()))
            case Treatment.AGE | Treatment.ZIP3:
                fields.append(pa.field(each.name, pa.string()))
            case Treatment.KEEP:
                fields.append(each)
        treatments.append((place, treatment))
    return Deidentified(schema=pa.schema(fields), dropped=tuple(dropped), years=years, treatments=treatments)


def treatment_of(column: str, kind: pa.DataType) -> Treatment:
    """What becomes of a column of that name and type."""
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return Treatment.YEAR
    if pa.types.is_boolean(kind) or pa.types.is_decimal(kind):
        return Treatment.KEEP
    if column in ("age", "patient_age"):
        return Treatment.AGE
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return Treatment.DROP if _tells_the_day(column) or column in _DROPPED_NUMBERS else Treatment.KEEP
    if column == "patient_zip":
        return Treatment.ZIP3
    return Treatment.KEEP if column in _KEPT_TEXTS else Treatment.DROP


def _tells_the_day(column: str) -> bool:
    return "_age" in column or (column.endswith("bucket_number") and "lag" not in column)


def _treated(values: pa.Array, treatment: Treatment) -> pa.Array:
    match treatment:
        case Treatment.YEAR:
            return pc.year(values).cast(pa.int64())
        case Treatment.AGE:
            ages = values.cast(pa.string())
            return pc.if_else(pc.greater_equal(values, _OLDEST), f"{_OLDEST}+", ages)
        case Treatment.ZIP3:
            return pa.array([_zip3(value) for value in values.to_pylist()], type=pa.string())
        case _:
            return values


def _zip3(value: str | None) -> str | None:
    first = (value or "").strip()[:3]
    if len(first) < 3 or not (first.isascii() and first.isdigit()):
        return None
    return "000" if first in _SPARSE_ZIP3 else first
