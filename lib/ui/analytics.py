"""What every analytics page begins with: filters, reader and theme for the clients in view, and how fresh it all is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

import duckdb
import psycopg2
import streamlit as st

from lib.analytics.reading.days import copied_days
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.freshness import Fresh, freshness
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, Dimension, View
from lib.analytics.snapshot.reader import open_reader
from lib.core.actor import Actor
from lib.core.clients import Client
from lib.core.errors import DaysheetError
from lib.reports.catalog import report_named
from lib.ui.charts.theme import Theme, colours, theme_named
from lib.ui.figure_cache import FIGURES
from lib.ui.filter_bar import choose_clients, choose_filters, current_filters, reset_filters, values_of
from lib.ui.frame import OpenPage
from lib.ui.navigation import REPORTS
from lib.ui.saved_views import draw_saved_views, follow_saved_view, say_refused
from lib.ui.trouble import show_trouble
from lib.ui.wording import counted, day, moment

Value = TypeVar("Value")

#: What asking for rows may end with, beside a fault of our own.
FAILURES = (DaysheetError, duckdb.Error, psycopg2.Error)
#: Reports come every working day; what is older over more than a weekend is called stale.
_STALE_DAYS = 3
#: The days that the page has told already, in this drawing of it.
_SAID_DAYS = "analytics_said_days"
#: How often it is looked whether something newer was published.
_FRESH_SECONDS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class AnalyticsPage:
    """An analytics page at work: `name` is its own, `clients` those in view, `filters` hold them too."""

    name: str
    page: OpenPage
    clients: tuple[Client, ...]
    filters: Filters
    reader: Reader
    theme: Theme
    #: The month ends that can be looked at, newest first.
    days: tuple[date, ...]
    version: str
    #: The readers of other days that this drawing of the page has opened.
    _opened: dict[date, Reader] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def actor(self) -> Actor:
        """The person at the page, seeing the clients in view only."""
        return _scoped(self.page, self.clients)

    @property
    def client_names(self) -> dict[str, str]:
        """The clients in view by id."""
        return {client.id: client.name for client in self.clients}

    def reader_on(self, day: date | None) -> Reader:
        """A reader of the same clients as known on another day; None: on the page's own."""
        if day is None or day == self.filters.as_of:
            return self.reader
        if day not in self._opened:
            self._opened[day] = open_reader(self.page.desk.database, self.page.desk.settings, self.actor, as_of=day)
        return self._opened[day]

    def reader_for(self, view: View) -> Reader:
        """A reader of the page's own day for another view than the page's, which may be one without month ends."""
        if view.month_ends or self.filters.as_of is None:
            return self.reader_on(self.filters.as_of)
        desk = self.page.desk
        return open_reader(desk.database, desk.settings, self.actor, as_of=self.filters.as_of, view=view)

    def colours(self, view: View, dimension: Dimension) -> Mapping[str, str]:
        """A colour for each value of a dimension, the same in every chart and under every filter."""
        return colours(values_of(self.reader, self.actor, view, dimension), self.theme)

    def once(self, what: Hashable, make: Callable[[], Value], *, reading: str = "") -> Value:
        """What `make` computes from the page's reader, filters and theme, and from nothing else that `what` lacks.

        It is kept for every session that has the same clients in view, until their data change. While it is computed,
        the page says what it is `reading`.
        """
        key = self._key(what)
        if not reading or FIGURES.holds(key):
            return FIGURES.once(key, make)
        # Seen only where it takes longer than half a second.
        with st.spinner(f"Reading {reading}"):
            return FIGURES.once(key, make)

    def holds(self, what: Hashable) -> bool:
        """Whether `once` has that ready."""
        return FIGURES.holds(self._key(what))

    def _key(self, what: Hashable) -> Hashable:
        scope = tuple(sorted(client.id for client in self.clients))
        return (self.name, scope, self.version, self.filters.key(), self.theme.name, what)


def open_analytics(name: str, page: OpenPage, view: View, *, clocks: Sequence[Clock] = ()) -> AnalyticsPage | None:
    """Draw filters and freshness and return the page; None where there is nothing to see, which was then said.

    `clocks` are those by which the page's figures can be counted, the default first; none: no switch is drawn.
    """
    if not page.clients:
        _no_client()
        return None
    try:
        # A spinner starts a thread, even where it is never seen.
        first = not st.session_state.get(f"{name}_was_read")
        with st.spinner("Reading what there is to choose from") if first else nullcontext():
            opened = _choose(name, page, view, clocks)
        st.session_state[f"{name}_was_read"] = True
        st.session_state.pop(_SAID_DAYS, None)
        return opened if draw_freshness(opened, view) else None
    except FAILURES as error:
        show_trouble(error)
        return None


def _choose(name: str, page: OpenPage, view: View, clocks: Sequence[Clock]) -> AnalyticsPage:
    follow_saved_view(page, name)
    # What the address gets wrong is said above the filters.
    current_filters()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filter_bar"):
        clients = (page.client,) if page.client else choose_clients(page.clients)
        actor = _scoped(page, clients)
        days = tuple(copied_days(page.desk.settings, actor.clients or (), view.name))
        filters, reader = choose_filters(page, clients, actor, view, days=days, clocks=clocks)
        draw_saved_views(page, name, clients)
    say_refused()
    return AnalyticsPage(
        name=name,
        page=page,
        clients=clients,
        filters=filters,
        reader=reader,
        theme=theme_named(st.context.theme.type),
        days=days,
        version=reader.version,
    )


def nothing_found(opened: AnalyticsPage) -> None:
    """Say that no row is left by the filters, and offer them away."""
    st.info(
        "Nothing matches what is chosen above." if opened.filters.chosen else "The loaded reports hold no rows.",
        title="No rows for these filters.",
        icon=":material/filter_alt_off:",
    )
    st.button("Reset filters", icon=":material/restart_alt:", on_click=reset_filters, key="reset_empty")


def _scoped(page: OpenPage, clients: Sequence[Client]) -> Actor:
    return replace(page.desk.actor, clients=frozenset(client.id for client in clients))


def _no_client() -> None:
    st.info(
        "To practise on invented data, start the workbench with its stand-in vendors: `make run`  \n"
        "To add a client of your own: `.venv/bin/python -m jobs client add NAME`",
        title="No client yet. Its figures will be here.",
        icon=":material/group_add:",
    )


def draw_freshness(opened: AnalyticsPage, view: View) -> bool:
    """One line of how fresh what a view shows is; False where there is no data at all, which is then said.

    Of another view of the page only where its days are other ones.
    """
    now = datetime.now(opened.clients[0].zone)
    found = FIGURES.once(
        ("freshness", opened.actor.scope, view.reports, opened.filters.as_of, int(now.timestamp()) // _FRESH_SECONDS),
        lambda: freshness(opened.page.desk.database, opened.actor, view.reports, as_of=opened.filters.as_of),
    )
    loaded = [each for each in found if each.day is not None]
    if not loaded:
        st.info(
            f"{view.title} come with {_report_words(view)} of CollaborateMD. The first sync fills this page.",
            title="No data yet.",
            icon=":material/database_off:",
        )
        st.page_link(REPORTS, label="Load reports", icon=":material/arrow_forward:")
        return False
    days = (_days_words(loaded), opened.filters.as_of)
    if st.session_state.get(_SAID_DAYS) == days:
        return True
    st.session_state[_SAID_DAYS] = days
    stale = [each for each in loaded if each.day and now.date() - each.day > timedelta(days=_STALE_DAYS)]
    words = [_days_words(loaded), _loaded_words(opened, loaded, now)]
    if opened.filters.as_of:
        words.insert(0, f"**As known on {day(opened.filters.as_of)}**")
    if len(opened.clients) > 1:
        words.append(f"{len({each.client_id for each in loaded})} of {counted(len(opened.clients), 'client')}")
    st.caption(" · ".join(word for word in words if word))
    if stale and not opened.filters.as_of:
        _say_stale(opened, stale, now)
    return True


def _say_stale(opened: AnalyticsPage, stale: Sequence[Fresh], now: datetime) -> None:
    oldest = min(stale, key=lambda each: each.day or now.date())
    assert oldest.day is not None
    why = (
        "A newer package is held and waits for a person."
        if oldest.held
        else "The latest request failed."
        if oldest.failed
        else "Nothing newer was asked for."
    )
    who = opened.client_names[oldest.client_id] if len(opened.clients) > 1 else "This page"
    st.warning(
        f"{why} The Reports page shows it.",
        title=f"{who} shows {day(oldest.day)}: {counted((now.date() - oldest.day).days, 'day')} old.",
        icon=":material/history:",
    )
    st.page_link(REPORTS, label="Go to Reports", icon=":material/arrow_forward:")


def _days_words(loaded: Sequence[Fresh]) -> str:
    days = sorted({each.day for each in loaded if each.day})
    return f"Data of {day(days[0])}" if len(days) == 1 else f"Data of {day(days[0])} to {day(days[-1])}"


def _loaded_words(opened: AnalyticsPage, loaded: Sequence[Fresh], now: datetime) -> str:
    at = max((each.published_at for each in loaded if each.published_at), default=None)
    return f"loaded {moment(at, opened.clients[0].zone)}" if at else ""


def _report_words(view: View) -> str:
    names = [f"“{report_named(report).title}”" for report in view.reports]
    if len(names) == 1:
        return f"the report {names[0]}"
    return f"the reports {', '.join(names[:-1])} and {names[-1]}"
