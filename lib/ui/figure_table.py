"""A figure as a table whose cells open their rows: users by weeks, rates with what they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from lib.analytics.figures.figure import Figure, Part
from lib.ui.analytics import AnalyticsPage
from lib.ui.charts.drawn import said_label
from lib.ui.drawing import Picked, hear, is_picked

_ROW_PIXELS = 35
_MOST_ROWS = 14


def draw_cross_table(opened: AnalyticsPage, chart: str, figure: Figure, *, corner: str) -> Picked | None:
    """Labels down, series across, with a total of each row. `corner` is what the labels are."""
    cells = {(part.label, part.series): part for part in figure.parts}
    totals = {
        label: sum(float(part.height or 0) for part in figure.parts if part.label == label) for label in figure.labels
    }
    labels = sorted(figure.labels, key=lambda label: -totals[label])
    shown: dict[str, list[Any]] = {corner: labels, "Total": [totals[label] for label in labels]}
    for series in figure.series:
        shown[series] = [_height(cells.get((label, series))) for label in labels]
    config: dict[str, Any] = {
        corner: st.column_config.TextColumn(corner, pinned=True),
        "Total": st.column_config.NumberColumn("Total", format="localized"),
    }
    for series in figure.series:
        # A year in each of a dozen headers would only make them wide.
        config[series] = st.column_config.NumberColumn(said_label(series).partition(",")[0], format="localized")
    clicked = _draw(opened, chart, shown, config)
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


def _draw(
    opened: AnalyticsPage, chart: str, shown: Mapping[str, Sequence[Any]], config: Mapping[str, Any]
) -> tuple[int, str] | None:
    key, picks = hear(opened, chart)
    count = len(next(iter(shown.values()), ()))
    state = st.dataframe(
        dict(shown),
        hide_index=True,
        width="stretch",
        height=(min(count, _MOST_ROWS) + 1) * _ROW_PIXELS + 3,
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


def _height(part: Part | None) -> float | None:
    return None if part is None or part.height is None else float(part.height)
