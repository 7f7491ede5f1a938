"""What is being explored in this session: kept while one looks at other pages, begun anew with another view."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lib.analytics.explore.exploration import Column, Exploration, checked, usual
from lib.analytics.reading.views import View, view_named, views
from lib.core.errors import NotFound
from lib.reports.views.dictionary import about_view
from lib.ui.trouble import show_refusal
from lib.ui.wording import literal

#: What the page is called among saved views.
PAGE = "explore"
#: The name of the view in the address.
_VIEW = "view"
_NOW, _START, _ROUND = "explore_now", "explore_start", "explore_round"
_FIRST = "ar_aging_view"


def chosen_view() -> View:
    """The view that the address names, else the one that was looked at last."""
    now: Exploration | None = st.session_state.get(_NOW)
    if now is not None and key_of("narrowed") not in st.session_state:
        # Another page was looked at meanwhile, and the widgets have forgotten what they said.
        _begin(now)
    asked = st.query_params.get(_VIEW) or (now.view if now else _FIRST)
    try:
        view = view_named(asked)
    except NotFound as error:
        view = view_named(_FIRST)
        show_refusal(NotFound(error.what, fix=f"{view.title} are shown instead."))
    st.query_params[_VIEW] = view.name
    return view


def choose_view(chosen: View) -> None:
    """Draw the views; another one begins anew."""
    key = key_of("view")
    names = list(views())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.selectbox(
            "View",
            names,
            index=names.index(chosen.name),
            format_func=lambda name: view_named(name).title,
            label_visibility="collapsed",
            width=320,
            key=key,
            on_change=lambda: begin(Exploration(view=st.session_state[key])),
        )
        said = about_view(chosen.name)
        st.caption(f"reporting.{literal(chosen.name)} · one row: {literal(said['Grain'].rstrip('.'))}", width="content")


def beginning(view: View, columns: tuple[Column, ...]) -> Exploration:
    """What the widgets show before anybody touches them: the same until begun anew."""
    start: Exploration | None = st.session_state.get(_START)
    if start is None or start.view != view.name:
        start = usual(view, columns)
        _begin(start)
    elif not checked(start, columns).columns:
        start = replace(start, columns=usual(view, columns).columns)
        st.session_state[_START] = start
    return checked(start, columns)


def remember(exploration: Exploration) -> None:
    """Keep what is shown now, for saving and for coming back."""
    st.session_state[_NOW] = exploration


def current_exploration() -> Exploration | None:
    """What was shown last."""
    now: Exploration | None = st.session_state.get(_NOW)
    return now


def begin(exploration: Exploration) -> None:
    """Look at something else from the next drawing on; the address names its view."""
    st.query_params[_VIEW] = exploration.view
    st.session_state[_NOW] = exploration
    _begin(exploration)


def key_of(what: str) -> str:
    """The key of a widget; another one whenever something was begun anew."""
    return f"explore_{st.session_state.get(_ROUND, 0)}_{what}"


def _begin(start: Exploration) -> None:
    st.session_state[_START] = start
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
