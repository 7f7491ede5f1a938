"""Denials: how often payers deny, what for and by whom, what of it could be prevented, and what became of it."""

from __future__ import annotations

from datetime import date

import streamlit as st

from lib.analytics.figures.figure import Figure
from lib.analytics.kpis.definitions import Good, Unit, definition_named
from lib.analytics.kpis.model import KpiValue
from lib.analytics.kpis.windows import period_before
from lib.analytics.reading.months import newest_day
from lib.analytics.reading.views import Clock, Dimension
from lib.analytics.subjects import denial_rates, denials, payments
from lib.analytics.subjects.denial_rates import Preventable
from lib.analytics.subjects.denials import Split, Told
from lib.ui.analytics import AnalyticsPage, nothing_found, open_analytics
from lib.ui.cards import Card, draw_cards, kpi_card, short_day
from lib.ui.charts.bars import ranking_bars, stacked_bars
from lib.ui.charts.columns import stacked_columns
from lib.ui.charts.drawn import Drawn
from lib.ui.charts.lines import lines
from lib.ui.charts.theme import Theme
from lib.ui.drawing import Picked, draw_figure
from lib.ui.drill import draw_rows
from lib.ui.frame import open_page
from lib.ui.narrowing import counted_clients, days_words, in_window, key_value, recent, say_left_out
from lib.ui.wording import counted, day, literal, money

_RATE = "denial_rate_claims"
_REMITTED_COLUMNS = (
    "charge_id",
    "claim_id",
    "practice_name",
    "charge_primary_payer_name",
    "rendering_provider_name",
    "charge_cpt_code",
    "charge_from_date",
    "first_posted",
    "category",
    "reason_code",
    "denied_amount",
)
_DENIED_COLUMNS = (
    "charge_id",
    "claim_id",
    "practice_name",
    "charge_primary_payer_name",
    "rendering_provider_name",
    "charge_cpt_code",
    "charge_from_date",
    "payment_entered",
    "category",
    "reason_code",
    "outcome",
    "charge_amount",
)
_CARC = "Reason codes are CARCs: the claim adjustment reason codes that payers put on a remittance (ERA)."


def main() -> None:
    """Draw the page: figures in short, the rate over the months, by whom and what for, and what became of it."""
    page = open_page("Denials", all_clients=True)
    opened = open_analytics("denials", page, denials.DENIED_VIEW, clocks=denials.CLOCKS)
    if opened is None:
        return
    newest = opened.once(
        "newest", lambda: newest_day(opened.reader, denial_rates.VIEW, opened.filters), reading="the reports"
    )
    if newest is None:
        nothing_found(opened)
        return
    rate = key_value(opened, _RATE)
    # Rates are of those clients whose saved reports can tell what was denied initially.
    rated = counted_clients(opened, rate)
    draw_cards(
        [
            kpi_card(opened, _RATE),
            kpi_card(opened, "denial_rate_dollars"),
            _preventable_card(rated, rate),
            kpi_card(opened, "overturn_rate"),
        ]
    )
    if rated is None or rate.window is None:
        _say_missing(rate)
    else:
        say_left_out(opened, rate)
        _draw_rates(recent(rated, newest, Clock.POSTED), newest)
        _draw_split(in_window(rated, rate.window, Clock.POSTED))
    _draw_months(recent(opened, newest, Clock.POSTED))
    _draw_outcomes(recent(opened, newest, Clock.POSTED))


def _preventable_card(rated: AnalyticsPage | None, rate: KpiValue) -> Card:
    title, window = "Preventable share", rate.window
    if rated is None or window is None:
        return Card(title=title, unit=Unit.PERCENT, value=None, said="", why=rate.reason or "")

    earlier = period_before(definition_named(_RATE).window, window)

    def both_windows() -> tuple[Preventable, Preventable]:
        return (
            denial_rates.preventable(rated.reader, rated.filters, window),
            denial_rates.preventable(rated.reader, rated.filters, earlier),
        )

    now, before = rated.once(("preventable",), both_windows)
    said = (
        f"{money(now.preventable)} of {money(now.denied)} denied initially, {counted(now.charges, 'charge')}. "
        f"Preventable are all categories but medical necessity and other. "
        f"Window: {day(window.first)} to {day(window.last)}."
    )
    change = now.share - before.share if now.share is not None and before.share is not None else None
    return Card(
        title=title,
        unit=Unit.PERCENT,
        value=now.share,
        said=said,
        why="" if now.share is not None else "Nothing was denied initially.",
        change=change,
        compared=f"against {short_day(earlier.first)} to {short_day(earlier.last)}" if change is not None else "",
        good=Good.LOWER,
    )


def _say_missing(rate: KpiValue) -> None:
    st.info(
        "  \n".join(dict.fromkeys(literal(str(each)) for each in rate.missing)) or literal(rate.reason or ""),
        title="Rates need columns that the saved reports lack.",
        icon=":material/view_column:",
    )


def _draw_rates(shown: AnalyticsPage, newest: date) -> None:
    picked = draw_figure(shown, "rates", lambda within: denial_rates.rates(shown.reader, shown.filters, newest), lines)
    _rows(shown, picked)


def _draw_split(shown: AnalyticsPage) -> None:
    split = st.segmented_control(
        "By",
        list(Split),
        format_func=lambda each: each.label,
        default=Split.PAYER,
        required=True,
        label_visibility="collapsed",
        key="denials_split",
        persist_state="session",
        bind="query-params",
    )
    # Colours go by the payments, so that a payer looks here as it does there.
    payers = shown.colours(payments.VIEW, Dimension.PAYER) if split is Split.PAYER else None

    def coloured(figure: Figure, theme: Theme) -> Drawn:
        return ranking_bars(figure, theme, payers)

    words = days_words(shown, Clock.POSTED)
    st.caption(f"{words} · {_CARC}" if split is Split.CODE else words)
    left, right = st.columns(2, gap="large")
    with left:
        dollars = draw_figure(
            shown,
            f"dollars_by_{split.name}",
            lambda within: denial_rates.dollars_by(shown.reader, shown.filters, split, within=within),
            coloured,
        )
    with right:
        rates = draw_figure(
            shown,
            f"rate_by_{split.name}",
            lambda within: denial_rates.rate_by(shown.reader, shown.filters, split, within=within),
            coloured,
        )
    _rows(shown, dollars or rates)


def _draw_months(opened: AnalyticsPage) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        told = st.segmented_control(
            "Told apart",
            list(Told),
            format_func=lambda each: each.value.capitalize(),
            default=Told.KIND,
            required=True,
            label_visibility="collapsed",
            key="denials_told",
            persist_state="session",
            bind="query-params",
        )
        months = draw_figure(
            opened,
            f"months_{told.name}",
            lambda within: denials.dollars_by_month(opened.reader, opened.filters, told),
            stacked_columns,
        )
    with right:
        by = st.segmented_control(
            "Pareto of",
            [Split.CATEGORY, Split.CODE],
            format_func=lambda each: each.label,
            default=Split.CATEGORY,
            required=True,
            label_visibility="collapsed",
            key="denials_pareto",
            persist_state="session",
            bind="query-params",
        )
        largest = draw_figure(
            opened,
            f"pareto_{by.name}",
            lambda within: denials.pareto(opened.reader, opened.filters, by, within=within),
            ranking_bars,
        )
    _rows(opened, months or largest, columns=_DENIED_COLUMNS, sort="charge_amount")


def _draw_outcomes(opened: AnalyticsPage) -> None:
    draw_cards(
        [
            kpi_card(opened, "days_denial_to_appeal", title="Denial to appeal"),
            kpi_card(opened, "days_denial_to_resolution", title="Denial to decision"),
            kpi_card(opened, "denial_write_offs"),
        ]
    )
    colours = opened.theme.ages
    picked = draw_figure(
        opened,
        "outcomes",
        lambda within: denials.outcomes(opened.reader, opened.filters),
        lambda figure, theme: stacked_bars(
            figure,
            theme,
            {"overturned": colours[3], "upheld": colours[4], "appeal open": colours[1], "not appealed": theme.nothing},
        ),
    )
    _rows(opened, picked, columns=_DENIED_COLUMNS, sort="charge_amount")


def _rows(
    opened: AnalyticsPage,
    picked: Picked | None,
    *,
    columns: tuple[str, ...] = _REMITTED_COLUMNS,
    sort: str = "denied_amount",
) -> None:
    draw_rows(opened, picked, columns=columns, sort=sort)


main()
