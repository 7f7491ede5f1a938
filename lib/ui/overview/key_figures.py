"""The key figures as cards: value, change, target, the line of month ends, the definition, and the page behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.analytics.kpis.definitions import definition_named
from lib.analytics.kpis.model import KpiChange, KpiValue
from lib.analytics.subjects import overview
from lib.ui.analytics import AnalyticsPage
from lib.ui.cards import Card, arrow, change_words, compared_words, said_below, tone
from lib.ui.charts.drawn import short
from lib.ui.figures import figure_row
from lib.ui.filter_bar import address_of_filters
from lib.ui.navigation import AR_AGING, BILLING, DENIALS, PAYMENTS, page_of
from lib.ui.overview.definition import definition_words

#: The page that explains a figure, and what it is called.
_EXPLAINED = {
    "days_in_ar": (AR_AGING, "AR aging"),
    "net_collection_rate": (PAYMENTS, "Payments"),
    "denial_rate_claims": (DENIALS, "Denials"),
    "denial_rate_dollars": (DENIALS, "Denials"),
    "charges": (BILLING, "Billing"),
    "payments": (PAYMENTS, "Payments"),
    "ar_over_90": (AR_AGING, "AR aging"),
    "charge_lag": (BILLING, "Billing"),
    overview.UNAPPLIED: (PAYMENTS, "Payments"),
}
#: A line of fewer points says nothing.
_FEWEST_POINTS = 3

Places = dict[str, DeltaGenerator]
#: The values of each figure at month ends.
Lines = Mapping[str, Sequence[KpiValue]]


def draw_key_figures(opened: AnalyticsPage, found: Mapping[str, KpiChange], lines: Lines | None) -> Places:
    """Draw the eight cards; without lines, return the places of their values, so that the lines may come later."""
    row = figure_row()
    places = {}
    for name in overview.FIGURES:
        with row.container(border=True, height="stretch", gap="xsmall", vertical_alignment="distribute"):
            places |= draw_key_figure(opened, found[name], lines)
    return places


def draw_key_figure(opened: AnalyticsPage, change: KpiChange, lines: Lines | None) -> Places:
    """Draw one card's inside; without lines, return the place of its value."""
    name = change.now.name
    card = _card(change)
    places = {}
    with st.container(gap="xsmall"):
        if lines is None:
            places[name] = st.empty()
            _draw_value(places[name], card)
        else:
            _draw_value(st, card, _points(lines[name]))
        if below := said_below(card):
            st.caption("  \n".join(below))
    page, title = _EXPLAINED[name]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="xsmall"):
        st.page_link(page_of(page), label=title, icon=":material/arrow_forward:", query_params=_address(opened))
        with st.popover("Definition", icon=":material/info:", type="tertiary", key=f"definition_{name}"):
            st.markdown(definition_words(change.now, opened.client_names))
    return places


def draw_lines(places: Places, found: Mapping[str, KpiChange], lines: Lines) -> None:
    """Put the lines of month ends under the values."""
    for name, place in places.items():
        if points := _points(lines[name]):
            _draw_value(place, _card(found[name]), points)


def _points(line: Sequence[KpiValue]) -> Sequence[float] | None:
    points = [float(each.value) for each in line if each.value is not None]
    return points if len(points) >= _FEWEST_POINTS else None


def _draw_value(place: Any, card: Card, points: Sequence[float] | None = None) -> None:
    place.metric(
        card.title,
        short(card.value, card.unit) if card.value is not None else "–",
        delta=change_words(card),
        delta_color=tone(card),
        delta_arrow=arrow(card),
        chart_data=points,
    )


def _card(change: KpiChange) -> Card:
    now, definition = change.now, definition_named(change.now.name)
    return Card(
        title=definition.title,
        unit=definition.unit,
        value=now.value,
        said="",
        why=now.reason or "",
        change=change.difference,
        compared=compared_words(change),
        good=definition.good,
        target=definition.target,
    )


def _address(opened: AnalyticsPage) -> dict[str, str]:
    client = {"client": opened.page.client.id} if opened.page.client else {}
    return {**address_of_filters(), **client}
