"""A figure as a table whose cells open their rows: users by weeks, rates with what they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from lib.analytics.figures.figure import Figure, Unit
from lib.analytics.figures.tables import TableColumn, cross_table
from lib.ui.analytics import AnalyticsPage
from lib.ui.charts.drawn import said_label
from lib.ui.drawing import Picked, hear, is_picked
from lib.ui.exports import draw_table_export

#: More rows than these scroll within their table, which is then so many pixels tall.
_MOST_ROWS, _TALL = 14, 480


def draw_cross_table(opened: AnalyticsPage, chart: str, figure: Figure, *, corner: str) -> Picked | None:
    """Labels down, series across, with a total of each row; as a file too. `corner` is what the labels are."""
    cells = {(part.label, part.series): part for part in figure.parts}
    columns = cross_table(figure, corner=corner)
    labels = columns[0].values
    shown = drawn_values(columns)
    config: dict[str, Any] = {
        corner: st.column_config.TextColumn(corner, pinned=True),
        "Total": st.column_config.NumberColumn("Total", format="localized"),
    }
    for series in figure.series:
        # A year in each of a dozen headers would only make them wide.
        config[series] = st.column_config.NumberColumn(said_label(series).partition(",")[0], format="localized")
    clicked = _draw(opened, chart, shown, config)
    draw_table_export(opened, figure, columns, key=f"{opened.name}_{chart}_export")
    if clicked is None:
        return None
    row, column = clicked
    part = cells.get((labels[row], column))
    return Picked(chart=chart, figure=figure, part=part) if part else None


def draw_list(
    opened: AnalyticsPage, chart: str, figure: Figure, shown: Mapping[str, Sequence[Any]], config: Mapping[str, Any]
) -> Picked | None:
    """A row for each part of the figure, in its order, with these columns; a click anywhere in it opens its rows."""
    clicked = _draw(opened, chart, shown, config)
    if clicked is None:
        return None
    return Picked(chart=chart, figure=figure, part=figure.parts[clicked[0]])


def drawn_values(columns: Sequence[TableColumn]) -> dict[str, list[Any]]:
    """What is drawn of a table's columns, by title: amounts as numbers, shares in percent."""
    return {each.title: [_drawn(value, each.unit) for value in each.values] for each in columns}


def _draw(
    opened: AnalyticsPage, chart: str, shown: Mapping[str, Sequence[Any]], config: Mapping[str, Any]
) -> tuple[int, str] | None:
    key, picks = hear(opened, chart)
    count = len(next(iter(shown.values()), ()))
    state = st.dataframe(
        dict(shown),
        hide_index=True,
        width="stretch",
        height="content" if count < _MOST_ROWS else _TALL,
        column_config=dict(config),
        placeholder="",
        on_select=picks,
        selection_mode="single-cell",
        key=key,
    )
    cells = state["selection"]["cells"] if isinstance(state, dict) else []
    if not cells or not is_picked(opened, chart):
        return None
    row, column = cells[0]
    return (row, column) if 0 <= row < count else None


def _drawn(value: Any, unit: Unit | None) -> Any:
    if not isinstance(value, Decimal):
        return value
    return float(value * 100 if unit is Unit.PERCENT else value)
