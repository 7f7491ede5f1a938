"""AR aging: what is open, who owes it, how old it is, and how that has changed from month end to month end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from lib.analytics.kpis.definitions import Good, Unit, definition_named
from lib.analytics.reading.views import Clock
from lib.analytics.subjects import ar
from lib.analytics.subjects.ar import DayBalance, Split
from lib.ui.analytics import AnalyticsPage, nothing_found, open_analytics
from lib.ui.cards import Card, draw_cards, kpi_card, short_day
from lib.ui.charts.bars import ranking_bars, stacked_bars
from lib.ui.charts.lines import lines
from lib.ui.drawing import Picked, draw_figure
from lib.ui.drill import draw_rows
from lib.ui.frame import open_page
from lib.ui.wording import counted, money

_COLUMNS = ("charge_id", "patient_full_name", "charge_from_date")
_MORE_COLUMNS = (
    "charge_amount",
    "charge_balance",
    "charge_primary_payer_name",
    "practice_name",
    "charge_cpt_code",
    "billed_date",
)
_AGES = {Clock.DOS: "dos_age_days", Clock.BILLED: "first_bill_age_days", Clock.ENTERED: "entry_age_days"}


def main() -> None:
    """Draw the page: figures in short, then by whom and how old, then the trend, patients' statements and credits."""
    page = open_page("AR aging", all_clients=True)
    opened = open_analytics("ar_aging", page, ar.VIEW, clocks=ar.CLOCKS)
    if opened is None:
        return
    latest = opened.filters.as_of or opened.once("newest", lambda: ar.day_of_rows(opened.reader, opened.filters))
    if latest is None:
        nothing_found(opened)
        return
    balances = opened.once(
        "balances",
        lambda: ar.balances(opened.reader_on, opened.filters, opened.days, latest),
        reading="what was open at each month end",
    )
    draw_cards(_cards(opened, balances))
    _draw_aging(opened)
    _draw_trend(opened, balances)
    _draw_apart(opened)


def _cards(opened: AnalyticsPage, balances: Sequence[DayBalance]) -> list[Card]:
    now = balances[-1]
    # A day on which fewer clients had data says nothing about the change.
    alike = [each for each in balances if each.clients == now.clients]
    before = alike[-2] if len(alike) > 1 else None
    clock = f"by {ar.clock_of(opened.filters).label.lower()}; credits are left out"

    def card(title: str, measured: Callable[[DayBalance], Decimal | None], unit: Unit, said: str, **more: Any) -> Card:
        value, earlier = measured(now), measured(before) if before else None
        return Card(
            title=title,
            unit=unit,
            value=value,
            why="" if value is not None else "Nothing is open.",
            said=said,
            change=value - earlier if value is not None and earlier is not None else None,
            compared=f"since {short_day(before.day)}" if before and value is not None else "",
            line=tuple(float(measured(each) or 0) for each in alike),
            **more,
        )

    def older(days: int, kpi: str, buckets: Collection[str]) -> Card:
        said = (
            f"{money(now.amount(buckets))} of {money(now.amount())} · {now.rows(buckets):,} of {_charges(now.rows())}"
        )
        target = definition_named(kpi).target
        return card(
            f"Over {days} days",
            lambda each: each.share(buckets),
            Unit.PERCENT,
            f"{said}, {clock}.",
            good=Good.LOWER,
            target=target,
        )

    return [
        card("Open AR", lambda each: each.amount(), Unit.MONEY, f"{_charges(now.rows())}, {clock}."),
        kpi_card(opened, "days_in_ar", days=[each.day for each in alike[:-1]]),
        older(90, "ar_over_90", ar.OVER_90),
        older(120, "ar_over_120", ar.OVER_120),
    ]


def _draw_aging(opened: AnalyticsPage) -> None:
    splits = [split for split in Split if split is not Split.CLIENT or len(opened.clients) > 1]
    split = st.segmented_control(
        "By",
        splits,
        format_func=lambda each: each.words,
        default=Split.PAYER,
        required=True,
        label_visibility="collapsed",
        key="ar_split",
        persist_state="session",
        bind="query-params",
    )
    picked = draw_figure(
        opened,
        f"aging_{split}",
        lambda within: ar.aging(opened.reader, opened.filters, split, client_names=opened.client_names, within=within),
        stacked_bars,
    )
    _rows(opened, picked)


def _draw_trend(opened: AnalyticsPage, balances: Sequence[DayBalance]) -> None:
    picked = draw_figure(opened, "trend", lambda within: ar.trend(balances, opened.filters), lines)
    _rows(opened, picked)


def _draw_apart(opened: AnalyticsPage) -> None:
    draw_cards([kpi_card(opened, "credit_balances")])
    left, right = st.columns(2, gap="large")
    with left:
        owed = draw_figure(
            opened, "statements", lambda within: ar.statements(opened.reader, opened.filters), ranking_bars
        )
    with right:
        credit = draw_figure(
            opened,
            "credits",
            lambda within: ar.credits(
                opened.reader, opened.filters, Split.PAYER, client_names=opened.client_names, within=within
            ),
            ranking_bars,
        )
    _rows(opened, owed or credit)


def _rows(opened: AnalyticsPage, picked: Picked | None) -> None:
    age = _AGES[ar.clock_of(opened.filters)]
    columns = (*_COLUMNS, age, *_MORE_COLUMNS)
    draw_rows(opened, picked, columns=columns, sort=picked.figure.measure_of(picked.part).column if picked else age)


def _charges(count: int) -> str:
    return counted(count, "charge")


main()
