"""The filters of every analytics page: in one bar, in the address, and kept from page to page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import streamlit as st

from lib.analytics.reading.filters import NOTHING, Conditions, Filters, conditions_on
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, Dimension, View
from lib.analytics.snapshot.reader import open_reader
from lib.core.actor import Actor
from lib.core.clients import Client
from lib.core.errors import BadInput
from lib.ui.figure_cache import FIGURES
from lib.ui.frame import OpenPage
from lib.ui.trouble import show_refusal
from lib.ui.wording import day

_KEPT = "analytics_filters"
#: The names that filters have in an address.
_NAMES = (*(dimension.value for dimension in Dimension), "from", "to", "as_of", "clock")
_SHORT_CLOCKS = {
    Clock.DOS: "Service date",
    Clock.BILLED: "First bill",
    Clock.ENTERED: "Entry",
    Clock.RECEIVED: "Received",
    Clock.POSTED: "Posted",
}
_PERIODS = ("any time", "this month", "last month", "last 3 months", "this year", "last 12 months", "from … to")
#: So many values of a filter are named in the bar.
_NAMED = 2


def current_filters() -> Filters:
    """The filters that the address holds, else those of the page before; an address that holds none is told so once."""
    asked = {name: value for name, value in st.query_params.to_dict().items() if name in _NAMES}
    try:
        filters = Filters.from_address(asked or st.session_state.get(_KEPT, {}))
    except BadInput as error:
        show_refusal(error)
        filters = Filters()
    _keep(filters)
    return filters


def address_of_filters() -> dict[str, str]:
    """The filters as query parameters, for a link to another analytics page."""
    kept: dict[str, str] = st.session_state.get(_KEPT, {})
    return kept


def take_filters(filters: Filters) -> None:
    """Choose all of these, and nothing else, from the next drawing on."""
    _keep(filters)


def reset_filters() -> None:
    """Choose everything again, as of the latest."""
    _keep(Filters())


def choose_clients(known: tuple[Client, ...]) -> tuple[Client, ...]:
    """The clients in view where the frame's chooser says all of them; the choice is drawn among the filters."""
    chosen = current_filters().values(Dimension.CLIENT)
    return tuple(client for client in known if client.id in chosen) or known


def choose_filters(
    page: OpenPage,
    clients: tuple[Client, ...],
    actor: Actor,
    view: View,
    *,
    days: Sequence[date],
    clocks: Sequence[Clock],
) -> tuple[Filters, Reader]:
    """Draw the filters of a view and return what is chosen, with a reader as of the chosen day.

    The clients in view are among the filters that are returned, however they were chosen.
    """
    filters = current_filters()
    _choose_day(filters, days)
    if len(clocks) > 1:
        _choose_clock(filters, clocks)
    reader = open_reader(page.desk.database, page.desk.settings, actor, as_of=filters.as_of, view=view)
    with st.popover("Filters", icon=":material/filter_list:", key="filters_popover"):
        if page.client is None and len(page.clients) > 1:
            _choose_several(Dimension.CLIENT, filters, [client.id for client in page.clients], page)
        for dimension in (Dimension.PRACTICE, Dimension.PAYER, Dimension.FACILITY, Dimension.PROVIDER):
            if view.column_of(dimension):
                _choose_several(dimension, filters, values_of(reader, actor, view, dimension), page)
        if view.clocks:
            _choose_period(filters, clocks)
    clock = filters.clock if filters.clock in clocks or not clocks else clocks[0]
    _draw_chosen(filters, page, clock)
    in_view = {**filters.chosen, Dimension.CLIENT: tuple(sorted(client.id for client in clients))}
    return replace(filters, chosen=in_view), reader


def _choose_day(filters: Filters, days: Sequence[date]) -> None:
    # None would mean that nothing is chosen.
    options = ["", *(each.isoformat() for each in days)]
    chosen = filters.as_of.isoformat() if filters.as_of else ""
    if chosen not in options:
        options.append(chosen)
    _set("filter_as_of", chosen)
    st.selectbox(
        "As of",
        options,
        format_func=lambda text: f"As of {day(date.fromisoformat(text))}" if text else "As of the latest day",
        label_visibility="collapsed",
        width=200,
        key="filter_as_of",
        on_change=lambda: _change(
            as_of=date.fromisoformat(text) if (text := st.session_state["filter_as_of"]) else None
        ),
        help="Figures as they were known on that day. A past month end never changes.",
    )


def _choose_clock(filters: Filters, clocks: Sequence[Clock]) -> None:
    _set("filter_clock", filters.clock if filters.clock in clocks else clocks[0])
    st.segmented_control(
        "Clock",
        list(clocks),
        format_func=lambda clock: _SHORT_CLOCKS[clock],
        required=True,
        label_visibility="collapsed",
        key="filter_clock",
        on_change=lambda: _change(clock=st.session_state["filter_clock"]),
    )


def _choose_several(dimension: Dimension, filters: Filters, options: Sequence[str], page: OpenPage) -> None:
    names = {client.id: client.name for client in page.clients}
    chosen = filters.values(dimension)
    key = f"filter_{dimension.value}"
    _set(key, list(chosen))
    st.multiselect(
        dimension.label,
        [*options, *(value for value in chosen if value not in options)],
        format_func=lambda value: names.get(value, value) if dimension is Dimension.CLIENT else value,
        placeholder=f"All {len(options):,}" if options else "None in these rows",
        key=key,
        on_change=lambda: _change(chosen={dimension: tuple(st.session_state[key])}),
    )


def _choose_period(filters: Filters, clocks: Sequence[Clock]) -> None:
    today = filters.as_of or date.today()
    spans = {name: _span(name, today) for name in _PERIODS[:-1]}
    asked = (filters.first_day, filters.last_day)
    named = next((name for name, span in spans.items() if span == asked), _PERIODS[-1])
    own = st.session_state.get("filter_period") == _PERIODS[-1]
    _set("filter_period", _PERIODS[-1] if own and asked != (None, None) else named)
    clock = filters.clock if filters.clock in clocks else clocks[0] if clocks else filters.clock

    def choose() -> None:
        first, last = spans.get(st.session_state["filter_period"], spans["last 3 months"])
        _change(first_day=first, last_day=last)

    st.selectbox(f"Days, by {clock.label.lower()}", _PERIODS, key="filter_period", on_change=choose)
    if st.session_state["filter_period"] == _PERIODS[-1]:
        _set("filter_days", asked)

        def choose_days() -> None:
            days = st.session_state["filter_days"]
            if len(days) == 2:
                _change(first_day=days[0], last_day=days[1])

        st.date_input(
            "From … to",
            key="filter_days",
            on_change=choose_days,
            format="YYYY-MM-DD",
            label_visibility="collapsed",
        )


def _draw_chosen(filters: Filters, page: OpenPage, clock: Clock) -> None:
    """What is chosen in words; a click takes one away, and one button takes all."""
    names = {client.id: client.name for client in page.clients}
    drawn = 0
    for dimension, values in filters.chosen.items():
        if not values or (dimension is Dimension.CLIENT and page.client is not None):
            continue
        words = [names.get(value, value) if dimension is Dimension.CLIENT else value for value in values]
        more = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
        drawn += 1
        _chip(f"{dimension.label}: {', '.join(words[:_NAMED])}{more}", dimension.value, chosen={dimension: ()})
    if filters.first_day or filters.last_day:
        first = day(filters.first_day) if filters.first_day else "the beginning"
        last = day(filters.last_day) if filters.last_day else "today"
        drawn += 1
        _chip(f"{clock.label}: {first} to {last}", "days", first_day=None, last_day=None)
    if drawn or filters.as_of:
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            type="tertiary",
            on_click=reset_filters,
            key="filter_reset",
            help="All rows, as of the latest day.",
        )


def _chip(words: str, name: str, **without: Any) -> None:
    st.button(
        words.replace("[", "\\[").replace("$", "\\$"),
        icon=":material/close:",
        icon_position="right",
        on_click=lambda: _change(**without),
        key=f"chip_{name}",
        help="Take this filter away",
    )


def values_of(reader: Reader, actor: Actor, view: View, dimension: Dimension) -> list[str]:
    """The values that the view has in a dimension, whatever is chosen, the most frequent first."""
    column = view.column_of(dimension)

    def ask() -> list[str]:
        everything: Conditions = conditions_on(view, Filters())
        found = reader.ask(
            questions("figures")["values"].format(view=view.name, column=column, conditions=everything.sql),
            everything.parameters,
        )
        return [NOTHING if row[0] is None else str(row[0]) for row in found.rows]

    return FIGURES.once(("values", actor.scope, reader.version, str(reader.as_of), view.name, column), ask)


def _span(name: str, today: date) -> tuple[date | None, date | None]:
    month = today.replace(day=1)
    match name:
        case "this month":
            return month, today
        case "last month":
            end = month - timedelta(days=1)
            return end.replace(day=1), end
        case "last 3 months":
            return _months_before(month, 2), today
        case "this year":
            return today.replace(month=1, day=1), today
        case "last 12 months":
            return _months_before(month, 11), today
        case _:
            return None, None


def _months_before(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def _set(key: str, value: Any) -> None:
    """Have a widget show what the address says, whatever it showed before."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def _change(*, chosen: dict[Dimension, tuple[str, ...]] | None = None, **fields: Any) -> None:
    filters = current_filters()
    every = {**filters.chosen, **(chosen or {})}
    _keep(replace(filters, chosen={dimension: values for dimension, values in every.items() if values}, **fields))


def _keep(filters: Filters) -> None:
    address = filters.to_address()
    st.session_state[_KEPT] = address
    shown = st.query_params.to_dict()
    for name in _NAMES:
        if name in address:
            if shown.get(name) != address[name]:
                st.query_params[name] = address[name]
        elif name in shown:
            del st.query_params[name]
