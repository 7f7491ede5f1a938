"""The catalog of vendor reports as records; what it says stands in catalog.toml beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from lib.core.errors import Misconfigured, NotFound

_FILE = Path(__file__).with_name("catalog.toml")
#: Words that a label writes in capitals.
_CAPITALS = {"id": "ID", "cpt": "CPT"}


class ColumnType(StrEnum):
    """What the cells of a column are. Ids and codes are text, so leading zeros stay."""

    TEXT = "text"
    #: Dollars and cents, at most 12 digits before the point: numeric(14,2).
    MONEY = "money"
    #: A plain date, 1900 to 2100.
    DATE = "date"
    #: A whole number of at most 15 digits.
    INTEGER = "integer"
    #: A number of at most 14 digits before the point and 4 behind it: numeric(18,4).
    DECIMAL = "decimal"


class Cadence(StrEnum):
    """How often a report is asked for."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Meets(StrEnum):
    """How a new package meets the ones before it."""

    #: It takes the place of the whole report.
    REPLACE = "replace"
    #: It takes the place of the rows whose window date lies in its own range, and of those without that date.
    WINDOW = "window"
    #: Its rows come on top.
    APPEND = "append"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of a report's typed table.

    `also` are other normalised labels it is found under. `required`: the file must have it; `filled`: so must every
    row; `extension`: it comes only where a client's saved report was widened by it. `basis` says what a date or an
    amount means; `personal` that it names or identifies a patient.
    """

    name: str
    type: ColumnType
    label: str
    also: tuple[str, ...] = ()
    basis: str = ""
    required: bool = False
    filled: bool = False
    extension: bool = False
    personal: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A report of the catalog with its columns in the order of its table.

    `keys` name one row of a package (none where the report has no such columns), `window` the date of Meets.WINDOW.
    """

    name: str
    title: str
    used_for: str
    cadence: Cadence
    grain: str
    meets: Meets
    window: str | None
    keys: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of that name. Raises NotFound."""
        for column in self.columns:
            if column.name == name:
                return column
        raise NotFound(f"The report {self.name} has no column {name}.")

    @property
    def money_columns(self) -> tuple[str, ...]:
        """The columns that control totals are kept of."""
        return tuple(column.name for column in self.columns if column.type is ColumnType.MONEY)


@lru_cache(maxsize=1)
def catalog() -> dict[str, Report]:
    """Every report by name, in the catalog's order. Raises Misconfigured where catalog.toml contradicts itself."""
    return read_catalog(_FILE.read_text(encoding="utf-8"))


def report_named(name: str) -> Report:
    """The report of that name. Raises NotFound with the names there are."""
    reports = catalog()
    if name not in reports:
        raise NotFound(f"There is no report “{name}”.", fix=f"Reports: {', '.join(reports)}.")
    return reports[name]


def read_catalog(text: str) -> dict[str, Report]:
    """Read a catalog from TOML. Raises Misconfigured naming the report or column at fault."""
    document = tomllib.loads(text)
    known = document["columns"]
    return {name: _report(name, entry, known) for name, entry in document["reports"].items()}


def _report(name: str, entry: dict[str, Any], known: dict[str, dict[str, Any]]) -> Report:
    usual, extensions = entry["columns"], entry.get("extensions", [])
    names = [*usual, *extensions]
    marked = {mark: set(entry.get(mark, ())) for mark in ("required", "filled", "optional", "keys")}
    window = entry.get("window")
    for mentioned in (*names, *(column for columns in marked.values() for column in columns), window):
        if mentioned is not None and (mentioned not in names or mentioned not in known):
            raise Misconfigured(f"The catalog's report {name} names a column {mentioned} that it does not describe.")
    if len(set(names)) != len(names):
        raise Misconfigured(f"The catalog's report {name} names a column twice.")
    meets = Meets(entry["meets"])
    if (meets is Meets.WINDOW) != (window is not None):
        raise Misconfigured(f"The catalog's report {name} must name a window exactly when it meets by window.")
    if window is not None and known[window].get("type") != ColumnType.DATE:
        raise Misconfigured(f"The window of the catalog's report {name} must be a date.")
    return Report(
        name=name,
        title=entry["title"],
        used_for=entry["used_for"],
        cadence=Cadence(entry["cadence"]),
        grain=entry["grain"],
        meets=meets,
        window=window,
        keys=tuple(entry.get("keys", ())),
        columns=tuple(
            _column(
                column,
                known[column],
                required=column in marked["required"],
                filled=column in marked["filled"],
                extension=column in extensions or column in marked["optional"],
            )
            for column in names
        ),
    )


def _column(name: str, entry: dict[str, Any], *, required: bool, filled: bool, extension: bool) -> Column:
    words = [_CAPITALS.get(word, word.capitalize()) for word in name.split("_")]
    return Column(
        name=name,
        type=ColumnType(entry.get("type", "text")),
        label=entry.get("label", " ".join(words)),
        also=tuple(entry.get("also", ())),
        basis=entry.get("basis", ""),
        required=required,
        filled=filled,
        extension=extension,
        personal=entry.get("personal", False),
    )
