"""Payments: what came and from whom, how fast it was posted, what is unapplied, what was expected, what went back."""

from __future__ import annotations

import streamlit as st

from lib.analytics.figures.drill import behind, read_rows
from lib.analytics.reading.filters import Order
from lib.analytics.reading.months import newest_day
from lib.analytics.reading.views import Clock, Dimension
from lib.analytics.subjects import payments
from lib.analytics.subjects.payments import Split
from lib.ui.analytics import AnalyticsPage, nothing_found, open_analytics
from lib.ui.cards import draw_cards, kpi_card
from lib.ui.charts.bars import ranking_bars, stacked_bars
from lib.ui.charts.columns import stacked_columns
from lib.ui.charts.pairs import paired_bars
from lib.ui.drawing import Picked, draw_figure
from lib.ui.drill import PAGE_ROWS, draw_rows, draw_table
from lib.ui.frame import open_page
from lib.ui.looks import saw_rows
from lib.ui.narrowing import days_words, in_window, key_value, recent, say_own_day
from lib.ui.wording import counted

#: Key figures, with titles that fit on a phone.
_CARDS = {
    "payments": "Payments",
    "posting_turnaround": "Posting turnaround",
    "payment_velocity": "Payment velocity",
    "unapplied_payments": "Unapplied payments",
}
_COLUMNS = (
    "payment_id",
    "charge_id",
    "patient_full_name",
    "practice_name",
    "charge_primary_payer_name",
    "payer_name",
    "payment_received",
    "payment_entered",
    "posting_turnaround_days",
    "insurance_paid_amount",
    "patient_paid_amount",
    "payment_total_paid",
)
_APPLIED_COLUMNS = (*_COLUMNS[:8], "unapplied_age_days", "payment_total_applied", "payment_unapplied_amount")
_EXPECTED_COLUMNS = (*_COLUMNS[:8], "payment_allowed_amount", *_COLUMNS[9:])


def main() -> None:
    """Draw the page: figures in short, the months, by whom and what went back, then posting, expecting and applying."""
    page = open_page("Payments", all_clients=True)
    opened = open_analytics("payments", page, payments.VIEW, clocks=payments.CLOCKS)
    if opened is None:
        return
    newest = opened.once(
        "newest", lambda: newest_day(opened.reader, payments.VIEW, opened.filters), reading="the reports"
    )
    if newest is None:
        nothing_found(opened)
        return
    draw_cards([kpi_card(opened, name, title=title) for name, title in _CARDS.items()])
    shown = recent(opened, newest, payments.clock_of(opened.filters))
    _draw_trend(shown)
    _draw_split(shown)
    _draw_posted(opened, shown)
    _draw_applied(opened, shown)


def _draw_trend(opened: AnalyticsPage) -> None:
    picked = draw_figure(opened, "trend", lambda within: payments.trend(opened.reader, opened.filters), stacked_columns)
    _rows(opened, picked)


def _draw_split(opened: AnalyticsPage) -> None:
    split = st.segmented_control(
        "By",
        [split for split in Split if split is not Split.CLIENT or len(opened.clients) > 1],
        format_func=lambda each: each.label,
        default=Split.PAYER,
        required=True,
        label_visibility="collapsed",
        key="payments_split",
        persist_state="session",
        bind="query-params",
    )
    colours = {**opened.colours(payments.VIEW, Dimension.PAYER), "No payer": opened.theme.nothing}
    words = days_words(opened, payments.clock_of(opened.filters))
    who = " · who really paid, where the saved report tells it" if split is Split.PAID_BY else ""
    st.caption(f"{words}{who}")
    left, right = st.columns(2, gap="large")
    with left:
        paid = draw_figure(
            opened,
            f"by_{split.name}",
            lambda within: payments.by_split(
                opened.reader, opened.filters, split, client_names=opened.client_names, within=within
            ),
            lambda figure, theme: ranking_bars(figure, theme, colours if split is Split.PAYER else None),
        )
    with right:
        taken = draw_figure(
            opened,
            "taken_back",
            lambda within: payments.taken_back(opened.reader, opened.filters, within=within),
            lambda figure, theme: stacked_bars(
                figure,
                theme,
                {"refund": theme.warm, "reversal": theme.accent, "refund or reversal": theme.nothing},
            ),
        )
    _rows(opened, paid or taken)


def _draw_posted(opened: AnalyticsPage, shown: AnalyticsPage) -> None:
    window = key_value(opened, "posting_turnaround").window
    counted = in_window(opened, window, Clock.POSTED) if window else opened
    left, right = st.columns(2, gap="large")
    with left:
        posted = draw_figure(
            counted,
            "turnaround",
            lambda within: payments.turnaround(counted.reader, counted.filters),
            lambda figure, theme: ranking_bars(figure, theme, {payments.TOO_EARLY: theme.trouble}),
        )
        st.caption(days_words(counted, Clock.POSTED))
    with right:
        expected = draw_figure(
            shown,
            "expected",
            lambda within: payments.expected(shown.reader, shown.filters, within=within),
            paired_bars,
        )
    _draw_wrong_dates(counted)
    if posted:
        _rows(counted, posted, sort="posting_turnaround_days")
    else:
        _rows(shown, expected, columns=_EXPECTED_COLUMNS)


def _draw_wrong_dates(opened: AnalyticsPage) -> None:
    """The rows of which one of the two dates must be wrong."""
    figure = opened.once(("turnaround",), lambda: payments.turnaround(opened.reader, opened.filters))
    wrong = next((part for part in figure.parts if part.label == payments.TOO_EARLY), None)
    if wrong is None:
        return
    lines = counted(wrong.rows, "payment line")
    with st.expander(f"{lines} posted before received: one of the dates must be wrong", icon=":material/error:"):
        rows = behind(figure, wrong, opened.filters)
        answer = opened.once(
            ("wrong dates",),
            lambda: read_rows(
                opened.reader, rows, _COLUMNS, sort="posting_turnaround_days", order=Order.UP, most=PAGE_ROWS
            ),
        )
        saw_rows(opened, "wrong dates", rows.view.name, rows.conditions, answer, sort="", skip=0)
        draw_table(answer, rows.view, key="payments_wrong_dates")
        if wrong.rows > PAGE_ROWS:
            st.caption(f"The {PAGE_ROWS} furthest apart of {wrong.rows:,}; a click on their bar opens all.")


def _draw_applied(opened: AnalyticsPage, shown: AnalyticsPage) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        applied = draw_figure(
            shown, "applied", lambda within: payments.applied(shown.reader, shown.filters), stacked_columns
        )
    with right:
        aged = draw_figure(
            opened, "unapplied", lambda within: payments.unapplied(opened.reader, opened.filters), ranking_bars
        )
        say_own_day(opened)
    _rows(shown if applied else opened, applied or aged, columns=_APPLIED_COLUMNS)


def _rows(opened: AnalyticsPage, picked: Picked | None, *, columns: tuple[str, ...] = _COLUMNS, sort: str = "") -> None:
    if picked is not None:
        measured = picked.figure.measure_of(picked.part).column
        draw_rows(opened, picked, columns=columns, sort=sort or measured)


main()
