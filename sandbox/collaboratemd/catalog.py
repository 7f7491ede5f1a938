"""The saved reports: their columns and labels, and the sequence ids under which each client has them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from sandbox.world.clients import BillingClient

ColumnKind = Literal["text", "money", "date", "integer"]
FilterName = Literal["everything", "last_90_days"]
FILTERS: tuple[FilterName, ...] = ("everything", "last_90_days")
WINDOW_DAYS = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column by its normalised name; `other` is what another client called it."""

    name: str
    label: str
    other: str
    kind: ColumnKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A saved report; `clock` is the column on which the filter of the last 90 days looks, if it has any effect."""

    name: str
    title: str
    columns: tuple[Column, ...]
    extensions: tuple[Column, ...]
    clock: str

    def columns_with(self, *, extended: bool) -> tuple[Column, ...]:
        """The columns in the order of the saved report, with the extensions last."""
        return (*self.columns, *self.extensions) if extended else self.columns


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedReport:
    """A report with a filter, as one client has saved them."""

    client: str
    report: str
    filter: FilterName
    report_seq: str
    filter_seq: str


def _read_columns() -> dict[str, Column]:
    return {
        name: Column(
            name=name,
            label=row["label"],
            other=row.get("other", row["label"]),
            kind=cast(ColumnKind, row["kind"]),
        )
        for name, row in tomllib.loads(_HERE.joinpath("columns.toml").read_text(encoding="utf-8")).items()
    }


def _read_reports() -> dict[str, Report]:
    return {
        name: Report(
            name=name,
            title=row["title"],
            columns=tuple(COLUMNS[column] for column in row["columns"]),
            extensions=tuple(COLUMNS[column] for column in row["extensions"]),
            clock=row.get("clock", ""),
        )
        for name, row in tomllib.loads(_HERE.joinpath("reports.toml").read_text(encoding="utf-8")).items()
    }


_HERE = Path(__file__).resolve().parent
COLUMNS = _read_columns()
REPORTS = _read_reports()


def saved_reports(client: BillingClient) -> tuple[SavedReport, ...]:
    """What a client has saved: each report with each filter, under ids that no other client has."""
    return tuple(
        SavedReport(
            client=client.name,
            report=report,
            filter=filter,
            report_seq=str(9_000_000 + client.number * 1_000 + 17 * (place + 1)),
            filter_seq=str(7_000_000 + client.number * 1_000 + 10 * (place + 1) + nth),
        )
        for place, report in enumerate(REPORTS)
        for nth, filter in enumerate(FILTERS)
    )
