"""Performance: where volume and yield are high or low, what staff get done, and what is written off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import streamlit as st

from lib.analytics.figures.figure import Figure
from lib.analytics.reading.months import months_before, newest_day, span
from lib.analytics.reading.views import Clock, Dimension, View
from lib.analytics.subjects import quadrants, work, write_offs
from lib.ui.analytics import AnalyticsPage, draw_freshness, nothing_found, open_analytics
from lib.ui.cards import draw_cards, kpi_card
from lib.ui.charts import scatter
from lib.ui.charts.bars import ranking_bars, stacked_bars
from lib.ui.charts.columns import stacked_columns
from lib.ui.charts.drawn import Drawn
from lib.ui.charts.lines import lines
from lib.ui.charts.theme import Theme, colours
from lib.ui.drawing import draw_figure
from lib.ui.drill import draw_rows
from lib.ui.exports import draw_table_export
from lib.ui.figure_table import draw_cross_table, draw_list, drawn_values
from lib.ui.frame import open_page
from lib.ui.wording import day

_MONTHS = 13
_TABS = ("Volume and yield", "Productivity", "Time", "Write-offs")
_PAYMENT_COLUMNS = (
    "charge_id",
    "patient_full_name",
    "practice_name",
    "facility_name",
    "charge_primary_payer_name",
    "charge_cpt_code",
    "charge_from_date",
    "payment_entered",
    "charge_amount",
    "payment_total_paid",
)
_CLAIM_COLUMNS = (
    "claim_id",
    "created_by_user",
    "practice_name",
    "claim_status",
    "claim_from_date",
    "claim_first_billed_date",
    "was_billed_again",
    "last_note_date_max",
    "note_count_cntunq",
)
_TIME_COLUMNS = ("work_date", "user_name", "task_name", "client_name", "minutes_spent")
_WRITE_OFF_COLUMNS = (
    "charge_id",
    "patient_full_name",
    "practice_name",
    "credit_payer_name",
    "charge_cpt_code",
    "posted_date",
    "kind",
    "adjustment_code",
    "payment_username",
    "write_off_amount",
)


def main() -> None:
    """Draw the page: figures in short, then one subject a tab. All of it goes by the day on which work was done."""
    page = open_page("Performance", all_clients=True)
    found = open_analytics("performance", page, quadrants.VIEW, clocks=(Clock.POSTED,))
    if found is None:
        return
    opened = replace(found, filters=replace(found.filters, clock=Clock.POSTED))
    cards = ("gross_collection_rate", "net_collection_rate", "write_off_rate", "denial_write_offs")
    draw_cards([kpi_card(opened, name) for name in cards])
    volume, productivity, time, written_off = st.tabs(
        _TABS, on_change="rerun", key="performance_tab", bind="query-params"
    )
    if volume.open:
        with volume:
            _draw_quadrants(opened)
    if productivity.open:
        with productivity:
            _with_rows(opened, work.CLAIMS, _draw_productivity)
    if time.open:
        with time:
            _with_rows(opened, work.TIME, _draw_time)
    if written_off.open:
        with written_off:
            _with_rows(opened, write_offs.VIEW, _draw_write_offs)


def _with_rows(opened: AnalyticsPage, view: View, draw: Callable[[AnalyticsPage, date], None]) -> None:
    """Draw what needs rows of another view than the page's, or say that there are none."""
    if not draw_freshness(opened, view):
        return
    newest = opened.once(("newest", view.name), lambda: newest_day(opened.reader, view, opened.filters))
    if newest is None:
        nothing_found(opened)
        return
    draw(opened, newest)


def _draw_quadrants(opened: AnalyticsPage) -> None:
    dimension = st.segmented_control(
        "By",
        quadrants.DIMENSIONS,
        format_func=quadrants.name_of,
        default=Dimension.FACILITY,
        required=True,
        label_visibility="collapsed",
        key="performance_dimension",
        persist_state="session",
        bind="query-params",
    )

    def make() -> Figure:
        return quadrants.quadrants(opened.reader, opened.filters, dimension)

    picked = draw_figure(opened, f"quadrants_{dimension}", lambda within: make(), scatter.quadrants)
    figure = opened.once(("quadrants", dimension), make)
    if figure.empty:
        if not figure.note:
            nothing_found(opened)
        return
    st.caption(
        ":material/info: Volume is gross charges, yield is paid ÷ charged, refunds taken off. "
        "Our reading of a report whose formula is not public."
    )
    title = quadrants.name_of(dimension)
    members = quadrants.members_table(figure, dimension)
    shown = drawn_values(members)
    config = {
        title: st.column_config.TextColumn(title, pinned=True),
        "Charged": st.column_config.NumberColumn("Charged", format="dollar"),
        "Paid": st.column_config.NumberColumn("Paid", format="dollar"),
        "Yield": st.column_config.NumberColumn("Yield", format="%.1f %%"),
        "Payment lines": st.column_config.NumberColumn("Payment lines", format="localized"),
    }
    listed = draw_list(opened, f"members_{dimension}", figure, shown, config)
    draw_table_export(opened, figure, members, key=f"performance_members_{dimension}")
    draw_rows(opened, picked or listed, columns=_PAYMENT_COLUMNS, sort="payment_total_paid")


def _draw_productivity(opened: AnalyticsPage, newest: date) -> None:
    shown = replace(opened, filters=work.recent(opened.filters, newest))
    _say_days(shown)
    left, right = st.columns(2, gap="large")
    with left:
        who = draw_figure(
            shown,
            "claims_by_user",
            lambda within: work.claims_by_user(shown.reader, shown.filters, within=within),
            ranking_bars,
        )
    with right:
        when = draw_figure(
            shown,
            "claims_by_week",
            lambda within: work.claims_by_week(shown.reader, shown.filters, newest),
            lines,
        )
    figure = shown.once(
        "claims by user and week", lambda: work.claims_by_user_and_week(shown.reader, shown.filters, newest)
    )
    cell = None
    if not figure.empty:
        st.markdown(f"**{figure.title}**")
        st.caption("Weeks by their Monday. A click on a cell opens its claims.")
        cell = draw_cross_table(shown, "claims_by_user_and_week", figure, corner="User")
    draw_rows(shown, who or when or cell, columns=_CLAIM_COLUMNS, sort="note_count_cntunq")


def _draw_time(opened: AnalyticsPage, newest: date) -> None:
    shown = replace(opened, filters=work.recent(opened.filters, newest))
    _say_days(shown)
    who = draw_figure(
        shown,
        "time_by_user",
        lambda within: work.time_by_user(shown.reader, shown.filters, within=within),
        _by_task,
    )
    what = draw_figure(
        shown,
        "time_by_task",
        lambda within: work.time_by_task(shown.reader, shown.filters, within=within),
        ranking_bars,
    )
    draw_rows(shown, who or what, columns=_TIME_COLUMNS, sort="minutes_spent")


def _draw_write_offs(opened: AnalyticsPage, newest: date) -> None:
    contractual = st.toggle(
        "Contractual too", value=True, key="performance_contractual", persist_state="session", bind="query-params"
    )
    filters = span(opened.filters, months_before(newest, _MONTHS - 1), newest, Clock.POSTED)
    shown = replace(opened, filters=filters)
    _say_days(shown)
    when = draw_figure(
        shown,
        f"write_offs_by_month_{contractual}",
        lambda within: write_offs.by_month(shown.reader, shown.filters, newest, contractual=contractual),
        _by_kind,
    )
    who = draw_figure(
        shown,
        f"write_offs_by_payer_{contractual}",
        lambda within: write_offs.by_payer(shown.reader, shown.filters, contractual=contractual, within=within),
        _given_and_taken,
    )
    draw_rows(shown, when or who, columns=_WRITE_OFF_COLUMNS, sort="write_off_amount")


def _by_task(figure: Figure, theme: Theme) -> Drawn:
    return stacked_bars(figure, theme, colours(figure.series, theme))


def _by_kind(figure: Figure, theme: Theme) -> Drawn:
    # A kind keeps its colour, whichever kinds there are.
    kinds = dict(zip(write_offs.KINDS, theme.things, strict=False))
    return stacked_columns(figure, theme, {**kinds, write_offs.TAKEN_BACK: theme.trouble})


def _given_and_taken(figure: Figure, theme: Theme) -> Drawn:
    return stacked_bars(figure, theme, dict(zip(figure.series, (theme.accent, theme.trouble), strict=True)))


def _say_days(opened: AnalyticsPage) -> None:
    first, last = opened.filters.first_day, opened.filters.last_day
    since = day(first) if first else "the beginning"
    st.caption(f"Days shown: {since} to {day(last) if last else 'the latest'}")


main()
