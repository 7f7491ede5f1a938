"""Narrowing a view by its columns: each by what it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from lib.analytics.explore.answers import NO_VALUE, values_of
from lib.analytics.explore.exploration import NO, YES, Column, ColumnFilter, Exploration, Narrow, written
from lib.analytics.reading.columns import Holds
from lib.analytics.reading.reader import Reader
from lib.ui.analytics import AnalyticsPage
from lib.ui.explore.state import key_of

#: Between values that are typed or pasted.
_BETWEEN = re.compile(r"[,;\n\t]+")
_NARROWEST = 280


def choose_filters_of_columns(
    opened: AnalyticsPage, reader: Reader, columns: Sequence[Column], start: Exploration
) -> tuple[ColumnFilter, ...]:
    """Draw the columns to narrow by and a widget for each that was chosen; return the filters they make."""
    before = {each.column: each for each in start.filters}
    known = {each.name: each for each in columns}
    chosen = st.multiselect(
        "Narrow by columns",
        list(known),
        default=list(before),
        format_func=lambda name: known[name].title + (" (personal)" if known[name].personal else ""),
        placeholder="No column",
        key=key_of("narrowed"),
    )
    found = []
    if chosen:
        row = st.grid("auto", min_column_width=_NARROWEST)
        for name in chosen:
            with row.container():
                made = _choose(opened, reader, start.view, known[name], before.get(name))
            if made is not None:
                found.append(made)
    return tuple(found)


def _choose(
    opened: AnalyticsPage, reader: Reader, view: str, column: Column, before: ColumnFilter | None
) -> ColumnFilter | None:
    match column.holds:
        case Holds.YES_NO:
            return _choose_yes_no(column, before)
        case Holds.DAY:
            return _choose_days(column, before)
        case Holds.MONEY | Holds.NUMBER:
            return _choose_range(column, before)
        case _:
            values = opened.once(
                ("values", view, column.name), lambda: values_of(reader, view, column.name, opened.filters)
            )
            return _choose_texts(opened, column, values, before)


def _choose_texts(
    opened: AnalyticsPage, column: Column, values: Sequence[Any] | None, before: ColumnFilter | None
) -> ColumnFilter | None:
    tests = [Narrow.ONE_OF, Narrow.CONTAINS] if column.type == "text" else [Narrow.ONE_OF]
    first = before.test if before is not None and before.test in tests else tests[0 if values is not None else -1]
    test = st.segmented_control(
        column.title,
        tests,
        default=first,
        required=True,
        format_func=lambda each: f"{column.title} {each}",
        label_visibility="collapsed",
        key=key_of(f"test_{column.name}"),
    )
    had = before.values if before is not None and before.test is test else ()
    if test is Narrow.CONTAINS:
        text = st.text_input(
            f"{column.title} contains",
            value=(had[0] or "") if had else "",
            placeholder="Part of it, in any case of letters",
            label_visibility="collapsed",
            help=column.said or None,
            key=key_of(f"contains_{column.name}"),
        )
        return ColumnFilter(column=column.name, test=Narrow.CONTAINS, values=(text,)) if text else None
    if values is None:
        text = st.text_input(
            f"{column.title} is one of",
            value=", ".join(value for value in had if value is not None),
            placeholder="One or several, with commas between",
            label_visibility="collapsed",
            help=column.said or None,
            key=key_of(f"typed_{column.name}"),
        )
        typed = tuple(part.strip() for part in _BETWEEN.split(text) if part.strip())
        return ColumnFilter(column=column.name, test=Narrow.ONE_OF, values=typed) if typed else None
    offered = [written(value) for value in values]
    names = opened.client_names if column.name == "client_id" else {}
    shown = st.multiselect(
        f"{column.title} is one of",
        [*offered, *(value for value in had if value not in offered)],
        default=list(had),
        format_func=lambda value: NO_VALUE if value is None else names.get(value, value),
        placeholder=f"Any of {len(offered):,}",
        label_visibility="collapsed",
        help=column.said or None,
        key=key_of(f"values_{column.name}"),
    )
    return ColumnFilter(column=column.name, test=Narrow.ONE_OF, values=tuple(shown)) if shown else None


def _choose_range(column: Column, before: ColumnFilter | None) -> ColumnFilter | None:
    whole = column.type in ("smallint", "integer", "bigint")
    ends: list[str | None] = []
    left, right = st.columns(2)
    for place, end, text in (
        (left, "from", before.first if before else None),
        (right, "to", before.last if before else None),
    ):
        with place:
            value = st.number_input(
                f"{column.title} {end}",
                value=None if text is None else (int(text) if whole else float(text)),
                step=1 if whole else 0.01,
                placeholder="any",
                help=column.said or None,
                key=key_of(f"{end}_{column.name}"),
            )
        ends.append(None if value is None else (str(value) if whole else f"{value:.4f}".rstrip("0").rstrip(".")))
    return _range(column, ends[0], ends[1])


def _choose_days(column: Column, before: ColumnFilter | None) -> ColumnFilter | None:
    ends: list[str | None] = []
    left, right = st.columns(2)
    for place, end, text in (
        (left, "from", before.first if before else None),
        (right, "to", before.last if before else None),
    ):
        with place:
            value = st.date_input(
                f"{column.title} {end}",
                value=date.fromisoformat(text) if text else None,
                min_value=date(1900, 1, 1),
                format="YYYY-MM-DD",
                help=column.said or None,
                key=key_of(f"{end}_{column.name}"),
            )
        ends.append(value.isoformat() if isinstance(value, date) else None)
    return _range(column, ends[0], ends[1])


def _choose_yes_no(column: Column, before: ColumnFilter | None) -> ColumnFilter | None:
    options = [YES, NO, None]
    had = [value for value in before.values if value in options] if before else []
    chosen = st.segmented_control(
        column.title,
        options,
        selection_mode="multi",
        default=had,
        format_func=lambda value: NO_VALUE if value is None else value,
        help=column.said or None,
        key=key_of(f"yes_no_{column.name}"),
    )
    return ColumnFilter(column=column.name, test=Narrow.ONE_OF, values=tuple(chosen)) if chosen else None


def _range(column: Column, first: str | None, last: str | None) -> ColumnFilter | None:
    if first is None and last is None:
        return None
    return ColumnFilter(column=column.name, test=Narrow.RANGE, first=first, last=last)
