"""The rows behind what was clicked: said in words, with a way back, a page of them at a time, all of them as a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import streamlit as st

from lib.analytics.figures.drill import AddedUp, Behind, add_up, behind, columns_of, read_rows
from lib.analytics.figures.figure import Figure, Part
from lib.analytics.figures.reveal import reveal_patient
from lib.analytics.figures.wanted import Wanted
from lib.analytics.reading.columns import Holds, holds, is_personal, said_sum, title_of
from lib.analytics.reading.filters import Order
from lib.analytics.reading.reader import Answer, Reader
from lib.analytics.reading.views import View
from lib.core.access.permissions import Permission
from lib.core.errors import DaysheetError
from lib.ui.analytics import AnalyticsPage
from lib.ui.charts.drawn import said_label
from lib.ui.claim_status.payer_says import add_payer_says, has_payers, with_claims
from lib.ui.drawing import Picked, let_go, open_others
from lib.ui.exports import draw_exports, said_of_figure
from lib.ui.looks import saw_rows
from lib.ui.trouble import show_refusal
from lib.ui.wording import counted, inner, literal

#: Rows that are drawn at once.
PAGE_ROWS = 500
SORTING = f"A click on a header orders only the {PAGE_ROWS} rows that are drawn; “Sort by” orders all of them."
#: More rows than these scroll within their table, which is then so many pixels tall.
_ROWS_IN_SIGHT, _TALL = 14, 480
_OWN_DAY = "Days to the day that the row's own report shows, which may differ from client to client."
_MEANINGS = {"unbilled_days": _OWN_DAY, "unapplied_age_days": _OWN_DAY}
#: A bucket of days.
_AGE = re.compile(r"(over )?\d{1,3}(-\d{1,3})?")


def draw_rows(opened: AnalyticsPage, picked: Picked | None, *, columns: Sequence[str], sort: str) -> None:
    """Draw the rows behind what was clicked, if anything was: `columns` at first, sorted by `sort`, largest first."""
    if picked is None:
        return
    figure, part = picked.figure, picked.part
    reader = opened.reader_on(part.as_of)
    rows = behind(figure, part, opened.filters)
    known = opened.once(("columns", rows.view.name), lambda: columns_of(reader, rows.view))
    shown = [column for column in _chosen_columns(opened, rows.view, columns) if column in known]
    added = opened.once(
        ("added up", _identity(rows), part.as_of),
        lambda: add_up(reader, rows, _amounts(reader, rows, shown)),
        reading="the rows behind it",
    )
    with st.container(border=True, key=f"drill_{picked.chart}"):
        _draw_sentence(opened, picked, figure, part, added)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            order_by, order = _choose_order(opened, rows.view, shown, sort)
            _choose_columns(opened, rows.view, known, columns)
            wanted = Wanted(
                rows=rows,
                columns=shown,
                sort=order_by,
                order=order,
                title=f"{figure.title}: {_words_of(part)}",
                said=[("Measure", figure.measure_of(part).title), *said_of_figure(opened, figure)],
                totals={column: amount for column, amount in added.sums.items() if column in shown},
            )
            draw_exports(opened, reader, wanted, added.rows, key=f"{opened.name}_export")
        says = has_payers(opened, rows.view, known)
        asked = with_claims(shown) if says else tuple(shown)
        pages = max(1, -(-added.rows // PAGE_ROWS))
        number = _page_number(opened, picked, pages)
        answer = opened.once(
            ("rows", _identity(rows), part.as_of, asked, order_by, order, number),
            lambda: read_rows(
                reader, rows, asked, sort=order_by, order=order, skip=(number - 1) * PAGE_ROWS, most=PAGE_ROWS
            ),
            reading="the rows",
        )
        if says:
            answer = add_payer_says(opened.page.desk, answer, shown)
        skip, sorted_by = (number - 1) * PAGE_ROWS, f"{order_by} {order}"
        saw_rows(opened, "rows", rows.view.name, rows.conditions, answer, sort=sorted_by, skip=skip)
        reveals = _may_reveal(opened)
        place = draw_table(answer, rows.view, key=f"{opened.name}_rows", on_click=_heard if reveals else None)
        if reveals and place is not None:
            _draw_reveal(opened, reader, rows, order_by, order, (number - 1) * PAGE_ROWS + place)
        _draw_totals(added, answer, number, pages)
        if pages > 1:
            st.pagination(pages, key=_page_key(opened, picked))


def draw_table(
    answer: Answer,
    view: View,
    *,
    key: str,
    titles: Mapping[str, str] | None = None,
    meanings: Mapping[str, str] | None = None,
    on_click: Callable[[], None] | None = None,
) -> int | None:
    """A page of rows: ids as text, money with cents to the right, days as days, the first column kept in sight.

    `titles` and `meanings` of columns, where they are not the usual ones. With `on_click`, a click is heard, and the
    place of the row that was clicked is returned.
    """
    config: dict[str, Any] = {}
    shown: dict[str, list[Any]] = {}
    for place, column in enumerate(answer.columns):
        values = [row[place] for row in answer.rows]
        kind = kind_of(column, values)
        title, said = (titles or {}).get(column) or title_of(column), (meanings or {}).get(column)
        said = said or _MEANINGS.get(column)
        if is_personal(view, column):
            title, said = f"{title} (personal)", "Names or identifies a patient."
        shown[column] = [_cell(kind, value) for value in values]
        config[column] = _column(kind, title, said, pinned=place == 0)
    heard: dict[str, Any] = {} if on_click is None else {"on_select": on_click, "selection_mode": "single-cell"}
    state = st.dataframe(
        shown,
        hide_index=True,
        width="stretch",
        height="content" if len(answer.rows) < _ROWS_IN_SIGHT else _TALL,
        column_config=config,
        placeholder="",
        **heard,
        key=key,
    )
    cells = state["selection"]["cells"] if on_click is not None and isinstance(state, Mapping) else []
    return cells[0][0] if cells and cells[0][0] < len(answer.rows) else None


def kind_of(column: str, values: Sequence[Any]) -> Holds:
    """What a column holds, by the values that came."""
    first = next((value for value in values if value is not None), None)
    match first:
        case bool():
            return Holds.YES_NO
        case Decimal():
            return holds(column, "decimal")
        case int() | float():
            return holds(column, "int")
        case date():
            return Holds.DAY
        case _:
            return Holds.TEXT


def _draw_sentence(opened: AnalyticsPage, picked: Picked, figure: Figure, part: Part, added: AddedUp) -> None:
    measure = figure.measure_of(part)
    said = [literal(_words_of(part)), counted(added.rows, figure.noun)]
    said += [f"{literal(said_sum(measure.column, added.sums[measure.column]))} {inner(measure.title)}"]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{' · '.join(said)}**", width="content")
        st.button(
            "Back to the figure",
            icon=":material/close:",
            type="tertiary",
            on_click=let_go,
            args=(opened, picked.chart),
            key=f"{opened.name}_back",
        )
        if part.others:
            st.button(
                f"Show these {part.others} in the chart",
                icon=":material/unfold_more:",
                type="tertiary",
                on_click=open_others,
                args=(opened, picked),
                key=f"{opened.name}_others",
            )


def _words_of(part: Part) -> str:
    """What was clicked, in words."""
    words = [said_label(part.label)]
    if part.series:
        words.append(f"{part.series} days" if _AGE.fullmatch(part.series) else said_label(part.series))
    return " · ".join(words)


def _choose_order(opened: AnalyticsPage, view: View, shown: Sequence[str], sort: str) -> tuple[str, Order]:
    options = [*shown] if sort in shown else [sort, *shown]
    by = st.selectbox(
        "Sort by",
        options,
        index=options.index(sort),
        format_func=lambda column: f"Sort by {inner(title_of(column))}",
        label_visibility="collapsed",
        width=240,
        key=f"{opened.name}_{view.name}_sort",
        help="Orders all rows, not only those that are drawn.",
    )
    up = st.toggle("Smallest first", key=f"{opened.name}_{view.name}_up")
    return by, Order.UP if up else Order.DOWN


def _chosen_columns(opened: AnalyticsPage, view: View, first: Sequence[str]) -> Sequence[str]:
    chosen: Sequence[str] = st.session_state.get(f"{opened.name}_{view.name}_columns") or first
    return chosen


def _choose_columns(opened: AnalyticsPage, view: View, known: Sequence[str], first: Sequence[str]) -> None:
    with st.popover("Columns", icon=":material/view_column:"):
        st.multiselect(
            "Columns, in this order",
            [column for column in known if column not in ("client_id", "package_id", "extras")],
            default=[column for column in first if column in known],
            format_func=lambda column: f"{title_of(column)}{' (personal)' if is_personal(view, column) else ''}",
            key=f"{opened.name}_{view.name}_columns",
        )


def _page_key(opened: AnalyticsPage, picked: Picked) -> str:
    return f"{opened.name}_{picked.chart}_{picked.part.label}_{picked.part.series}_page"


def _page_number(opened: AnalyticsPage, picked: Picked, pages: int) -> int:
    number: int = st.session_state.get(_page_key(opened, picked)) or 1
    return min(number, pages)


def _amounts(reader: Reader, rows: Behind, shown: Sequence[str]) -> list[str]:
    """Those of the columns that can be added up: what holds money."""
    sample = read_rows(reader, rows, shown, sort=rows.sum_of, most=50)
    return [
        column
        for place, column in enumerate(sample.columns)
        if kind_of(column, [row[place] for row in sample.rows]) is Holds.MONEY
    ]


def _may_reveal(opened: AnalyticsPage) -> bool:
    return opened.actor.may(Permission.PATIENTS_REVEAL) and not opened.actor.may(Permission.PATIENTS_SEE)


def _heard() -> None:
    """A click on a row draws the page again, with the way to its patient."""


def _draw_reveal(opened: AnalyticsPage, reader: Reader, rows: Behind, sort: str, order: Order, place: int) -> None:
    asked = st.button("Show this row's patient", icon=":material/visibility:", key=f"{opened.name}_reveal_{place}")
    if not asked:
        st.caption("Patients are masked for you. A look at one is recorded.")
        return
    desk = opened.page.desk
    try:
        shown = reveal_patient(
            desk.database, desk.settings, opened.actor, reader, rows, sort=sort, order=order, place=place
        )
    except DaysheetError as error:
        show_refusal(error)
        return
    st.info(
        " · ".join(f"{title_of(name)} {literal(str(value))}" for name, value in shown.items() if value is not None),
        title="Recorded. It is shown until the page is drawn next.",
        icon=":material/visibility:",
    )


def _draw_totals(added: AddedUp, answer: Answer, number: int, pages: int) -> None:
    drawn = len(answer.rows)
    first = (number - 1) * PAGE_ROWS + 1
    which = f"rows {first:,} to {first + drawn - 1:,} of {added.rows:,}" if pages > 1 else counted(added.rows, "row")
    sums = [
        f"{title_of(column)} {literal(said_sum(column, amount))}"
        for column, amount in added.sums.items()
        if column in answer.columns
    ]
    st.caption(f"**Total of all rows** · {which} · {' · '.join(sums)}")
    if pages > 1:
        st.caption(SORTING)


def _identity(rows: Behind) -> tuple[Any, ...]:
    parameters = tuple(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in sorted(rows.conditions.parameters.items())
    )
    return (rows.view.name, rows.conditions.sql, parameters, rows.sum_of)


def _cell(kind: Holds, value: Any) -> Any:
    if value is None:
        return None
    match kind:
        case Holds.MONEY:
            # The browser knows no decimals; the cents of anything below 90 trillion dollars are exact in this.
            return float(value)
        case Holds.TEXT:
            return str(value)
        case Holds.NUMBER:
            return float(value) if isinstance(value, Decimal) else value
        case _:
            return value.date() if isinstance(value, datetime) else value


def _column(kind: Holds, title: str, said: str | None, *, pinned: bool) -> Any:
    match kind:
        case Holds.MONEY:
            return st.column_config.NumberColumn(title, format="dollar", pinned=pinned, help=said)
        case Holds.NUMBER:
            return st.column_config.NumberColumn(title, format="localized", pinned=pinned, help=said)
        case Holds.DAY:
            return st.column_config.DateColumn(title, format="MMM D, YYYY", pinned=pinned, help=said)
        case Holds.YES_NO:
            return st.column_config.CheckboxColumn(title, pinned=pinned, help=said)
        case _:
            return st.column_config.TextColumn(title, pinned=pinned, help=said)
