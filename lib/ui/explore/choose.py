"""What of a view is shown: its rows in chosen columns, or groups with sums, in which order, drawn or not."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.analytics.explore.exploration import (
    ROWS,
    Chart,
    Column,
    ColumnFilter,
    Exploration,
    checked,
    title_shown,
    total_of,
)
from lib.analytics.reading.columns import Holds
from lib.analytics.reading.filters import Order
from lib.ui.explore.state import key_of
from lib.ui.wording import inner

_MOST_GROUPED = 4
_CHARTS = {
    Chart.NONE: ":material/table_rows: Table",
    Chart.BARS: ":material/bar_chart: Bars",
    Chart.LINE: ":material/show_chart: Line",
}


def choose_shown(columns: Sequence[Column], start: Exploration, filters: tuple[ColumnFilter, ...]) -> Exploration:
    """Draw what can be chosen and return the whole exploration."""
    known = {each.name: each for each in columns}
    left, right = st.columns(2)
    with left:
        offered = [each.name for each in columns if not each.personal]
        groups = st.multiselect(
            "Group by",
            offered,
            default=[name for name in start.groups if name in offered],
            format_func=lambda name: known[name].title,
            placeholder="No grouping: every row",
            max_selections=_MOST_GROUPED,
            help="The first is drawn, the second tells its colours.",
            key=key_of("groups"),
        )
    with right:
        if groups:
            shown, added = list(start.columns), _choose_sums(columns, start)
        else:
            shown, added = _choose_columns(columns, start), []
    wanted = Exploration(
        view=start.view,
        columns=tuple(shown or start.columns),
        filters=filters,
        groups=tuple(groups),
        added=tuple(added),
        sort=start.sort,
        order=start.order,
        chart=start.chart,
    )
    return checked(wanted, columns)


def choose_order(columns: Sequence[Column], exploration: Exploration, start: Exploration) -> Exploration:
    """Draw the order, and for groups whether they are drawn as a chart."""
    if exploration.groups:
        options = [*exploration.groups, ROWS, *map(total_of, exploration.added)]
    else:
        options = [*exploration.columns, *(each.name for each in columns if each.name not in exploration.columns)]
    grouped = "groups" if exploration.groups else "rows"
    sort = st.selectbox(
        "Sort by",
        options,
        index=options.index(exploration.sort),
        format_func=lambda name: f"Sort by {inner(title_shown(name))}",
        label_visibility="collapsed",
        width=250,
        key=key_of(f"sort_{grouped}_{'_'.join((*exploration.groups, *exploration.added))}"),
    )
    up = st.toggle("Smallest first", value=start.order is Order.UP, key=key_of("up"))
    chart = Chart.NONE
    if exploration.groups:
        chart = st.segmented_control(
            "Chart",
            _charts(columns, exploration),
            default=start.chart if start.chart in _charts(columns, exploration) else Chart.NONE,
            format_func=lambda each: _CHARTS[each],
            required=True,
            label_visibility="collapsed",
            key=key_of(f"chart_{len(_charts(columns, exploration))}"),
        )
    return Exploration(
        view=exploration.view,
        columns=exploration.columns,
        filters=exploration.filters,
        groups=exploration.groups,
        added=exploration.added,
        sort=sort,
        order=Order.UP if up else Order.DOWN,
        chart=chart or Chart.NONE,
    )


def _charts(columns: Sequence[Column], exploration: Exploration) -> list[Chart]:
    """Lines run over days only."""
    first = next(each for each in columns if each.name == exploration.groups[0])
    return [Chart.NONE, Chart.BARS, *([Chart.LINE] if first.holds is Holds.DAY else [])]


def _choose_columns(columns: Sequence[Column], start: Exploration) -> list[str]:
    known = {each.name: each for each in columns}
    return st.multiselect(
        "Columns, in this order",
        list(known),
        default=[name for name in start.columns if name in known],
        format_func=lambda name: known[name].title + (" (personal)" if known[name].personal else ""),
        wrap=False,
        key=key_of("columns"),
    )


def _choose_sums(columns: Sequence[Column], start: Exploration) -> list[str]:
    known = {each.name: each for each in columns if each.can_be_added}
    money = [name for name, each in known.items() if each.holds is Holds.MONEY]
    return st.multiselect(
        "Add up",
        sorted(known, key=lambda name: name not in money),
        default=[name for name in start.added if name in known] or money[:1],
        format_func=lambda name: known[name].title,
        placeholder="Count only",
        help="The first is what a chart shows.",
        key=key_of("added"),
    )
