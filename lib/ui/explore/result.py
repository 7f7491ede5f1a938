"""What an exploration gives: how much, a chart, a page of it, all of it as a file, and the question itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from lib.analytics.explore.answers import (
    MOST_GROUPS,
    NO_VALUE,
    Question,
    Size,
    figure,
    read_page,
    size,
    types_added,
    whole,
)
from lib.analytics.explore.exploration import (
    Chart,
    Column,
    ColumnFilter,
    Exploration,
    checked,
    conditions,
    group_filters,
    title_shown,
    total_of,
)
from lib.analytics.figures.drill import Behind
from lib.analytics.figures.figure import Figure
from lib.analytics.figures.wanted import Wanted, WantedAnswer
from lib.analytics.reading.columns import Holds, is_personal, said_sum
from lib.analytics.reading.filters import Conditions, Mark, Order
from lib.analytics.reading.reader import Answer, Reader
from lib.analytics.reading.views import Clock, View
from lib.ui.analytics import AnalyticsPage
from lib.ui.charts.bars import ranking_bars, stacked_bars
from lib.ui.charts.drawn import Drawn
from lib.ui.charts.lines import lines
from lib.ui.charts.theme import Theme, colours
from lib.ui.drawing import draw_figure, hear, is_picked, let_go
from lib.ui.drill import PAGE_ROWS, SORTING, draw_table
from lib.ui.exports import draw_exports, said_of_filters
from lib.ui.looks import saw_rows
from lib.ui.wording import counted, inner, literal

_TABLE = "groups_table"
_CLIENT = "client_id"


@dataclass(frozen=True, kw_only=True, slots=True)
class Explored:
    """An exploration with everything that its questions need."""

    opened: AnalyticsPage
    reader: Reader
    view: View
    columns: tuple[Column, ...]
    clock: Clock | None
    exploration: Exploration

    @property
    def narrowed(self) -> Conditions:
        """The conditions on its rows."""
        return conditions(self.exploration, self.columns, self.opened.filters, self.clock)

    @property
    def name(self) -> str:
        """Short, and another one for every other exploration."""
        return hashlib.blake2s(repr(self.exploration).encode(), digest_size=6).hexdigest()

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of what a table of it has."""
        wanted = self.exploration
        return (*wanted.groups, "row_count", *map(total_of, wanted.added)) if wanted.groups else wanted.columns

    def size(self) -> Size:
        """Rows, groups and sums."""
        return self.opened.once(
            ("size", self.exploration),
            lambda: size(self.reader, self.exploration, self.columns, self.narrowed, self.summed()),
            reading="how many rows there are",
        )

    def summed(self) -> tuple[str, ...]:
        """The columns that are added up: those chosen, of rows every amount that is shown."""
        if self.exploration.groups:
            return self.exploration.added
        money = {each.name for each in self.columns if each.holds is Holds.MONEY and each.can_be_added}
        shown = (name for name in self.exploration.columns if name in money)
        return tuple(dict.fromkeys((*self.exploration.added, *shown)))


def draw_result(explored: Explored) -> None:
    """Draw the groups with their chart and the rows of the one that is clicked, or the rows."""
    if not explored.exploration.groups:
        _draw_page(explored, explored.size())
        return
    measured = explored.size()
    picked = _draw_chart(explored, measured)
    in_table = _draw_page(explored, measured, heard=True)
    if chosen := in_table or picked:
        _draw_rows_of(explored, chosen)


def draw_tools(explored: Explored) -> None:
    """Offer everything as a file, and the exact question."""
    measured = explored.size()
    asked = whole(explored.reader, explored.exploration, explored.columns, explored.narrowed)
    wanted = (
        _wanted_groups(explored, asked, measured) if explored.exploration.groups else _wanted_rows(explored, measured)
    )
    count = measured.rows if measured.groups is None else measured.groups
    draw_exports(explored.opened, explored.reader, wanted, count, key=f"explore_export_{explored.name}")
    with st.popover("SQL", icon=":material/code:", key=f"explore_sql_{explored.name}"):
        st.caption("The exact question with its values. In PostgreSQL it answers whoever may read these views.")
        st.code(asked.statement(as_of=explored.opened.filters.as_of), language="sql", wrap_lines=True)


def _wanted_rows(explored: Explored, measured: Size) -> Wanted:
    wanted = explored.exploration
    return Wanted(
        rows=Behind(view=explored.view, conditions=explored.narrowed, sum_of=""),
        columns=wanted.columns,
        sort=wanted.sort,
        order=wanted.order,
        title=explored.view.title,
        said=[*_said(explored), *said_of_filters(explored.opened, clock=explored.clock)],
        totals=measured.sums,
    )


def _wanted_groups(explored: Explored, asked: Question, measured: Size) -> WantedAnswer:
    wanted = explored.exploration
    first = "smallest" if wanted.order is Order.UP else "largest"
    unheeded = explored.narrowed.unheeded
    return WantedAnswer(
        view=explored.view,
        question=asked.sql,
        parameters=asked.parameters,
        added=types_added(wanted, explored.columns),
        titles={name: title_shown(name) for name in explored.shown},
        title=explored.view.title,
        said=[
            *_said(explored),
            ("Grouped by", ", ".join(map(title_shown, wanted.groups))),
            ("Sorted by", f"{title_shown(wanted.sort)}, {first} first"),
            *said_of_filters(explored.opened, clock=explored.clock),
            *([("Not narrowed by", ", ".join(unheeded))] if unheeded else []),
        ],
        totals={total_of(name): amount for name, amount in measured.sums.items()},
    )


def _draw_page(explored: Explored, measured: Size, *, heard: bool = False) -> tuple[ColumnFilter, ...] | None:
    """A page of the rows or groups; where clicks are heard, the filters of the group that was clicked."""
    wanted, opened = explored.exploration, explored.opened
    count = measured.rows if measured.groups is None else measured.groups
    pages = max(1, -(-count // PAGE_ROWS))
    page_key = f"explore_page_{explored.name}"
    number = min(st.session_state.get(page_key) or 1, pages)
    answer = opened.once(
        ("page", wanted, number),
        lambda: read_page(
            explored.reader,
            wanted,
            explored.columns,
            explored.narrowed,
            skip=(number - 1) * PAGE_ROWS,
            most=PAGE_ROWS,
        ),
        reading="the rows",
    )
    if not wanted.groups or any(is_personal(explored.view, group) for group in wanted.groups):
        skip, sort = (number - 1) * PAGE_ROWS, f"{wanted.sort} {wanted.order}"
        saw_rows(opened, explored.name, explored.view.name, explored.narrowed, answer, sort=sort, skip=skip)
    key, picks = hear(opened, _TABLE)
    row = draw_table(
        _named(answer, opened.client_names, _texts(explored)),
        explored.view,
        key=f"{key}_{explored.name}_{number}" if heard else f"explore_rows_{explored.name}",
        titles={name: title_shown(name) for name in answer.columns},
        meanings={each.name: each.said for each in explored.columns},
        on_click=picks if heard else None,
    )
    _draw_totals(explored, measured, len(answer.rows), number, pages)
    if pages > 1:
        st.pagination(pages, key=page_key)
    if row is None or not is_picked(opened, _TABLE):
        return None
    return group_filters(wanted.groups, answer.rows[row][: len(wanted.groups)])


def _draw_chart(explored: Explored, measured: Size) -> tuple[ColumnFilter, ...] | None:
    """The chart of the groups, where one was chosen; the filters of the mark that was clicked."""
    wanted, opened = explored.exploration, explored.opened
    if wanted.chart is Chart.NONE:
        return None
    if measured.groups is not None and measured.groups > MOST_GROUPS:
        st.caption(f"{measured.groups:,} groups are too many to draw: group by something coarser, or narrow them.")
        return None

    def make(within: Mark | None) -> Figure:
        answer = read_page(explored.reader, wanted, explored.columns, explored.narrowed, skip=0, most=MOST_GROUPS)
        names = {_CLIENT: opened.client_names}
        return figure(_within(answer, wanted.groups[0], within), wanted, explored.columns, names)

    picked = draw_figure(opened, f"chart_{explored.name}", make, _shape(wanted.chart))
    if picked is None:
        return None
    values = picked.part.mark.values
    return group_filters(tuple(values), tuple(values.values()))


def _draw_rows_of(explored: Explored, group: tuple[ColumnFilter, ...]) -> None:
    opened, added = explored.opened, explored.exploration.added
    inside = replace(explored, exploration=checked(explored.exploration.within(group), explored.columns))
    measured = inside.size()
    with st.container(border=True, key="explore_group"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            said = [*_group_words(group, opened.client_names), counted(measured.rows, "row")]
            said += [f"{said_sum(name, measured.sums[name])} {inner(title_shown(name))}" for name in added[:1]]
            st.markdown(f"**{literal(' · '.join(said))}**", width="content")
            chart = st.session_state.get(f"{opened.name}_picked", _TABLE)
            st.button(
                "Back to the groups",
                icon=":material/close:",
                type="tertiary",
                on_click=let_go,
                args=(opened, chart),
                key="explore_back",
            )
            draw_tools(inside)
        _draw_page(inside, measured)


def _draw_totals(explored: Explored, measured: Size, drawn: int, number: int, pages: int) -> None:
    count = measured.rows if measured.groups is None else measured.groups
    first = (number - 1) * PAGE_ROWS + 1
    noun = "row" if measured.groups is None else "group"
    words = [f"{noun}s {first:,} to {first + drawn - 1:,} of {count:,}" if pages > 1 else counted(count, noun)]
    if measured.groups is not None:
        words.append(counted(measured.rows, "row"))
    words += [f"{title_shown(name)} {said_sum(name, amount)}" for name, amount in measured.sums.items()]
    st.caption(f"**Total** · {literal(' · '.join(words))}")
    if pages > 1:
        st.caption(SORTING)
    if unheeded := explored.narrowed.unheeded:
        st.caption(f"Not narrowed by {' and '.join(unheeded)}: these rows have none.")


def _said(explored: Explored) -> list[tuple[str, str]]:
    lines = [("Clock", explored.clock.label)] if explored.clock else []
    return [*lines, *(("Narrowed to", each.words()) for each in explored.exploration.filters)]


def _group_words(group: Sequence[ColumnFilter], names: Mapping[str, str]) -> list[str]:
    words = []
    for each in group:
        shown = [
            names.get(value or "", value or NO_VALUE) if each.column == _CLIENT else value for value in each.values
        ]
        value = shown[0] or NO_VALUE
        words.append(f"{title_shown(each.column)} {value}" if len(shown) == 1 else f"{len(shown)} others")
    return words


def _shape(chart: Chart) -> Any:
    def bars(made: Figure, theme: Theme) -> Drawn:
        if made.series == ("",):
            return ranking_bars(made, theme)
        return stacked_bars(made, theme, colours(made.series, theme))

    def over_days(made: Figure, theme: Theme) -> Drawn:
        if made.series == ("",):
            return lines(made, theme)
        return lines(made, theme, colours(made.series, theme))

    return bars if chart is Chart.BARS else over_days


def _within(answer: Answer, column: str, within: Mark | None) -> Answer:
    """The groups that an opened “other (n)” stands for."""
    if within is None:
        return answer
    place, values = answer.columns.index(column), within.values[column]
    assert isinstance(values, tuple)
    return Answer(columns=answer.columns, rows=[row for row in answer.rows if row[place] in values])


def _texts(explored: Explored) -> tuple[str, ...]:
    """The columns grouped by that hold words."""
    words = {each.name for each in explored.columns if each.holds is Holds.TEXT}
    return tuple(name for name in explored.exploration.groups if name in words)


def _named(answer: Answer, names: Mapping[str, str], grouped: Sequence[str]) -> Answer:
    """The answer with clients by name, and a word where what is grouped by is empty."""
    if not grouped and _CLIENT not in answer.columns:
        return answer

    def said(column: str, value: Any) -> Any:
        if value is None:
            return NO_VALUE if column in grouped else None
        return names.get(str(value), value) if column == _CLIENT else value

    rows = [tuple(map(said, answer.columns, row)) for row in answer.rows]
    return Answer(columns=answer.columns, rows=rows)
