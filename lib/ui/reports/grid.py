"""The matrix: accounts down and reports across, or for one client reports down and its accounts across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from lib.core.clients import Client
from lib.reports.catalog import catalog
from lib.reports.model import Cell
from lib.reports.service import CellStatus
from lib.ui.frame import OpenPage
from lib.ui.reports.standing import Standing, cell_text, standing_of
from lib.ui.reports.words import in_order, short_day, short_moment, short_title, title_of

_ROUND = "matrix_round"
_WHOLE = 15
_TALL = 560
#: Of a narrow column head, a letter's width, and the space around the letters.
_LETTER, _AROUND, _NARROWEST = 8, 24, 88
_ORANGE = (Standing.HELD, Standing.STALE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """The cells that the visitor means; `everything` where none were singled out."""

    cells: tuple[CellStatus, ...]
    everything: bool

    @property
    def reports(self) -> list[str]:
        """Their reports, in the order of the matrix."""
        found = {status.cell.report for status in self.cells}
        return [name for name in in_order() if name in found]

    @property
    def accounts(self) -> list[tuple[str, str]]:
        """Their accounts, each with its client's id, in the order of the matrix."""
        return list(dict.fromkeys((status.cell.client_id, status.cell.account) for status in self.cells))


def draw_matrix(page: OpenPage, statuses: Sequence[CellStatus]) -> Chosen:
    """Draw the matrix and give what is selected in it: a cell, rows, columns, or all where nothing is."""
    by_cell = {status.cell: status for status in statuses}
    if page.client is None:
        accounts = list(dict.fromkeys((s.client_name, s.cell.client_id, s.cell.account) for s in statuses))
        table = _accounts_down(accounts, by_cell)
    else:
        table = _reports_down(page.client, by_cell)
    picked = _select(table, by_cell, f"matrix_{page.client.id if page.client else 'all'}_{_round()}")
    if picked is None:
        return Chosen(cells=tuple(statuses), everything=True)
    return Chosen(cells=tuple(by_cell[cell] for cell in picked if cell in by_cell), everything=False)


def select_nothing() -> None:
    """Mean all cells again."""
    st.session_state[_ROUND] = _round() + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Table:
    """What is drawn: the texts, the cell behind each of them, and how each column looks."""

    texts: dict[str, list[str]]
    #: By column of the matrix, the cells from the first row down.
    behind: dict[str, list[Cell]]
    config: dict[str, Any]


def _accounts_down(accounts: Sequence[tuple[str, str, str]], by_cell: dict[Cell, CellStatus]) -> _Table:
    behind = {
        short_title(report): [Cell(client_id=client, report=report, account=account) for _, client, account in accounts]
        for report in in_order()
    }
    texts = {"Client": [f"{name} · {account}" for name, _, account in accounts]}
    texts |= {head: [cell_text(by_cell[cell]) for cell in cells] for head, cells in behind.items()}
    config: dict[str, Any] = {"Client": st.column_config.TextColumn("Client and account", width=246, pinned=True)}
    for report in in_order():
        described, head = catalog()[report], short_title(report)
        config[head] = st.column_config.TextColumn(
            width=max(_NARROWEST, _LETTER * len(head) + _AROUND),
            help=f"{described.title}, {described.cadence}: {described.used_for}.",
        )
    return _Table(texts=texts, behind=behind, config=config)


def _reports_down(client: Client, by_cell: dict[Cell, CellStatus]) -> _Table:
    accounts = list(dict.fromkeys(cell.account for cell in by_cell))
    reports = in_order()
    behind = {
        account: [Cell(client_id=client.id, report=report, account=account) for report in reports]
        for account in accounts
    }
    texts = {"Report": [title_of(report) for report in reports]}
    texts |= {account: [cell_text(by_cell[cell]) for cell in cells] for account, cells in behind.items()}
    rows = [[by_cell[cells[place]] for cells in behind.values()] for place in range(len(reports))]
    texts["Rows"] = [_rows(found) for found in rows]
    texts["Data of"] = [_data_of(found) for found in rows]
    texts["Asked for"] = [catalog()[report].cadence.value for report in reports]
    texts["Next"] = [_next(found, client) for found in rows]
    zone = f"Time zone of the client: {client.time_zone}."
    config: dict[str, Any] = {
        "Report": st.column_config.TextColumn(width=228, pinned=True),
        "Rows": st.column_config.TextColumn(width=84, alignment="right", help="Rows of the package loaded last."),
        "Data of": st.column_config.TextColumn(width=92, help="The day that the report shows; the oldest account's."),
        "Asked for": st.column_config.TextColumn(width=84),
        "Next": st.column_config.TextColumn(width=116, help=f"When it is asked for next. {zone}"),
    }
    config |= {account: st.column_config.TextColumn(width=100, help="Customer account.") for account in accounts}
    return _Table(texts=texts, behind=behind, config=config)


def _select(table: _Table, by_cell: dict[Cell, CellStatus], key: str) -> list[Cell] | None:
    frame = pd.DataFrame(table.texts)
    lines = len(frame)
    event = st.dataframe(
        frame.style.apply(lambda column: _colours(column, table, by_cell), axis=0),
        hide_index=True,
        width="stretch",
        height="content" if lines <= _WHOLE else _TALL,
        selection_mode=["multi-row", "multi-column", "single-cell"],
        on_select="rerun",
        column_config=table.config,
        alt="Reports by client and account",
        key=key,
    )
    return _picked(table, event["selection"], lines)


def _picked(table: _Table, selection: Any, lines: int) -> list[Cell] | None:
    """The cells that a selection means: a cell alone, else rows crossed with columns; None for nothing."""
    rows = [row for row in selection.get("rows", []) if row < lines]
    heads = [head for head in selection.get("columns", []) if head in table.behind]
    for row, head in selection.get("cells", []):
        if head in table.behind and row < lines:
            return [table.behind[head][row]]
        # A cell beside the matrix means its row.
        rows = [*rows, row] if row < lines else rows
    if not rows and not heads:
        return None
    return [table.behind[head][row] for row in (rows or range(lines)) for head in (heads or table.behind)]


def _colours(column: pd.Series, table: _Table, by_cell: dict[Cell, CellStatus]) -> list[str]:
    """Colour for what wants a person; the word and its mark say it too."""
    if column.name not in table.behind:
        return [""] * len(column)
    theme = "dark" if st.context.theme.type == "dark" else "light"
    orange, red, blue, gray = (
        f"color: {st.get_option(f'theme.{theme}.{name}Color')}" for name in ("orange", "red", "blue", "gray")
    )
    found = []
    for cell in table.behind[str(column.name)]:
        standing = standing_of(by_cell[cell])
        if standing in (Standing.FAILED, Standing.STOPPED):
            found.append(red)
        elif standing in _ORANGE:
            found.append(orange)
        elif standing in (Standing.WAITING, Standing.BUILDING, Standing.READY):
            found.append(blue)
        else:
            found.append("" if standing is Standing.FRESH else gray)
    return found


def _rows(found: Sequence[CellStatus]) -> str:
    loaded = [status.rows for status in found if status.rows is not None]
    return f"{sum(loaded):,}" if loaded else ""


def _data_of(found: Sequence[CellStatus]) -> str:
    days = [status.as_of for status in found if status.as_of is not None]
    return short_day(min(days), max(days)) if days else ""


def _next(found: Sequence[CellStatus], client: Client) -> str:
    times = [status.next_at for status in found if status.next_at is not None]
    return short_moment(min(times), client.zone) if times else ""


def _round() -> int:
    return st.session_state.get(_ROUND, 0)
