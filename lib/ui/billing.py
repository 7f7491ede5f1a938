"""The parts of the page Billing that are about time: late entry, late bills, and the rates of a stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from lib.analytics.figures.rankings import splits_of
from lib.analytics.figures.wanted import Wanted
from lib.analytics.kpis.model import KpiValue
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.filters import Order
from lib.analytics.reading.months import span
from lib.analytics.reading.views import Clock, Dimension
from lib.analytics.subjects import billing, lags, revenue
from lib.ui.analytics import AnalyticsPage
from lib.ui.charts.bars import ranking_bars
from lib.ui.charts.lines import lines
from lib.ui.drawing import Picked, draw_figure
from lib.ui.drill import draw_rows
from lib.ui.exports import draw_exports, said_of_figure
from lib.ui.figure_table import draw_list
from lib.ui.narrowing import say_own_day
from lib.ui.wording import day, literal

_LATE = "billing_late_days"
CHARGE_COLUMNS = (
    "charge_id",
    "patient_full_name",
    "practice_name",
    "rendering_provider_name",
    "charge_primary_payer_name",
    "charge_cpt_code",
    "charge_from_date",
    "charge_entered_date",
    "billed_date",
    "charge_amount",
)
_RATE_MONEY = ("Paid a day", "Allowed a day", "Paid", "Allowed", "Charged")
_RATE_COLUMNS = (
    "charge_id",
    "facility_name",
    "credit_payer_name",
    "charge_rev_code",
    "charge_from_date",
    "charge_to_date",
    "charge_amount",
    "payment_allowed_amount",
    "insurance_paid_amount",
    "patient_paid_amount_w_copays",
)


def late_days() -> int:
    """After how many days a charge counts as late, as chosen on the page."""
    chosen: int = st.session_state.get(_LATE, billing.LATE_DAYS)
    return chosen


def draw_lags(opened: AnalyticsPage) -> None:
    """Days to entry and to first bill, and what is not billed yet."""
    entered = _as_key_figure(opened, "charge_lag", Clock.ENTERED)
    billed = _as_key_figure(opened, "billing_lag", Clock.BILLED)
    left, right = st.columns(2, gap="large")
    picked: list[tuple[AnalyticsPage, Picked, str]] = []
    with left:
        if entered is not None:
            _say_days(entered, "entered")
            found = draw_figure(
                entered, "charge_lag", lambda within: lags.charge_lag(entered.reader, entered.filters), ranking_bars
            )
            picked += [(entered, found, "charge_lag_days")] if found else []
    with right:
        if billed is not None:
            _say_days(billed, "first billed")
            found = draw_figure(
                billed, "billing_lag", lambda within: lags.billing_lag(billed.reader, billed.filters), ranking_bars
            )
            picked += [(billed, found, "billing_lag_days")] if found else []
    for whose, found, column in picked:
        _rows(whose, found, column)
    if billed is not None:
        found = draw_figure(
            billed, "unbilled", lambda within: lags.unbilled(billed.reader, billed.filters), ranking_bars
        )
        say_own_day(opened)
        _rows(billed, found, "unbilled_days")


def draw_late_charges(opened: AnalyticsPage, recent: AnalyticsPage) -> None:
    """The share of charges that were entered late: by `recent` month, and by whom in the days of the key figure."""
    late = st.number_input(
        "Late after so many days (N)",
        min_value=0,
        max_value=365,
        value=billing.LATE_DAYS,
        width=220,
        key=_LATE,
        persist_state="session",
    )
    picked = draw_figure(
        recent,
        f"late_by_month_{late}",
        lambda within: billing.late_by_month(recent.reader, recent.filters, late),
        lines,
    )
    _rows(recent, picked, "charge_lag_days")
    shown = _as_key_figure(opened, "late_charges", Clock.ENTERED, {"late_days": late})
    if shown is None:
        return
    split = st.segmented_control(
        "By",
        splits_of(billing.VIEW),
        format_func=lambda each: each.label,
        default=Dimension.PROVIDER,
        required=True,
        label_visibility="collapsed",
        key="billing_late_split",
        persist_state="session",
        bind="query-params",
    )
    _say_days(shown, "entered")
    picked = draw_figure(
        shown,
        f"late_by_{split}_{late}",
        lambda within: billing.late_by(shown.reader, shown.filters, split, late, within=within),
        ranking_bars,
    )
    _rows(shown, picked, "charge_lag_days")


def draw_patient_day_rates(opened: AnalyticsPage) -> None:
    """The patient-day rates as a table; a click opens the charges of a row."""
    shown = replace(opened, filters=revenue.rate_filters(opened.filters))
    found = opened.once("patient day rates", lambda: revenue.patient_day_rates(opened.reader, opened.filters))
    if not found.rates:
        st.caption("No charges in the last three full months.")
        return
    first, last = min(r.first_day for r in found.rates), max(r.last_day for r in found.rates)
    st.markdown(f"**Patient-day rate (PDR3), services of {day(first)} to {day(last)}**")
    st.caption(
        ":material/info: Our reading: paid, and allowed, ÷ patient days, which are patients and dates of service, each "
        "pair once. The formula of CollaborateMD is not public. Patient days of several rows must not be added."
    )
    if found.figure.unheeded:
        st.caption(f"Not narrowed by {' and '.join(found.figure.unheeded)}: the report knows none.")
    names = opened.client_names
    columns = {
        "Facility": [rate.facility or "No facility" for rate in found.rates],
        "Payer": [rate.payer or "No payer" for rate in found.rates],
        "Level of care": [rate.level_of_care or "None" for rate in found.rates],
        "Paid a day": [_number(rate.paid_a_day) for rate in found.rates],
        "Allowed a day": [_number(rate.allowed_a_day) for rate in found.rates],
        "Patient days": [rate.patient_days for rate in found.rates],
        "Paid": [float(rate.paid) for rate in found.rates],
        "Allowed": [float(rate.allowed) for rate in found.rates],
        "Charged": [float(rate.charged) for rate in found.rates],
        "Charges": [rate.charges for rate in found.rates],
    }
    if len(opened.clients) > 1:
        columns["Client"] = [names.get(rate.client_id, rate.client_id) for rate in found.rates]
    config = {name: st.column_config.NumberColumn(name, format="dollar") for name in _RATE_MONEY}
    config["Facility"] = st.column_config.TextColumn("Facility", pinned=True)
    picked = draw_list(shown, "patient_day_rates", found.figure, columns, config)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("A click on a row opens its charges.", width="content")
        draw_exports(opened, opened.reader, _wanted_rates(shown, found), len(found.rates), key="billing_rates")
    draw_rows(shown, picked, columns=_RATE_COLUMNS, sort="charge_from_date")


def _wanted_rates(shown: AnalyticsPage, found: revenue.PatientDayRates) -> Wanted:
    return Wanted(
        rows=revenue.rates_behind(shown.filters),
        columns=revenue.EXPORTED_RATES,
        sort="paid_per_patient_day",
        order=Order.DOWN,
        title=f"{found.figure.title}, our reading of the report",
        said=said_of_figure(shown, found.figure),
        totals={},
    )


def _as_key_figure(
    opened: AnalyticsPage, name: str, clock: Clock, settings: Mapping[str, int | str] | None = None
) -> AnalyticsPage | None:
    """The page narrowed to what the key figure counts: its days where none are chosen, and the clients it can count.

    None where it can count nobody, which is then said.
    """
    found: KpiValue = opened.once(
        ("as key figure", name, tuple(sorted((settings or {}).items()))),
        lambda: kpi(opened.reader, name, opened.filters, opened.filters.as_of, settings=settings),
    )
    left_out = {each.client_id: each.why for each in found.left_out}
    counted = tuple(client.id for client in opened.clients if client.id not in left_out)
    for client_id, why in left_out.items():
        name_of = opened.client_names.get(client_id, client_id)
        st.caption(f":material/info: {literal(name_of)} is left out. {literal(why)}")
    if not counted or found.window is None:
        st.caption(f"**{found.title}**: no value. {literal(found.reason or '')}")
        return None
    filters = replace(opened.filters, chosen={**opened.filters.chosen, Dimension.CLIENT: counted})
    return replace(opened, filters=span(filters, found.window.first, found.window.last, clock))


def _say_days(opened: AnalyticsPage, verb: str) -> None:
    first, last = opened.filters.first_day, opened.filters.last_day
    since = day(first) if first else "the beginning"
    st.caption(f"Charges {verb} {since} to {day(last) if last else 'the latest'}")


def _rows(opened: AnalyticsPage, picked: Picked | None, column: str) -> None:
    draw_rows(opened, picked, columns=(*CHARGE_COLUMNS[:-1], column, CHARGE_COLUMNS[-1]), sort=column)


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
