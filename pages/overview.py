"""Overview: how the money stands today, what has changed, for whom, how fresh it is, and what is at work."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lib.analytics.kpis.model import KpiValue
from lib.analytics.subjects import overview
from lib.ui.analytics import open_analytics
from lib.ui.frame import open_page
from lib.ui.overview.by_client import draw_by_client, draw_way_back
from lib.ui.overview.key_figures import draw_key_figure, draw_key_figures, draw_lines
from lib.ui.overview.today import draw_freshness_of_data, draw_work

#: What the lines of month ends are kept as.
_LINES = "lines"


def main() -> None:
    """Draw the cards first; where their lines are not ready, these take longest to work out and come last."""
    page = open_page("Overview", all_clients=True)
    view = replace(overview.VIEW, title="Key figures", reports=overview.reports())
    opened = open_analytics("overview", page, view, clocks=overview.CLOCKS)
    if opened is None:
        return
    draw_way_back(opened)
    found = opened.once(
        "changes",
        lambda: overview.changes(opened.reader_on, opened.filters),
        reading="the key figures",
    )

    def make_lines() -> dict[str, list[KpiValue]]:
        return overview.lines(opened.reader_on, opened.filters, opened.days, found)

    lines = opened.once(_LINES, make_lines) if opened.holds(_LINES) else None
    places = draw_key_figures(opened, found, lines)
    apart, data, work = st.columns([1, 2, 1])
    with apart.container(border=True, height="stretch", gap="xsmall", vertical_alignment="distribute"):
        places |= draw_key_figure(opened, found[overview.UNAPPLIED], lines)
    with data.container(border=True, height="stretch"):
        draw_freshness_of_data(opened)
    with work.container(border=True, height="stretch"):
        draw_work(opened)
    draw_by_client(opened)
    if lines is None:
        draw_lines(places, found, opened.once(_LINES, make_lines))


main()
