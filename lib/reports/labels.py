"""A client's own labels: which of the last reports' labels feed no column, and which columns still want one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.core.actor import Actor
from lib.core.database import Database
from lib.reports.catalog import Column, Report, report_named
from lib.reports.loading.packages import list_packages
from lib.reports.reading.headers import map_columns, normalise_header, snake_case

#: Packages looked through for the newest header of each account.
_LOOKED_THROUGH = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelChoices:
    """Labels of a client's newest packages that feed no column, and the columns that no label feeds there."""

    unused: tuple[str, ...] = ()
    unfed: tuple[Column, ...] = ()


def label_choices(
    database: Database, actor: Actor, client_id: str, report: str, labels: Mapping[str, str]
) -> LabelChoices:
    """What the newest package of each account leaves open under these labels; nothing before the first."""
    headers: dict[str, tuple[str, ...]] = {}
    for package in list_packages(database, actor, client_id=client_id, report=report, most=_LOOKED_THROUGH):
        if package.labels:
            headers.setdefault(package.cell.account, package.labels)
    return choices_of(report_named(report), list(headers.values()), labels)


def choices_of(report: Report, headers: Sequence[Sequence[str]], labels: Mapping[str, str]) -> LabelChoices:
    """The same of header rows as they came; a column counts as fed only where every header feeds it."""
    unused: dict[str, str] = {}
    unfed: set[str] = set()
    for header in headers:
        fields = normalise_header(header)
        columns = map_columns(report, fields, labels)
        shown = dict(zip(fields, header, strict=True))
        for field in columns.extras:
            unused.setdefault(snake_case(shown[field]), shown[field].strip() or field)
        unfed |= {column.name for column in columns.missing}
    return LabelChoices(
        unused=tuple(unused.values()), unfed=tuple(column for column in report.columns if column.name in unfed)
    )
