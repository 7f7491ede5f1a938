"""What a part of a page shows unasked: the days and clients of a key figure, or the last months."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from lib.analytics.kpis.model import KpiValue, Window
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.months import RECENT_MONTHS, months_before, span
from lib.analytics.reading.views import Clock, Dimension
from lib.ui.analytics import AnalyticsPage
from lib.ui.wording import day, literal


def key_value(opened: AnalyticsPage, name: str) -> KpiValue:
    """A key figure within the page's filters."""
    found: KpiValue = opened.once(
        ("key value", name), lambda: kpi(opened.reader, name, opened.filters, opened.filters.as_of)
    )
    return found


def counted_clients(opened: AnalyticsPage, found: KpiValue) -> AnalyticsPage | None:
    """The page narrowed to the clients that a key figure counts; None where it can count nobody."""
    left_out = {each.client_id for each in found.left_out}
    counted = tuple(client.id for client in opened.clients if client.id not in left_out)
    if not counted or found.window is None:
        return None
    return replace(opened, filters=replace(opened.filters, chosen={**opened.filters.chosen, Dimension.CLIENT: counted}))


def say_left_out(opened: AnalyticsPage, found: KpiValue) -> None:
    """Say which clients a key figure does not count, and why."""
    for each in found.left_out:
        name = opened.client_names.get(each.client_id, "a client")
        st.caption(f":material/info: Without {literal(name)}: {literal(each.why)}")


def say_own_day(opened: AnalyticsPage) -> None:
    """Say of several clients to which day an age is counted."""
    if len(opened.clients) > 1:
        st.caption(":material/info: Days are counted to the latest day of each client's own report.")


def in_window(opened: AnalyticsPage, window: Window, clock: Clock) -> AnalyticsPage:
    """The page narrowed to the days that a key figure looks at, where no days are chosen."""
    return replace(opened, filters=span(opened.filters, window.first, window.last, clock))


def recent(opened: AnalyticsPage, newest: date, clock: Clock) -> AnalyticsPage:
    """The page narrowed to the last months where no days are chosen."""
    return replace(opened, filters=span(opened.filters, months_before(newest, RECENT_MONTHS - 1), newest, clock))


def days_words(shown: AnalyticsPage, clock: Clock) -> str:
    """The days that a part of a page shows: Aug 23, 2026 to Nov 20, 2026, by date posted."""
    first, last = shown.filters.first_day, shown.filters.last_day
    begin = day(first) if first else "The beginning"
    return f"{begin} to {day(last) if last else 'the latest'}, by {clock.label.lower()}"
