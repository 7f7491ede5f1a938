"""The key figures as cards: value, change, target, the line of month ends, the definition, and the page behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.analytics.kpis.definitions import definition_named
from lib.analytics.kpis.model import KpiChange, KpiValue
from lib.analytics.subjects import overview
from lib.ui.analytics import AnalyticsPage
from lib.ui.cards import Card, change_words, said_below, short_day, tone
from lib.ui.charts.drawn import short
from lib.ui.figures import figure_row
from lib.ui.filter_bar import address_of_filters
from lib.ui.navigation import AR_AGING, BILLING, DENIALS, PAYMENTS
from lib.ui.overview.definition import draw_definition
from lib.ui.wording import day

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
#: A window of more days is said in months.
_MONTHS_RATHER = 200

Places = dict[str, DeltaGenerator]


def draw_key_figures(opened: AnalyticsPage, found: Mapping[str, KpiChange]) -> Places:
    """Draw the eight cards and return the places of their values, so that their lines may come later."""
    row = figure_row()
    places = {}
    for name in overview.FIGURES:
        with row.container(border=True, height="stretch", gap="xsmall", vertical_alignment="distribute"):
            places[name] = draw_key_figure(opened, found[name])
    return places


def draw_key_figure(opened: AnalyticsPage, change: KpiChange) -> DeltaGenerator:
    """Draw one card's inside and return the place of its value."""
    name = change.now.name
    card = _card(change)
    with st.container(gap="xsmall"):
        place = st.empty()
        _draw_value(place, card)
        if below := [*_compared(change), *said_below(card)]:
            st.caption("  \n".join(below))
    page, title = _EXPLAINED[name]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="xsmall"):
        st.page_link(page, label=title, icon=":material/arrow_forward:", query_params=_address(opened))
        with st.popover("Definition", icon=":material/info:", type="tertiary", key=f"definition_{name}"):
            draw_definition(change.now, opened.client_names)
    return place


def draw_lines(places: Places, found: Mapping[str, KpiChange], lines: Mapping[str, Sequence[KpiValue]]) -> None:
    """Put the lines of month ends under the values."""
    for name, place in places.items():
        points = [float(each.value) for each in lines[name] if each.value is not None]
        if len(points) >= _FEWEST_POINTS:
            _draw_value(place, _card(found[name]), points)


def _draw_value(place: DeltaGenerator, card: Card, points: Sequence[float] | None = None) -> None:
    place.metric(
        card.title,
        short(card.value, card.unit) if card.value is not None else "–",
        delta=change_words(card),
        delta_color=tone(card),
        delta_arrow="auto" if card.change else "off",
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
        good=definition.good,
        target=definition.target,
    )


def _compared(change: KpiChange) -> list[str]:
    """What the change is against, or why there is none."""
    now, before = change.now, change.before
    if now.value is None:
        return []
    standing = definition_named(now.name).standing
    if change.unlike and before.as_of is not None:
        return [f"Not every client has {short_day(before.as_of)}: no change."]
    if change.difference is None:
        return ["Nothing to compare with."]
    if standing and before.as_of is not None:
        return [f"since {short_day(before.as_of)}"]
    if before.window is None or now.window is None:
        return []
    if now.window.days > _MONTHS_RATHER:
        return [f"against the {now.window.days // 30} months to {day(before.window.last)}"]
    return [f"against {short_day(before.window.first)} to {short_day(before.window.last)}"]


def _address(opened: AnalyticsPage) -> dict[str, str]:
    client = {"client": opened.page.client.id} if opened.page.client else {}
    return {**address_of_filters(), **client}
