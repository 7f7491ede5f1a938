"""The packages that were loaded of what is selected, newest first; a click opens one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from lib.reports.catalog import report_named
from lib.reports.loading.packages import list_packages
from lib.reports.model import Package
from lib.ui.frame import OpenPage
from lib.ui.reports.address import go_to_package
from lib.ui.reports.grid import Chosen
from lib.ui.reports.words import PACKAGE_STATES, differences_line, package_cell, short_moment, title_of, took
from lib.ui.wording import day, plain_money

_MOST = 200
_WHOLE = 12


def draw_history(page: OpenPage, chosen: Chosen) -> None:
    """Draw the newest packages of the selected cells."""
    found = _find(page, chosen)
    if not found:
        st.caption("Nothing of this was loaded yet. Each load is kept here with what was found in it.")
        return
    more = f" The newest {_MOST} are shown; select fewer reports to see older ones." if len(found) == _MOST else ""
    st.caption(f"Click a package to open it.{more}")
    columns = _columns(page, chosen, found)
    choice = st.dataframe(
        columns,
        hide_index=True,
        width="stretch",
        height="content" if len(found) <= _WHOLE else 460,
        selection_mode="single-cell",
        on_select="rerun",
        column_config={
            "State": st.column_config.TextColumn(width=104, help=PACKAGE_STATES),
            "Client": st.column_config.TextColumn(width=176),
            "Report": st.column_config.TextColumn(width=212),
            "Account": st.column_config.TextColumn(width=84),
            "Data of": st.column_config.TextColumn(width=100, help="The day that the report shows."),
            "Loaded": st.column_config.TextColumn(width=108, help="In the client's time zone."),
            "Rows": st.column_config.TextColumn(width=72, alignment="right"),
            "Rejected": st.column_config.TextColumn(width=72, alignment="right", help="Rows that were not loaded."),
            "Columns": st.column_config.TextColumn(width=132, help="How its columns differ from the package before."),
            "Took": st.column_config.TextColumn(width=80, alignment="right", help="From the file to its end."),
            _total_head(chosen.reports): st.column_config.TextColumn(
                width=140,
                alignment="right",
                help="Sum of the report's first money column; a package shows all of them.",
            ),
        },
        key=f"history_{'_'.join(sorted({p.cell.report for p in found}))}_{len(found)}",
    )
    if picked := choice["selection"]["cells"]:
        go_to_package(found[picked[0][0]].id)
        st.rerun()


def control_total(package: Package) -> Decimal | None:
    """The sum of the report's leading money column; None for a report without money."""
    money = report_named(package.cell.report).money_columns
    return package.totals.get(money[0]) if money else None


def _find(page: OpenPage, chosen: Chosen) -> list[Package]:
    cells = {status.cell for status in chosen.cells}
    return list_packages(page.desk.database, page.desk.actor, cells=cells, most=_MOST)


def _columns(page: OpenPage, chosen: Chosen, found: Sequence[Package]) -> dict[str, list[str]]:
    """Only what differs from line to line, and is there at all, is a column."""
    reports, accounts = chosen.reports, chosen.accounts
    columns = {"State": [package_cell(p) for p in found]}
    if len({client for client, _ in accounts}) > 1:
        columns["Client"] = [page.client_of(p.cell.client_id).name for p in found]
    if len(reports) > 1:
        columns["Report"] = [title_of(p.cell.report) for p in found]
    if len(accounts) > 1:
        columns["Account"] = [p.cell.account for p in found]
    columns["Data of"] = [day(p.as_of) for p in found]
    columns["Loaded"] = [
        short_moment(p.loaded_at, page.client_of(p.cell.client_id).zone) if p.loaded_at else "" for p in found
    ]
    columns["Rows"] = [f"{p.rows_loaded:,}" for p in found]
    totals = [control_total(p) for p in found]
    rest = {
        "Rejected": [f"{p.rows_rejected:,}" if p.rows_rejected else "" for p in found],
        _total_head(reports): [plain_money(total) if total is not None else "" for total in totals],
        "Columns": [differences_line(p) for p in found],
        "Took": [took(p.seconds) if p.seconds is not None else "" for p in found],
    }
    return columns | {head: column for head, column in rest.items() if any(column)}


def _total_head(reports: Sequence[str]) -> str:
    money = report_named(reports[0]).money_columns if len(reports) == 1 else ()
    return f"Sum of {report_named(reports[0]).column(money[0]).label.lower()}" if money else "Control total"
