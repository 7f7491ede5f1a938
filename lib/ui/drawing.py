"""Draws a figure, hears which of its marks is clicked, and remembers it until the way back is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from lib.analytics.figures.figure import Figure, Part
from lib.analytics.reading.filters import Mark
from lib.ui.analytics import FAILURES, AnalyticsPage
from lib.ui.charts.drawn import CONFIG, Drawn
from lib.ui.charts.theme import Theme
from lib.ui.marks import forget_mark, tell_mark, told_mark
from lib.ui.trouble import show_trouble
from lib.ui.wording import literal

Shape = Callable[[Figure, Theme], Drawn]


@dataclass(frozen=True, kw_only=True, slots=True)
class Picked:
    """A part that was clicked."""

    chart: str
    figure: Figure
    part: Part


def draw_figure(
    opened: AnalyticsPage,
    chart: str,
    make: Callable[[Mark | None], Figure],
    shape: Shape,
    *,
    title: str | None = None,
) -> Picked | None:
    """Draw a figure and return what was clicked in it, if it is what was clicked last on the page or in the address.

    `chart` names it on its page, with everything that `make` depends on beside filters and reader. `make` is given
    what an “other (n)” stands for while that is open.
    """
    within: Mark | None = st.session_state.get(_key(opened, chart, "within"))
    try:
        drawn = opened.once(
            ("chart", opened.name, chart, _hashable(within)),
            lambda: _draw(make, shape, within, opened),
            reading="a figure",
        )
    except FAILURES as error:
        st.markdown(f"**{title or 'A figure'}**")
        show_trouble(error)
        return None
    figure = drawn.figure
    st.markdown(f"**{title or figure.title}**")
    if within is not None:
        st.button(
            "Back to the largest",
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=_open_others,
            args=(opened, chart, None),
            key=_key(opened, chart, "largest"),
        )
    if figure.note:
        st.caption(f":material/info: {literal(figure.note)}")
    if figure.unheeded:
        st.caption(f"Not narrowed by {' and '.join(figure.unheeded)}: these rows have none.")
    if figure.empty:
        st.caption("No rows.")
        return None
    key, picks = hear(opened, chart)
    state = st.plotly_chart(
        drawn.spec,
        theme=None,
        config=CONFIG,
        key=key,
        on_select=picks,
        selection_mode="points",
        alt=f"{figure.title}: {len(figure.parts)} marks over {len(figure.labels)} categories",
    )
    points = state["selection"]["points"] if isinstance(state, dict) else []
    if points and is_picked(opened, chart):
        part = drawn.part_at(points[0]["curve_number"], points[0]["point_index"])
        if part is not None:
            tell_mark(chart, part)
    else:
        part = told_mark(chart, figure)
    return Picked(chart=chart, figure=figure, part=part) if part else None


def hear(opened: AnalyticsPage, chart: str) -> tuple[str, Callable[[], None]]:
    """For a table whose cells can be clicked: its key, and what is to be called on a click."""
    key = f"{_key(opened, chart, 'chart')}_{st.session_state.get(_key(opened, chart, 'round'), 0)}"
    return key, lambda: _pick(opened, chart)


def is_picked(opened: AnalyticsPage, chart: str) -> bool:
    """Whether it was here that the last click on the page fell."""
    return bool(st.session_state.get(f"{opened.name}_picked") == chart)


def let_go(opened: AnalyticsPage, chart: str) -> None:
    """The way back: nothing is clicked any more."""
    st.session_state.pop(f"{opened.name}_picked", None)
    forget_mark()
    _forget(opened, chart)


def open_others(opened: AnalyticsPage, picked: Picked) -> None:
    """Show in the chart what its “other (n)” stands for."""
    let_go(opened, picked.chart)
    folded = {column: value for column, value in picked.part.mark.values.items() if isinstance(value, tuple)}
    _open_others(opened, picked.chart, Mark(values=folded))


def _draw(make: Callable[[Mark | None], Figure], shape: Shape, within: Mark | None, opened: AnalyticsPage) -> Drawn:
    return shape(make(within), opened.theme)


def _pick(opened: AnalyticsPage, chart: str) -> None:
    # Of several charts the one that was clicked last counts; the others forget what was clicked in them.
    before = st.session_state.get(f"{opened.name}_picked")
    if before and before != chart:
        _forget(opened, before)
    # A click on what was clicked already takes it back.
    forget_mark()
    st.session_state[f"{opened.name}_picked"] = chart


def _forget(opened: AnalyticsPage, chart: str) -> None:
    # A selection can be read only; a chart under another key begins without one.
    key = _key(opened, chart, "round")
    st.session_state[key] = st.session_state.get(key, 0) + 1


def _open_others(opened: AnalyticsPage, chart: str, within: Mark | None) -> None:
    st.session_state[_key(opened, chart, "within")] = within


def _key(opened: AnalyticsPage, chart: str, what: str) -> str:
    return f"{opened.name}_{chart}_{what}"


def _hashable(mark: Mark | None) -> tuple[tuple[str, object], ...] | None:
    return None if mark is None else tuple(sorted(mark.values.items()))
