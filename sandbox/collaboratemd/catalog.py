"""The saved reports: their columns and labels, and the sequence ids under which each client has them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, cast

from sandbox.collaboratemd.filters import saved_filters
from sandbox.world.clients import BillingClient

ColumnKind = Literal["text", "money", "date", "integer"]


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
    """A report with a filter, as one client has saved them; `as_of` is the evening that a month-end filter shows."""

    client: str
    report: str
    filter: str
    report_seq: str
    filter_seq: str
    as_of: date | None


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


def saved_reports(client: BillingClient, today: date) -> tuple[SavedReport, ...]:
    """What a client has saved on a day: each report with each filter, under ids that no other client has."""
    filters = saved_filters(today)
    return tuple(
        SavedReport(
            client=client.name,
            report=report,
            filter=filter.name,
            report_seq=str(9_000_000 + client.number * 1_000 + 17 * number),
            filter_seq=str(20_000_000 + client.number * 100_000 + 1_000 * number + filter.nth),
            as_of=filter.as_of,
        )
        for number, report in enumerate(REPORTS, start=1)
        for filter in filters
    )
