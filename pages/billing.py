"""Billing: what is charged, how late it is entered and billed, what is held, where claims stand, what comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from lib.analytics.reading.months import months_before, newest_day, span
from lib.analytics.reading.views import Clock
from lib.analytics.subjects import billing, claims_under_way, revenue
from lib.analytics.subjects.claims_under_way import HoldSplit
from lib.ui.analytics import AnalyticsPage, draw_freshness, nothing_found, open_analytics
from lib.ui.billing import CHARGE_COLUMNS, draw_lags, draw_late_charges, draw_patient_day_rates, late_days
from lib.ui.cards import draw_cards, kpi_card
from lib.ui.charts.bars import ranking_bars
from lib.ui.charts.funnel import funnel
from lib.ui.charts.lines import lines
from lib.ui.drawing import draw_figure
from lib.ui.drill import draw_rows
from lib.ui.frame import open_page

#: Months that are drawn where no days are chosen, the running one among them.
_MONTHS = 25
_TABS = ("Charges", "Lags", "Late charges", "Holds", "Claim stages", "Revenue", "Patient-day rate")
_CLAIM_COLUMNS = (
    "charge_id",
    "patient_full_name",
    "claim_id",
    "practice_name",
    "charge_primary_payer_name",
    "charge_cpt_code",
    "charge_from_date",
    "claim_status",
    "charge_set_to_status",
    "charge_amount",
)
_REVENUE_COLUMNS = (
    "charge_id",
    "patient_full_name",
    "practice_name",
    "charge_primary_payer_name",
    "charge_cpt_code",
    "charge_from_date",
    "payment_entered",
    "charge_amount",
    "payment_total_paid",
)


def main() -> None:
    """Draw the page: figures in short, then one subject a tab."""
    page = open_page("Billing", all_clients=True)
    opened = open_analytics("billing", page, billing.VIEW, clocks=billing.CLOCKS)
    if opened is None:
        return
    newest = opened.once(
        "newest", lambda: newest_day(opened.reader, billing.VIEW, opened.filters), reading="the reports"
    )
    if newest is None:
        nothing_found(opened)
        return
    draw_cards(
        [
            kpi_card(opened, "charges", title="Charges entered"),
            kpi_card(opened, "charge_lag"),
            kpi_card(opened, "billing_lag"),
            kpi_card(opened, "late_charges", settings={"late_days": late_days()}),
        ]
    )
    charges, lags, late, holds, stages, income, rates = st.tabs(
        _TABS, on_change="rerun", key="billing_tab", bind="query-params"
    )
    if charges.open:
        with charges:
            _draw_charges(opened, newest)
    if lags.open:
        with lags:
            draw_lags(opened)
    if late.open:
        with late:
            draw_late_charges(opened, _recent(opened, newest, Clock.ENTERED))
    if holds.open:
        with holds:
            _draw_holds(opened)
    if stages.open:
        with stages:
            _draw_stages(opened)
    if income.open:
        with income:
            _draw_revenue(opened)
    if rates.open:
        with rates:
            if draw_freshness(opened, revenue.RATES):
                draw_patient_day_rates(opened)


def _draw_charges(opened: AnalyticsPage, newest: date) -> None:
    shown = _recent(opened, newest, opened.filters.clock)
    picked = draw_figure(
        shown, "gross", lambda within: billing.gross_by_month(shown.reader, shown.filters, newest), lines
    )
    draw_rows(shown, picked, columns=CHARGE_COLUMNS, sort="charge_amount")


def _draw_holds(opened: AnalyticsPage) -> None:
    if not draw_freshness(opened, claims_under_way.HOLDS):
        return
    draw_cards([kpi_card(opened, "days_on_hold")])
    split = st.segmented_control(
        "By",
        list(HoldSplit),
        format_func=lambda each: each.label,
        default=HoldSplit.REASON,
        required=True,
        label_visibility="collapsed",
        key="billing_hold_split",
        persist_state="session",
        bind="query-params",
    )
    left, right = st.columns(2, gap="large")
    with left:
        why = draw_figure(
            opened,
            f"holds_{split}",
            lambda within: claims_under_way.holds(opened.reader, opened.filters, split, within=within),
            ranking_bars,
        )
    with right:
        how_long = draw_figure(
            opened,
            "hold_days",
            lambda within: claims_under_way.hold_days(opened.reader, opened.filters),
            ranking_bars,
        )
    columns = (*_CLAIM_COLUMNS[:-1], "hold_start_date", "days_on_hold", "charge_amount")
    draw_rows(opened, why or how_long, columns=columns, sort="days_on_hold")


def _draw_stages(opened: AnalyticsPage) -> None:
    draw_cards([kpi_card(opened, "clean_claim_rate"), kpi_card(opened, "first_pass_resolution")])
    if not draw_freshness(opened, claims_under_way.STAGES):
        return
    picked = draw_figure(
        opened, "stages", lambda within: claims_under_way.stages(opened.reader, opened.filters), funnel
    )
    draw_rows(opened, picked, columns=(*_CLAIM_COLUMNS, "charge_balance"), sort="charge_amount")


def _draw_revenue(opened: AnalyticsPage) -> None:
    if not draw_freshness(opened, revenue.VIEW):
        return
    newest = opened.once("newest revenue", lambda: newest_day(opened.reader, revenue.VIEW, opened.filters))
    if newest is None:
        nothing_found(opened)
        return
    shown = _recent(opened, newest, Clock.DOS)
    picked = draw_figure(
        shown, "recognition", lambda within: revenue.recognition(shown.reader, shown.filters, newest), lines
    )
    sort = picked.figure.measure_of(picked.part).column if picked else ""
    draw_rows(shown, picked, columns=_REVENUE_COLUMNS, sort=sort)


def _recent(opened: AnalyticsPage, newest: date, clock: Clock) -> AnalyticsPage:
    """The page with the last two years where no days are chosen."""
    return replace(opened, filters=span(opened.filters, months_before(newest, _MONTHS - 1), newest, clock))


main()
